/**
 * A revoked code at exits, from its end until no exit takes it any more: the service publishes, gates
 * decide by what they have fetched, and the command line says the same.
 */
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createPipeline, type PipelineParts } from '../../gate/lane/scan-pipeline.ts'
import { plainModes, startingLane } from '../../gate/machine/state.ts'
import { createMemory } from '../../gate/memory/memory.ts'
import { bootGate } from '../../gate/testing/trust/gate.ts'
import type { TrustWorld } from '../../gate/testing/trust/world.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { createPassVerifier } from '../../pass/verify.ts'
import { makeApplicant, putOnFile } from '../../server/testing/applicant.ts'
import { sweepAway } from '../../server/testing/sweeping.ts'
import { openWorld } from '../../server/testing/world.ts'
import { verifyCommand } from './verify.ts'

const HOUR_MS = 3600_000
const ROOM = { codes: 32, papers: 32, visits: 64, siblingUses: 32, siblingVisits: 32 }
const dir = tempDir()
const world = await openWorld(dir, 4)
t.teardown(() => world.close())
const url = await world.listen()
const { clock } = world
const host = { nowMs: () => clock.time, monotonicMs: () => clock.time }
const factoryTrust = join(dir, 'trust', 'trust-1.cbor')
const factory = new Uint8Array(await (await world.call('/v1/trust/document/1')).arrayBuffer())

/** An exit lane's own way of a scan over a gate's trust; gives the code that it shows. */
function makeExit(name: string) {
  const { keeper } = bootGate(join(dir, name), { factory } as TrustWorld, {
    ...{ environment: 'test', serviceUrl: url, clock: host },
    unprovenMs: Number.POSITIVE_INFINITY,
  })
  let shown = ''
  const locked = { ...startingLane(plainModes('exit')), state: { name: 'Locked' } as const }
  const runner = {
    lane: () => locked,
    feed(input: Parameters<PipelineParts['runner']['feed']>[0]) {
      if (input.type !== 'verdict' || input.verdict.verdict === 'ignore') return
      const { verdict } = input
      shown = verdict.verdict === 'deny' ? verdict.code : verdict.grant.code
    },
  } as PipelineParts['runner']
  const pipeline = createPipeline({
    lane: {
      ...{ lane: 'A', direction: 'exit', area: 'main', takesPaper: true, paperListMs: 1_800_000 },
      ...{ passback: 'off', passbackMs: 0, ticket: 'off', staleExit: 'staff' },
    },
    ...{ queue: 'wait', trust: keeper, runner },
    verifier: createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 10 }),
    boarding: () => undefined,
    memory: createMemory({ presentations: [], visits: [] }, 'gate', ROOM),
    bus: () => undefined,
  })
  return {
    async poll() {
      const { code } = await keeper.pollNow()
      if (code !== 'UPDATED' && code !== 'UNCHANGED') throw new Error(`the poll ended ${code}`)
    },
    scan(text: string) {
      pipeline.read({ text, lastByteMs: clock.time }, 'A.scanner')
      return shown
    },
    close: () => keeper.close(),
  }
}

async function commandLine(text: string): Promise<string> {
  let said = ''
  const args = ['--trust', factoryTrust, '--url', url, '--environment', 'test', '--purpose', 'exit']
  const print = ({ code }: { code: string }) => {
    said = code
    return 0
  }
  await verifyCommand([text, ...args], print, host)
  return said
}

/** Time goes on; the service deletes what is past its time and publishes. */
async function go(atMs: number): Promise<void> {
  clock.time = atMs
  for (const kind of ['statusBits', 'listFiles']) await sweepAway(world.service.db, kind, atMs)
  await world.service.publisher.publishNow()
}

async function revoke(id: string): Promise<number> {
  const agent = await world.signIn('agent')
  const path = `/v1/desk/certificates/${id}/revoke`
  return (await world.post(path, { reason: 'stolen' }, agent)).status
}

/** The certificate's last pass; `show` gives its code as of now. */
async function lastPass(phone: Awaited<ReturnType<typeof makeApplicant>>, id: string) {
  const renewed = await phone.renew(id)
  return () => phone.show(renewed)
}

t.test('a revoked code opens no exit as long as exits take its kind', async t => {
  // Issued in the last second of its list's day: the list has no time to spare.
  clock.time = Math.ceil(clock.time / (24 * HOUR_MS)) * 24 * HOUR_MS - 1000
  const end = clock.time + 24 * HOUR_MS
  const numbers = { before: 'E10000001', after: 'E10000002', good: 'E10000003' }
  const holders: Record<string, { id: string; show: () => Promise<string> }> = {}
  for (const [name, number] of Object.entries(numbers)) {
    await putOnFile(world, number)
    const phone = await makeApplicant(world, number)
    const id = (await phone.certificate()).certificate?.id ?? ''
    holders[name] = { id, show: async () => '' }
    clock.time = end - 10 * 60_000
    Object.assign(holders[name], { show: await lastPass(phone, id) })
    clock.time = end - 24 * HOUR_MS
  }
  const { before, after, good } = holders as Record<
    'before' | 'after' | 'good',
    { id: string; show: () => Promise<string> }
  >
  clock.time = end - 10 * 60_000
  const agent = await world.signIn('agent')
  const printed = await world.post(
    `/v1/desk/certificates/${before.id}/paper`,
    { reason: 'x' },
    agent,
  )
  const paper = ((await printed.json()) as { code: string }).code

  await go(end - 5 * 60_000)
  t.equal(await revoke(before.id), 200)
  const online = makeExit('online')
  const offline = makeExit('offline')
  for (const exit of [online, offline]) await exit.poll()
  await offline.close()
  await go(end + 5.8 * HOUR_MS)
  t.equal(await revoke(after.id), 200, 'revoked after its end')

  for (const hours of [5.9, 6.1, 12, 23.9, 24.1]) {
    await go(end + hours * HOUR_MS)
    const taken = hours < 24
    const [dead, alive] = taken ? ['REVOKED', 'ADMIT_FLAGGED'] : ['EXPIRED', 'EXPIRED']
    const fresh = makeExit(`fresh ${hours}`)
    await Promise.all([online.poll(), fresh.poll()])
    for (const [who, ask] of [
      ['online', async (text: string) => online.scan(text)],
      ['with an empty cache', async (text: string) => fresh.scan(text)],
      ['command line', commandLine],
    ] as const) {
      const at = `${who}, end + ${hours} h`
      t.equal(await ask(await before.show()), dead, `revoked before its end: ${at}`)
      t.equal(await ask(await after.show()), dead, `revoked after its end: ${at}`)
      t.equal(await ask(await good.show()), alive, `never revoked: ${at}`)
    }
    t.equal(online.scan(paper), dead, `on paper, end + ${hours} h`)
    // Starts on its old cache, hears nobody: what it can know holds.
    const old = makeExit('offline')
    t.equal(old.scan(await before.show()), dead, `old cache, end + ${hours} h`)
    t.equal(old.scan(await after.show()), alive, 'revoked since: it can’t know')
    if (hours === 23.9) {
      await old.poll()
      t.equal(old.scan(await after.show()), 'REVOKED', 'it hears the service again')
      t.equal(old.scan(await before.show()), 'REVOKED')
    }
    for (const exit of [fresh, old]) await exit.close()
  }
  await online.close()
})
