/**
 * A whole gate in one process: an hour of virtual time with people at its lane, without a thread, a
 * file or the machine's clock. The same seed gives the same journal, byte for byte.
 */
import { createHook } from 'node:async_hooks'
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createTravellers } from '../../fixtures/hand-gate.ts'
import { type OneProcessGate, startOneProcessGate, TURNS } from '../../fixtures/one-process-gate.ts'
import { createOrigin, fetchFrom } from '../testing/trust/origin.ts'
import { T0, TrustWorld } from '../testing/trust/world.ts'

const HOUR_MS = 3_600_000
const EACH_MS = 120_000

let nowMs = () => T0 * 1000
const world = await TrustWorld.create(() => Math.floor(nowMs() / 1000))
const travel = createTravellers(world)
/** What each traveller shows, at their time: signed once, shown in each run. */
const codes = await Promise.all(
  Array.from({ length: HOUR_MS / EACH_MS }, (_, n) => travel(n + 1, T0 + 1 + (n * EACH_MS) / 1000)),
)

/** Every other one walks; the third of four comes again and is refused. */
async function anHour(gate: OneProcessGate): Promise<void> {
  for (const [n, code] of codes.entries()) {
    await gate.scan(code)
    if (n % 2 === 0 && gate.energised.has('entry')) {
      gate.board.setContact('passA', true)
      await gate.time.advanceAsync(500)
      gate.board.setContact('passA', false)
    }
    await gate.time.advanceAsync(20_000)
    if (n % 4 === 2) await gate.scan(code)
    await gate.time.advanceAsync(EACH_MS - 20_000)
  }
}

const partsOf = (seed: number) => ({
  seed,
  time: createVirtualTime(T0 * 1000, TURNS),
  fetch: fetchFrom(createOrigin(world)) as typeof fetch,
  factory: world.factory,
})

async function run(seed: number): Promise<string> {
  const gate = await startOneProcessGate(partsOf(seed))
  nowMs = gate.time.clock.nowMs
  await anHour(gate)
  await gate.stop()
  const rows = gate.rows()
  gate.disk.close()
  nowMs = () => T0 * 1000
  return JSON.stringify(rows)
}

t.test('an hour of people, twice with one seed: the same rows; no thread is started', async t => {
  const threads: string[] = []
  const hook = createHook({
    init(_id, type) {
      if (type === 'WORKER') threads.push(type)
    },
  }).enable()
  const startedMs = performance.now()
  const first = await run(7)
  const tookMs = performance.now() - startedMs
  const second = await run(7)
  hook.disable()
  t.same(threads, [])
  t.ok(first === second, 'byte for byte')
  const kinds = (JSON.parse(first) as { kind: string }[]).map(({ kind }) => kind)
  t.ok(kinds.filter(kind => kind === 'grant').length >= 15, kinds.join(' '))
  t.ok(kinds.includes('passage') && kinds.includes('annulled') && kinds.includes('scan'))
  t.equal(kinds.at(-1), 'stop')
  t.comment(`an hour took ${Math.round(tookMs)} ms`)
  t.not(await run(8), first, 'another seed names other epochs')
})

t.test('a gate that is started again on its disk knows who is inside', async t => {
  const first = await startOneProcessGate(partsOf(1))
  await first.scan(codes[0] as string)
  first.board.setContact('passA', true)
  first.board.setContact('passA', false)
  await first.time.advanceAsync(10_000)
  // As a power cut: it is not stopped.
  const second = await startOneProcessGate({ ...partsOf(2), disk: first.disk })
  await second.scan(codes[0] as string)
  await second.time.advanceAsync(5000)
  const told = second.rows().map(({ kind, body }) => [kind, JSON.parse(String(body)).code])
  t.same(told.filter(([kind]) => kind === 'grant').length, 1, JSON.stringify(told))
  await second.stop()
  first.disk.close()
})
