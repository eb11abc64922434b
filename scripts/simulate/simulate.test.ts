/** Simulations hold on fresh seeds; each invariant finds what breaks it; a failing plan gets smaller. */
import t from 'tap'
import { createGround } from '../../fixtures/one-process.ts'
import type { Observed, Seen } from '../../fixtures/stage/observed.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createAgenda } from './agenda.ts'
import { createFacts, type Facts } from './facts.ts'
import { planFaults } from './fault-plan.ts'
import { FAULT_KINDS, type Fault } from './faults.ts'
import type { End } from './invariant.ts'
import { createInvariants, INVARIANTS } from './invariants.ts'
import { createFaultyNetwork, NETWORK_FAULTS } from './network.ts'
import { outcomeText } from './print.ts'
import { type Plan, simulate } from './run.ts'
import { shrink } from './shrink.ts'
import type { JournalLine } from './system.ts'

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

const NONE: ReadonlyMap<string, number> = new Map()
const seen = (atMs: number, lane: string, what: Seen): Observed =>
  ({ atMs, lane, ...what }) as Observed
const relay = (atMs: number, name: string, on: boolean) =>
  seen(atMs, 'in1', { what: 'relay', name, on })
const row = (atMs: number, kind: string, body: object) =>
  seen(atMs, 'in1', { what: 'row', kind, body: body as Readonly<Record<string, unknown>> })
const fault = (kind: string): Fault => ({ kind, atMs: 0, forMs: 1, lane: 0, pick: 0 })
const line = (
  seq: number,
  kind: string,
  body: object = {},
  more: Partial<JournalLine> = {},
): JournalLine => ({
  ...{ epoch: 'e', seq, lane: 'in1', kind, at: 1000 * seq, clock: 'TRUSTED', hash: `h${seq}` },
  body: JSON.stringify(body),
  ...more,
})
const grant = { epoch: 'e', seq: 1 }
const GRANT = { direction: 'entry', cti: 'c1', presentedAt: 5 }
const GOOD: End = {
  atMs: 9,
  startMs: 0,
  journal: [line(1, 'grant', GRANT), line(2, 'passage', { grant })],
  stored: [line(1, ''), line(2, '')],
  setAside: new Set(),
  answers: [],
}

/** What is told of these observations, or of this end. */
function told(what: readonly Observed[] | End, facts: Facts = createFacts(NONE)): string[] {
  const invariants = createInvariants(facts)
  if ('journal' in what) invariants.atEnd(what)
  else for (const one of what) invariants.see(one)
  return invariants.broken.map(({ invariant }) => invariant)
}

t.test('each invariant is silent about what is right, and finds what is wrong', async t => {
  const found = new Set<string>()
  const finds = (invariant: string, what: readonly Observed[] | End, facts?: Facts) => {
    t.same(told(what, facts), [invariant], invariant)
    found.add(invariant)
  }
  t.same(told(GOOD), [])
  t.same(told([row(0, 'grant', GRANT), relay(1, 'entry', true), relay(5000, 'entry', false)]), [])

  finds('GRANT_FIRST', [relay(1, 'entry', true)])
  const ended = [row(0, 'grant', GRANT), row(1, 'passage', { grant })]
  finds('GRANT_FIRST', [...ended, relay(2, 'entry', true)])
  finds('RELAY_LIMIT', [
    row(0, 'grant', GRANT),
    relay(1, 'entry', true),
    relay(9000, 'entry', false),
  ])

  const fire = seen(0, 'in1', { what: 'contact', name: 'fire', on: true })
  const open = createFacts(NONE)
  open.begins(fault('fire'), 'in1', 0)
  t.same(
    told([fire, relay(50, 'entry', true), relay(60, 'exit', true), row(200, 'alarm', {})], open),
    [],
  )
  finds('FIRE_OPENS', [fire, relay(50, 'entry', true), row(200, 'alarm', {})], open)
  open.begins(fault('board lost'), 'in1', 10)
  t.same(told([fire, row(200, 'alarm', {})], open), [], 'a board that is away can’t')

  const revoked = new Map([['c1', 1000]])
  finds('REVOKED', [row(40_000, 'grant', GRANT)], createFacts(revoked))
  t.same(told([row(20_000, 'grant', GRANT)], createFacts(revoked)), [], 'it could not know yet')
  const troubled = createFacts(revoked)
  for (let atMs = 0; atMs < 200_000; atMs += 20_000) {
    troubled.begins(fault('network down'), '', atMs)
    troubled.ends(fault('network down'), '', atMs + 10_000)
  }
  t.same(told([row(100_000, 'grant', GRANT)], troubled), [], 'the network was never there for long')

  const again = [line(3, 'grant', GRANT), line(4, 'passage', { grant: { epoch: 'e', seq: 3 } })]
  const stored = [...GOOD.stored, line(3, ''), line(4, '')]
  finds('USED_ONCE', { ...GOOD, journal: [...GOOD.journal, ...again], stored })
  finds('ENDS_ONCE', { ...GOOD, journal: [line(1, 'grant', GRANT)], stored: [line(1, '')] })
  const twice = [...GOOD.journal, line(3, 'annulled', { grant })]
  finds('ENDS_ONCE', { ...GOOD, journal: twice, stored: [...GOOD.stored, line(3, '')] })
  finds('STORED_ONCE', { ...GOOD, stored: [line(1, '')] })
  const setAside = new Set(['e 2'])
  t.same(told({ ...GOOD, stored: [line(1, '')], setAside }), [], 'refused, and kept at the gate')
  t.same(told({ ...GOOD, stored: [...GOOD.stored, line(2, '')] }), ['STORED_ONCE', 'STORED_ONCE'])
  finds('STORED_ONCE', { ...GOOD, stored: [...GOOD.stored, line(3, '')] })
  const gap = [line(1, 'grant', GRANT), line(3, 'passage', { grant })]
  finds('ONE_ORDER', { ...GOOD, journal: gap, stored: [line(1, ''), line(3, '')] })
  const back = [line(1, 'grant', GRANT), line(2, 'passage', { grant }, { at: 10 })]
  finds('ONE_ORDER', { ...GOOD, journal: back })
  const unproved = [
    line(1, 'grant', GRANT),
    line(2, 'passage', { grant }, { at: 10, clock: 'UNCERTAIN' }),
  ]
  t.same(told({ ...GOOD, journal: unproved }), [], 'a clock that nothing proves may be wrong')
  const asked = (what: object, n: number, day: string) => ({
    ...{ person: 3, isNew: false, atMs: Date.parse(`${day}T00:00:00+08:00`) + n },
    ...what,
  })
  const may = [1, 2, 3].map(n => asked({ isNew: true }, n, '2026-05-31'))
  const june = asked({ isNew: true }, 0, '2026-06-01')
  const no = asked({ code: 'QUOTA_USED' }, 9, '2026-05-31')
  t.same(told({ ...GOOD, answers: [...may, no, june] }), [], 'a month begins at midnight there')
  t.same(told({ ...GOOD, answers: [...may, { ...may[0], person: 4 }] as End['answers'] }), [])
  finds('QUOTA', { ...GOOD, answers: [...may, { ...june, atMs: june.atMs - 1 }] })
  finds('QUOTA', { ...GOOD, answers: [...may, { ...no, atMs: june.atMs }] })
  t.same([...found].sort(), Object.keys(INVARIANTS).sort(), 'every invariant was broken once')
})

t.test(
  'a plan: the same for a seed, each kind before any comes twice, within its span',
  async t => {
    const kinds = Object.keys(FAULT_KINDS)
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

t.test('a failing plan gets smaller, down to what it needs', async t => {
  const plan = planOf(1)
  const [a, b] = [plan.faults[3], plan.faults[9]]
  let tries = 0
  const small = await shrink(plan, {
    triesMax: 200,
    async fails({ faults, people }) {
      tries += 1
      return [a, b].every(one => one !== undefined && faults.includes(one)) && people.includes(17)
    },
  })
  t.same(small.faults, [a, b])
  t.equal(small.spanMs, 60_000 * Math.ceil(((b?.atMs ?? 0) + 1) / 60_000), 'it ends soon after')
  t.same(small.people, [17])
  t.ok(tries < 100, `${tries} tries`)
  const none = await shrink(plan, { triesMax: 3, fails: async () => true })
  t.ok(none.faults.length < plan.faults.length, 'it ends after so many tries')
})

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
    outcomeText(planOf(7), outcome, 1000),
    /^seed 7: all invariants held; .* in 1\.0 s \(1200 x\)\n/,
  )
  const broken = [{ invariant: 'REVOKED', atMs: 1500, lane: 'in1', what: 'admitted' }]
  t.match(
    outcomeText(planOf(7), { ...outcome, broken }, 1000),
    /BROKEN[\s\S]*REVOKED at 1\.5 s: in1: admitted\n$/,
  )
})
