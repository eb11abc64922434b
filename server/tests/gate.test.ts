/** The gate's own client code against the real service over HTTP: the contract in both directions. */

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SYSTEM } from '../../fixtures/system-ports.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { GateConfig } from '../../gate/contract/config.ts'
import { enrol } from '../../gate/net/enrol.ts'
import { loadIdentity } from '../../gate/net/identity.ts'
import { createServiceClient } from '../../gate/net/service-client.ts'
import { type PollSource, pollTrust } from '../../gate/trust/fetch.ts'
import { askTime, verifyTime } from '../../gate/trust/signed-time.ts'
import { factoryState } from '../../gate/trust/state.ts'
import { decodeTrust } from '../../pass/documents/trust.ts'
import { rotateTrust } from '../ceremony/renew.ts'
import { makeJournal, uploadOf } from '../testing/journal.ts'
import { openWorld } from '../testing/world.ts'

t.test('a gate enrols, polls, asks the time, uploads, and follows new trust', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const url = await world.listen()
  const operator = await world.signIn('operator')
  const enrolment = { gate: 'g1', station: 'central' }
  const made = await world.post('/v1/fleet/enrolments', enrolment, operator)
  const { code } = (await made.json()) as { code: string }
  const data = join(world.dir, 'trust')
  const config = { ...enrolment, data, service: { url, timeoutMs: 5000 } } as GateConfig
  await enrol(config, code, SYSTEM)
  await t.resolves(enrol(config, code, SYSTEM), 'the answer was lost: asked again')
  await t.rejects(enrol({ ...config, station: 'south' }, code, SYSTEM), /says g1 at central/)
  await t.rejects(enrol(config, 'another code', SYSTEM), /ENROLMENT_INVALID/)
  t.match(loadIdentity(data, 0), { enrolment })

  const stopped = new AbortController()
  const source: PollSource = {
    serviceUrl: url,
    timeoutMs: 5000,
    stopped: stopped.signal,
    fetch,
    timers: {
      after: (ms, run) => {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    },
  }
  const factory = decodeTrust(new Uint8Array(readFileSync(join(data, 'trust-1.cbor'))))
  const first = await pollTrust(source, factoryState(factory), world.clock.time)
  if (first.code !== 'UPDATED') return t.fail(JSON.stringify(first))
  t.equal(first.state.lists.size, 1)
  const again = await pollTrust(source, first.state, world.clock.time, first.etag)
  t.equal(again.code, 'UNCHANGED')

  const asked = await askTime({ ...source, random: randomBytes, monotonicMs: () => 0 })
  if (asked.code !== 'ANSWERED') return t.fail(asked.code)
  const time = verifyTime(first.state.trust, asked)
  t.match(time, { ok: true, answer: { time: world.clock.time } })

  const client = createServiceClient({
    ...SYSTEM,
    url,
    timeoutMs: 5000,
    identity: loadIdentity(data, 0),
    fetch,
  })
  t.teardown(() => client.close())
  const rows = makeJournal('0123456789abcdef', 5)
  const upload = uploadOf(rows, 1, 5)
  t.match(await client.post('/v1/gates/g1/events', upload), { status: 200, body: { next: 6 } })
  t.match(await client.post('/v1/gates/g1/events', upload), { status: 200, body: { next: 6 } })

  const passphrase = 'a passphrase for tests'
  const common = { dir: data, passphrase, now: world.clock.time, days: 3 }
  await rotateTrust({ ...common, replace: ['status'], roots: [1, 3] })
  world.clock.time += 6000
  let state = first.state
  for (let i = 0; i < 100 && state.trust.version < 2; i++) {
    const polled = await pollTrust(source, state, world.clock.time)
    if (polled.code === 'UPDATED') state = polled.state
    await new Promise(resolve => setTimeout(resolve, 30))
  }
  t.equal(state.trust.version, 2)
  t.equal(state.manifest?.manifest.trustVersion, 2)
})
