/** A gate that is replaced, or whose config and enrolment differ: both are told. */

import t from 'tap'
import { SYSTEM } from '../../fixtures/system-ports.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { openWorld } from '../../server/testing/world.ts'
import type { GateConfig } from '../contract/config.ts'
import { enrol } from '../net/enrol.ts'
import { type Enrolment, loadIdentity } from '../net/identity.ts'
import { createServiceClient } from '../net/service-client.ts'
import { createEnrolmentWatch } from '../uplink/enrolment-watch.ts'

const NORTH = { gate: 'g1', station: 'north' }

t.test('a gate that was replaced is told so, once, and when it is known again', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const url = await world.listen()
  const operator = await world.signIn('operator')
  const join = async (data: string) => {
    const made = await world.post('/v1/fleet/enrolments', NORTH, operator)
    const { code } = (await made.json()) as { code: string }
    await enrol({ ...NORTH, data, service: { url, timeoutMs: 5000 } } as GateConfig, code, SYSTEM)
  }
  const folder = t.testdir({ old: {}, other: {} })
  await join(`${folder}/old`)
  const identity = loadIdentity(`${folder}/old`, 0)
  const told: unknown[] = []
  const onKnown = createEnrolmentWatch(NORTH, identity.enrolment as Enrolment, (...alarm) =>
    told.push(alarm.slice(0, 2)),
  )
  const client = createServiceClient({ ...SYSTEM, url, timeoutMs: 5000, identity, fetch, onKnown })
  t.teardown(() => client.close())
  const ask = () => client.get('/v1/gates/g1/station', { bytesMax: 4096 })
  t.match(await ask(), { code: 'OK' })
  t.same(told, [])
  await join(`${folder}/other`)
  for (let i = 0; i < 3; i++) t.match(await ask(), { status: 401 })
  t.match(await client.post('/v1/gates/g1/events', {}), { status: 401 })
  t.same(told, [['ENROLMENT_REFUSED', true]])
  await join(`${folder}/old`)
  t.match(await ask(), { code: 'OK' })
  t.same(told.at(-1), ['ENROLMENT_REFUSED', false])
})

t.test(
  'config and enrolment that name different gates or stations are told at the start',
  async t => {
    const rows: [Enrolment, boolean][] = [
      [NORTH, false],
      [{ ...NORTH, station: 'south' }, true],
      [{ ...NORTH, gate: 'g2' }, true],
    ]
    for (const [enrolment, differs] of rows) {
      const told: string[] = []
      createEnrolmentWatch(NORTH, enrolment, code => told.push(code))
      t.same(told, differs ? ['ENROLMENT_DIFFERS'] : [])
    }
  },
)
