/** Simulations hold on fresh seeds; their plans, agenda and network; what a person is told. */
import t from 'tap'
import { createGround } from '../../fixtures/one-process.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createAgenda } from './agenda.ts'
import { planFaults } from './fault-plan.ts'
import { FAULT_KINDS } from './faults.ts'
import { createFaultyNetwork, NETWORK_FAULTS } from './network.ts'
import { outcomeText } from './print.ts'
import { type Plan, simulate } from './run.ts'

const SPAN_MS = 20 * 60_000
const PEOPLE = 30
const planOf = (seed: number): Plan => ({
  seed,
  spanMs: SPAN_MS,
  healMs: 20 * 60_000,
  lanes: 4,
  phones: PEOPLE,
  people: Array.from({ length: PEOPLE }, (_, n) => n),
  everyMs: 240_000,
  faults: planFaults(seed, 12, SPAN_MS),
})

t.test('fresh seeds hold, and the same seed gives the same hash over other keys', async t => {
  const seed = Math.floor(Date.now() / 1000)
  const ground = await createGround(tempDir(), PEOPLE)
  const plan = planOf(seed)
  const one = await simulate(ground, plan)
  t.same(one.broken, [], `seed ${seed}`)
  t.ok(one.counts.walked > 30, `${one.counts.walked} passages`)
  t.equal(one.faults.size, 12)
  const two = await simulate(await createGround(tempDir(), PEOPLE), plan)
  t.equal(two.hash, one.hash, `seed ${seed}`)
  const other = await simulate(ground, planOf(seed + 1))
  t.same(other.broken, [], `seed ${seed + 1}`)
  t.not(other.hash, one.hash)
})

t.test('a simulation that is stopped ends, and judges nothing at its end', async t => {
  const ground = await createGround(tempDir(), 2)
  const plan = { ...planOf(1), phones: 2, people: [0, 1], faults: [] }
  const { broken } = await simulate(ground, plan, { onTime: () => false })
  t.same(broken, [])
})

t.test(
  'a plan: the same for a seed, each kind before any comes twice, within its span',
  async t => {
    const kinds = Object.keys(FAULT_KINDS).filter(kind => !FAULT_KINDS[kind]?.onBus)
    t.ok(kinds.length >= 25, `${kinds.length} kinds`)
    const plan = planFaults(3, kinds.length, SPAN_MS)
    t.same(plan, planFaults(3, kinds.length, SPAN_MS))
    t.notSame(plan, planFaults(4, kinds.length, SPAN_MS))
    t.equal(new Set(plan.map(({ kind }) => kind)).size, kinds.length)
    t.ok(plan.every(({ atMs }) => atMs >= 0 && atMs < SPAN_MS))
    t.same(
      plan.map(({ atMs }) => atMs),
      plan.map(({ atMs }) => atMs).sort((a, b) => a - b),
    )
    const more = planFaults(3, kinds.length + 5, SPAN_MS)
    for (const one of plan) t.ok(more.some(other => JSON.stringify(other) === JSON.stringify(one)))
  },
)

t.test(
  'the agenda gives what is due in order, and at one time in the order it was put in',
  async t => {
    const agenda = createAgenda()
    const given: string[] = []
    for (const [atMs, name] of [
      [5, 'c'],
      [1, 'a'],
      [9, 'd'],
      [1, 'b'],
      [11, 'late'],
    ] as const) {
      agenda.add(atMs, () => void given.push(name))
    }
    for (let one = agenda.next(10); one !== undefined; one = agenda.next(10)) await one.run()
    t.same(given, ['a', 'b', 'c', 'd'])
    t.equal(agenda.next(10), undefined)
    t.equal(agenda.next(11)?.atMs, 11)
  },
)

t.test('the network: what each fault makes of a request', async t => {
  const waits: (() => void)[] = []
  const timers = {
    after(_ms: number, run: () => void) {
      waits.push(run)
      return () => {}
    },
  }
  let served = 0
  const network = createFaultyNetwork(async () => {
    served += 1
    return new Response('{}')
  }, timers)
  const ask = async (signal?: AbortSignal) => {
    const before = served
    const answer = await network
      .fetch('http://service/x', signal === undefined ? {} : { signal })
      .then(
        ({ status }) => status,
        ({ name, message }: Error) => `${name}: ${message}`,
      )
    return [answer, served - before]
  }
  t.same(await ask(), [200, 1])
  const expected: Partial<Record<(typeof NETWORK_FAULTS)[number], unknown>> = {
    down: ['TypeError: fetch failed', 0],
    deaf: ['TypeError: terminated', 1],
    twice: [200, 2],
    portal: [200, 0],
    redirects: [302, 0],
    refuses: [422, 0],
    breaks: [500, 0],
    tooLarge: [413, 0],
  }
  for (const fault of NETWORK_FAULTS) {
    const wanted = expected[fault]
    if (wanted === undefined) continue
    network.begin(fault)
    t.notOk(network.isClear())
    t.same(await ask(), wanted, fault)
    network.end(fault)
  }
  for (const fault of ['stalled', 'slow'] as const) {
    network.begin(fault)
    t.match(await ask(AbortSignal.abort(new Error('too late'))), ['Error: too late', 0], fault)
    network.end(fault)
  }
  network.begin('slow')
  const slow = ask()
  for (let way = 0; way < 2; way += 1) {
    await new Promise(resolve => setImmediate(resolve))
    waits.pop()?.()
  }
  t.same(await slow, [200, 1])
})

t.test('what a person is told of the end', async t => {
  const counts = { shown: 9, walked: 7, refused: 2, passes: 3 }
  const outcome = {
    ...{ counts, rows: 20, faults: new Map([['fire', 2]]), hash: 'ab', broken: [] },
    ...{ holders: new Map(), startMs: 0, endMs: 1 },
  }
  t.match(
    outcomeText(planOf(7), outcome, { clockMs: 1000, cpuMs: 800 }),
    /^seed 7: all invariants held; .* in 1\.0 s \(1200 x\), of CPU 0\.8 s \(1500 x\)\n/,
  )
  const broken = [{ invariant: 'REVOKED', atMs: 1500, lane: 'in1', what: 'admitted' }]
  t.match(
    outcomeText(planOf(7), { ...outcome, broken }, { clockMs: 1000, cpuMs: 1000 }),
    /BROKEN[\s\S]*REVOKED at 1\.5 s: in1: admitted\n$/,
  )
})
