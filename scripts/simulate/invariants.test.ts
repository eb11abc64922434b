/** Each invariant is silent about what is right, and finds what is wrong. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Observed, Seen } from '../../fixtures/stage/observed.ts'
import { RESERVATION_MS } from '../../gate/limits.ts'
import { createFacts, type Facts, type FactsParts } from './facts.ts'
import type { Fault } from './fault-kind.ts'
import type { End, GateEnd } from './invariant.ts'
import { createInvariants, INVARIANTS } from './invariants.ts'
import { placesOf } from './places.ts'
import type { JournalLine } from './simulated-gate.ts'
import { createUsesBegun } from './uses-begun.ts'

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
const GOOD_GATE: GateEnd = {
  place: '',
  journal: [line(1, 'grant', GRANT), line(2, 'passage', { grant })],
  stored: [line(1, ''), line(2, '')],
  setAside: new Set(),
}
const GOOD: End = { atMs: 9, startMs: 0, gates: [GOOD_GATE], answers: [] }
/** The end of a gate that is like the good one but for this. */
const endOf = (other: Partial<GateEnd>): End => {
  const gates = [{ ...GOOD_GATE, ...other }]
  return { ...GOOD, gates }
}

/** What is told of these observations, or of this end. */
function told(
  what: readonly Observed[] | End,
  facts: Facts = createFacts({ revoked: NONE }),
): string[] {
  const invariants = createInvariants(facts)
  if ('gates' in what) invariants.atEnd(what)
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
  const open = createFacts({ revoked: NONE })
  open.begins(fault('fire'), 'in1', 0)
  t.same(
    told([fire, relay(50, 'entry', true), relay(60, 'exit', true), row(200, 'alarm', {})], open),
    [],
  )
  finds('FIRE_OPENS', [fire, relay(50, 'entry', true), row(200, 'alarm', {})], open)
  open.begins(fault('board lost'), 'in1', 10)
  t.same(told([fire, row(200, 'alarm', {})], open), [], 'a board that is away can’t')

  const byHand = createFacts({ revoked: NONE })
  byHand.begins(fault('staff release'), 'in1', 0)
  finds('GRANT_FIRST', [relay(3000, 'entry', true)], byHand)
  byHand.begins(fault('disk hangs'), '', 0)
  t.same(told([relay(3000, 'entry', true)], byHand), [], 'staff’s release waits for no dead disk')
  finds('GRANT_FIRST', [relay(30_000, 'entry', true)], byHand)

  const revoked = new Map([['c1', 1000]])
  finds('REVOKED', [row(50_000, 'grant', GRANT)], createFacts({ revoked }))
  t.same(told([row(40_000, 'grant', GRANT)], createFacts({ revoked })), [], 'it could not know yet')
  const troubled = createFacts({ revoked })
  for (let atMs = 0; atMs < 200_000; atMs += 20_000) {
    troubled.begins(fault('network down'), '', atMs)
    troubled.ends(fault('network down'), '', atMs + 10_000)
  }
  t.same(told([row(100_000, 'grant', GRANT)], troubled), [], 'the network was never there for long')

  const again = [line(3, 'grant', GRANT), line(4, 'passage', { grant: { epoch: 'e', seq: 3 } })]
  const stored = [...GOOD_GATE.stored, line(3, ''), line(4, '')]
  finds('USED_ONCE', endOf({ journal: [...GOOD_GATE.journal, ...again], stored }))
  finds('ENDS_ONCE', endOf({ journal: [line(1, 'grant', GRANT)], stored: [line(1, '')] }))
  const twice = [...GOOD_GATE.journal, line(3, 'annulled', { grant })]
  finds('ENDS_ONCE', endOf({ journal: twice, stored: [...GOOD_GATE.stored, line(3, '')] }))
  finds('STORED_ONCE', endOf({ stored: [line(1, '')] }))
  const setAside = new Set(['e 2'])
  t.same(told(endOf({ stored: [line(1, '')], setAside })), [], 'refused, and kept at the gate')
  t.same(told(endOf({ stored: [...GOOD_GATE.stored, line(2, '')] })), [
    'STORED_ONCE',
    'STORED_ONCE',
  ])
  finds('STORED_ONCE', endOf({ stored: [...GOOD_GATE.stored, line(3, '')] }))
  const gap = [line(1, 'grant', GRANT), line(3, 'passage', { grant })]
  finds('ONE_ORDER', endOf({ journal: gap, stored: [line(1, ''), line(3, '')] }))
  const back = [line(1, 'grant', GRANT), line(2, 'passage', { grant }, { at: 10 })]
  finds('ONE_ORDER', endOf({ journal: back }))
  const unproved = [
    line(1, 'grant', GRANT),
    line(2, 'passage', { grant }, { at: 10, clock: 'UNCERTAIN' }),
  ]
  t.same(told(endOf({ journal: unproved })), [], 'a clock that nothing proves may be wrong')
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

  // Two gates of two lanes each: in1, out1; in2, out2.
  const places = placesOf({ lanes: 2, gates: 2 })
  const station = (more: Partial<FactsParts> = {}) =>
    createFacts({ revoked: NONE, places, ...more })
  const at = (lane: string, atMs: number, kind: string, body: object) =>
    ({ ...row(atMs, kind, body), lane }) as Observed
  const first = at('in1', 100_000, 'grant', GRANT)
  const second = (atMs: number, flags: string[] = []) =>
    at('in2', atMs, 'grant', { ...GRANT, flags })
  const cut = station()
  cut.begins(fault('bus cut'), 'north-1', 90_000)
  finds('USED_ONCE_AT_STATION', [first, second(101_000)], station())
  t.same(told([first, second(100_050)], station()), [], 'the message is on its way')
  t.same(told([first, at('in1', 101_000, 'grant', GRANT)], station()), [], 'its own is another’s')
  const annulled = at('in1', 100_500, 'annulled', { grant })
  t.same(told([first, annulled, second(101_000)], station()), [], 'nobody walked')
  t.same(told([first, second(110_000)], cut), [], 'it could not know, and not know that')
  t.same(told([first, second(112_000, ['BUS_DOWN'])], cut), [], 'it says that it can’t know')
  finds('USED_ONCE_AT_STATION', [first, second(112_000)], cut)
  cut.ends(fault('bus cut'), 'north-1', 120_000)
  t.same(told([first, second(160_000, ['BUS_DOWN'])], cut), [], 'it may not be told yet')
  finds('USED_ONCE_AT_STATION', [first, second(166_000, ['BUS_DOWN'])], cut)
  const twice2 = station()
  twice2.begins(fault('bus twice'), 'north-1', 90_000)
  finds('USED_ONCE_AT_STATION', [first, second(101_000)], twice2)

  const used = at('in2', 101_000, 'scan', { ...GRANT, code: 'ALREADY_USED' })
  const inside = at('in2', 101_000, 'scan', { ...GRANT, presentedAt: 6, code: 'ALREADY_INSIDE' })
  t.same(told([first, used, inside], station()), [])
  finds('REFUSED_FOR_CAUSE', [used], station())
  finds('REFUSED_FOR_CAUSE', [inside], station())
  finds(
    'REFUSED_FOR_CAUSE',
    [first, { ...used, body: { ...GRANT, presentedAt: 7, code: 'ALREADY_USED' } } as Observed],
    station(),
  )
  // Its row never came: of this use, at this gate, since its disk failed, as long as siblings believe in it.
  const unwritten = (lane: string, atMs: number, more: object = {}, isBad = [90_000, 99_000]) => {
    const usesBegun = createUsesBegun()
    usesBegun.begins(lane, { ...GRANT, ...more }, atMs)
    const facts = station({ usesBegun })
    facts.begins(fault('disk fails'), 'north-1', isBad[0] ?? 0)
    facts.ends(fault('disk fails'), 'north-1', isBad[1] ?? 0)
    return facts
  }
  t.same(told([used, inside], unwritten('in1', 98_000)), [], 'a grant was told, and not written')
  t.same(told([used], unwritten('in1', 89_000)), [], 'or was under way')
  const otherCode = unwritten('in1', 98_000, { presentedAt: 9 })
  t.same(told([inside], otherCode), [])
  finds('REFUSED_FOR_CAUSE', [used], otherCode)
  finds('REFUSED_FOR_CAUSE', [used], unwritten('in1', 98_000, { cti: 'c2' }))
  finds('REFUSED_FOR_CAUSE', [used], unwritten('in2', 98_000))
  finds('REFUSED_FOR_CAUSE', [used], unwritten('in1', 99_500))
  const late = 98_000 + RESERVATION_MS
  t.same(told([{ ...used, atMs: late }], unwritten('in1', 98_000)), [])
  finds('REFUSED_FOR_CAUSE', [{ ...used, atMs: late + 1 }], unwritten('in1', 98_000))
  t.same(told([used, inside], station({ slandered: new Set(['c1']) })), [], 'a sibling lied')
  t.same([...found].sort(), Object.keys(INVARIANTS).sort(), 'every invariant was broken once')
})

t.test('the page of this folder lists them all, in the same words', async t => {
  const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
  const listed = [...page.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)].map(([, name, says]) => [
    name,
    says,
  ])
  t.same(Object.fromEntries(listed), INVARIANTS)
})
