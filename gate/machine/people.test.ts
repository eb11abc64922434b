/** What time alone means for bodies that no beam sees, on drafts made by hand. */
import t from 'tap'
import { BEAM_ROW, type Beam, layoutOf } from './beam-layout.ts'
import {
  BETWEEN_MS,
  dueTimes,
  type Evidence,
  expire,
  happened,
  JOIN_MS,
  judge,
  SETTLE_MS,
} from './people.ts'
import type { Draft, Person, Walker } from './walkers.ts'

const ROW = layoutOf(BEAM_ROW, [])
const PANELS = layoutOf(['beamC', 'beamD'], [])

const body = (change: Partial<Walker>): Walker => ({
  ...{ person: 1, from: 'entry', lo: 0, hi: 0, heading: 1, sinceMs: 0 },
  ...change,
})
const person = (change: Partial<Person> = {}): Person => ({
  ...{ from: 'entry', bornMs: 0, arrived: false, reached: false, crossed: false },
  ...{ leftMs: undefined, doubtMs: undefined, accounted: false, gone: false },
  ...change,
})
function draftOf(nowMs: number, walkers: Walker[], known = person(), layout = ROW): Draft {
  const people = new Map([
    [1, known],
    [2, person()],
  ])
  return { layout, nowMs, gapBeams: 2, walkers, people, nextPerson: 3, lastOut: undefined }
}
const evidence = (change: Partial<Evidence> = {}): Evidence => ({
  ...{ active: new Map(), seen: BEAM_ROW, lowBeam: true, low: [], main: [], lastReached: {} },
  ...change,
})
const held = (...beams: Beam[]) => evidence({ active: new Map(beams.map(beam => [beam, 0])) })

t.test('one who is not seen between the beams for too long is gone', async t => {
  const hidden = body({ lo: 2, hi: 1 })
  const early = draftOf(BETWEEN_MS - 1, [hidden])
  expire(early, evidence())
  t.equal(early.walkers.length, 1)
  const late = draftOf(BETWEEN_MS, [hidden])
  t.same(expire(late, evidence()), [])
  t.same(late.walkers, [])
  t.equal(late.people.get(1)?.crossed, false, 'nobody saw them beyond the panels')
  const seen = draftOf(BETWEEN_MS, [body({ lo: 1, hi: 1 })])
  expire(seen, evidence())
  t.equal(seen.walkers.length, 1, 'who is seen is there, however long')
})

t.test('one who was last right before a far beam that is held may have left', async t => {
  const between = { lo: 3, hi: 2 }
  const crossed = (walker: Walker, how: Evidence) => {
    const draft = draftOf(BETWEEN_MS, [walker])
    expire(draft, how)
    t.same(draft.walkers, [])
    return { crossed: draft.people.get(1)?.crossed, out: draft.lastOut?.person }
  }
  t.same(crossed(body(between), held('beamD')), { crossed: true, out: 1 })
  t.same(crossed(body(between), held()), { crossed: false, out: undefined }, 'it is free')
  t.same(crossed(body({ lo: 2, hi: 1 }), held('beamD')), { crossed: false, out: undefined })
  const back = crossed(body({ ...between, heading: -1 }), held('beamD'))
  t.same(back, { crossed: true, out: undefined }, 'who went back is not followed')
})

t.test('who leaves the other way is counted from the other side', async t => {
  const draft = draftOf(
    BETWEEN_MS,
    [body({ from: 'exit', lo: 3, hi: 1, heading: -1 })],
    person({ from: 'exit' }),
  )
  t.same(expire(draft, evidence()), ['beamB'])
  t.equal(draft.lastOut?.person, 1)
})

t.test('a beam behind the far one that did not see who left is trusted no more', async t => {
  const around = body({ lo: 4, hi: 2 })
  t.same(expire(draftOf(BETWEEN_MS, [around]), evidence()), ['beamE'])
  const early = draftOf(SETTLE_MS, [around])
  expire(early, evidence())
  t.equal(early.walkers.length, 1, 'while it is trusted it is waited for')
  const blind = draftOf(SETTLE_MS, [around])
  expire(blind, evidence({ seen: [] }))
  t.equal(blind.people.get(1)?.crossed, true, 'where it is not, they have left soon')
  const short = draftOf(SETTLE_MS, [body({ lo: 2, hi: 0 })], person(), PANELS)
  t.same(expire(short, evidence()), [], 'where there is none, none')
  t.same(
    expire(draftOf(BETWEEN_MS, [body({ lo: 3, hi: 1 })]), evidence()),
    [],
    'around the near one',
  )
  t.same(expire(draftOf(BETWEEN_MS, [body({ lo: 5, hi: 4 })]), evidence()), [], 'it has seen them')
})

t.test('two parts of one person leave at once, and who comes behind them stays', async t => {
  const around = body({ lo: 2, hi: 0 })
  const next = body({ person: 2 })
  const draft = draftOf(SETTLE_MS, [next, around, around], person(), PANELS)
  expire(draft, evidence())
  t.same(draft.walkers, [next])
})

t.test('what does not follow in time is somebody else', async t => {
  const left = person({ leftMs: 0 })
  const bodies = [body({ person: 2, lo: 0, hi: 0 }), body({ lo: 1, hi: 1 }), body({ lo: 4, hi: 4 })]
  const early = draftOf(JOIN_MS - 1, bodies, left)
  expire(early, evidence())
  t.same(early.walkers, bodies)
  const late = draftOf(JOIN_MS, bodies, left)
  expire(late, evidence())
  t.same(
    late.walkers.map(one => one.person),
    [2, 3, 3],
  )
  t.equal(late.people.get(1)?.leftMs, undefined)
  const beyond = draftOf(JOIN_MS, [body({ person: 2 }), body({ lo: 3, hi: 3 })], left)
  expire(beyond, evidence())
  t.equal(beyond.walkers[1]?.person, 1, 'what has reached the far side has followed')
})

t.test('a follower is judged when the low beam has had its time', async t => {
  const follower = person({ doubtMs: 1000 })
  const said = (nowMs: number, change: Partial<Evidence>) =>
    judge(draftOf(nowMs, [], follower), evidence(change)).map(({ what }) => what)
  const inside = { main: [{ onMs: 1000, offMs: undefined }] }
  t.same(said(5999, inside), [])
  t.same(said(6000, inside), ['followed'], 'who stays there is somebody')
  const main = [{ onMs: 1000, offMs: 1200 }]
  t.same(said(1499, { main, low: main }), [])
  t.same(said(1500, { main, low: main }), [], 'a case')
  t.same(said(1500, { main, low: [] }), ['followed'])
  t.same(said(1500, { main: [] }), ['followed'], 'without D there is nothing to compare')
  const next = { onMs: 1400, offMs: undefined }
  t.same(said(1500, { main: [...main, next] }), ['followed'], 'whoever comes after is another')
})

t.test('somebody new is told by where they are at once', async t => {
  const said = (bodies: Walker[], known = person()) => {
    const draft = draftOf(0, bodies, known)
    draft.people.delete(2)
    return happened(draft, new Map(), evidence({ lowBeam: false })).events.map(({ what }) => what)
  }
  t.same(said([body({ lo: 4, hi: 4 })]), ['arrived', 'reached', 'crossed'])
  t.same(said([body({ lo: 3, hi: 1 })]), ['arrived'], 'around the near beam')
  t.same(said([body({ lo: 3, hi: 1, heading: -1 })]), [], 'unless they go back')
  t.same(said([]), ['back'])
  t.same(said([], person({ crossed: true })), ['arrived', 'reached', 'crossed'], 'or by time alone')
})

t.test('what is to follow is waited for', async t => {
  const draft = draftOf(0, [], person({ leftMs: 100 }))
  t.same(dueTimes(draft, evidence()), [100 + JOIN_MS])
  t.same(dueTimes(draftOf(0, []), evidence()), [])
})
