/**
 * What the bodies in a flap lane mean for people: who has come, reached the far side, is through
 * or went back, by movement and by time. Works on a draft of the tracker. Pure.
 */
import type { Direction } from '../contract/events.ts'
import { type Beam, beamAt, type Layout, ownView } from './beam-layout.ts'
import { isThing, type Pulse, spokenUntilMs } from './low-beam.ts'
import { rename } from './separation.ts'
import { leave } from './walker-moves.ts'
import {
  believed,
  covers,
  type Draft,
  isAround,
  isAtPanels,
  know,
  type Person,
  type Walker,
} from './walkers.ts'

/** How long somebody unseen between the beams keeps the barrier open; as the board's firmware. */
export const BETWEEN_MS = 10_000
/**
 * Without a beam behind the far one nobody can say whether a thin body has left or stepped back:
 * it is waited for as long as a slow child needs to come back into the near beam.
 */
export const SETTLE_MS = 400
/** What is drawn behind somebody who has left comes within this, or is somebody else. */
export const JOIN_MS = 5000
/** Whoever reaches the far side so soon after another follows them, and may be a thing. */
const FOLLOW_MS = 3000
/** The low beam decides at the latest so long after a follower came to the far beam. */
const DOUBT_MS = 5000

/**
 * One thing that a person did. `arrived`: at the near panel beam. `reached`: at the far one.
 * `followed`: at the far one behind somebody else, told when the low beam has shown that it is no thing.
 */
export interface PersonEvent {
  readonly what: 'arrived' | 'reached' | 'followed' | 'crossed' | 'back'
  readonly direction: Direction
  readonly person: number
}

/** What the beams have said, as far as people are judged by it. */
export interface Evidence {
  readonly active: ReadonlyMap<Beam, number>
  readonly seen: readonly Beam[]
  /** Whether there is a low beam. */
  readonly lowBeam: boolean
  readonly low: readonly Pulse[]
  /** Of beam D. */
  readonly main: readonly Pulse[]
  /** When somebody reached the far side last, by direction. */
  readonly lastReached: { readonly [D in Direction]?: number }
}

/** A beam behind the far one that has been seen to work, so that whoever leaves must show there. */
export function worksBehind(
  { seen }: Pick<Evidence, 'seen'>,
  layout: Layout,
  from: Direction,
): boolean {
  const { far } = ownView(layout, from, 0, 0)
  const behind = beamAt(layout, from, far + 1)
  return behind !== undefined && seen.includes(behind)
}

/** What each person did since `before`; those who have left are forgotten. */
export function happened(
  draft: Draft,
  before: ReadonlyMap<number, Person>,
  evidence: Evidence,
): { events: PersonEvent[]; lastReached: Evidence['lastReached'] } {
  const events: PersonEvent[] = []
  let { lastReached } = evidence
  for (const [id, person] of [...draft.people].sort(([a], [b]) => a - b)) {
    const { from } = person
    const told = before.get(id)
    const tell = (what: PersonEvent['what']) => events.push({ what, direction: from, person: id })
    const own = draft.walkers.filter(walker => walker.person === id)
    const { arrived, reached, crossed } = placesOf(own, draft.layout, evidence, person)
    know(draft, id, { arrived, reached, crossed })
    if (arrived && told?.arrived !== true) tell('arrived')
    if (reached && told?.reached !== true) {
      const sinceMs = draft.nowMs - (lastReached[from] ?? Number.NEGATIVE_INFINITY)
      lastReached = { ...lastReached, [from]: draft.nowMs }
      const doubtful = evidence.lowBeam && sinceMs <= FOLLOW_MS && !person.accounted
      if (doubtful) know(draft, id, { doubtMs: draft.nowMs })
      else tell('reached')
    }
    if (crossed && told?.crossed !== true) tell('crossed')
    if (crossed && own.every(one => !covers(one) && !isAtPanels(draft, one))) {
      // Who is through leaves nobody behind them unseen.
      draft.walkers = draft.walkers.filter(one => one.person !== id)
    } else if (own.length > 0) continue
    if (!crossed && told?.gone !== true) tell('back')
    know(draft, id, { gone: true })
    if (draft.people.get(id)?.doubtMs === undefined && draft.lastOut?.person !== id) {
      draft.people.delete(id)
    }
  }
  return { events, lastReached }
}

/** How far a person has come, by the places of their bodies. */
function placesOf(
  own: readonly Walker[],
  layout: Layout,
  evidence: Evidence,
  { from, ...known }: Person,
): Pick<Person, 'arrived' | 'reached' | 'crossed'> {
  let { arrived, reached, crossed } = known
  const blind = !worksBehind(evidence, layout, from)
  for (const walker of own) {
    const { front, rear, near, far } = ownView(layout, from, walker.lo, walker.hi)
    const onward = walker.heading === (from === 'entry' ? 1 : -1)
    const passed = isAround(walker) && onward ? front + 1 : front
    arrived ||= passed >= near
    reached ||= passed >= far
    crossed ||= rear > far && (!isAround(walker) || (blind && onward))
  }
  reached ||= crossed
  return { arrived: arrived || reached, reached, crossed }
}

/**
 * Bodies that were not seen for too long are gone. One that was last at the far beam, or before a
 * far beam that is held, may have left: then it counts as through. Gives the beams behind the far
 * one that should have seen such a one and did not.
 */
export function expire(draft: Draft, evidence: Evidence): Beam[] {
  const { layout, nowMs } = draft
  const unseen: Beam[] = []
  for (const walker of draft.walkers.filter(one => !covers(one))) {
    if (hiddenUntilMs(walker, evidence, layout) > nowMs) continue
    const { from, person } = walker
    const { front, rear, far } = ownView(layout, from, walker.lo, walker.hi)
    const heldFar = evidence.active.has(beamAt(layout, from, far) as Beam)
    const maybeOut = rear > far || (front === far - 1 && heldFar)
    const behind = beamAt(layout, from, far + 1)
    if (isAround(walker) && rear > far && behind !== undefined) unseen.push(behind)
    const onward = walker.heading === (from === 'entry' ? 1 : -1)
    const at = draft.walkers.indexOf(walker)
    if (at === -1) continue
    if (maybeOut && onward) leave(draft, at)
    else draft.walkers.splice(at, 1)
    if (maybeOut) know(draft, person, { crossed: true })
  }
  forgetLate(draft)
  return unseen
}

/** What was left behind by somebody who went is somebody else, if it has not followed by now. */
function forgetLate(draft: Draft): void {
  const { layout, nowMs } = draft
  for (const [id, { leftMs, from }] of [...draft.people]) {
    if (leftMs === undefined || leftMs + JOIN_MS > nowMs) continue
    know(draft, id, { leftMs: undefined })
    const before = draft.walkers.some(walker => {
      const { lo, hi } = believed(walker)
      const { front, far } = ownView(layout, from, lo, hi)
      return walker.person === id && front < far
    })
    if (before) rename(draft, id)
  }
}

/** Followers whom the low beam shows to be people: each has reached the far side. */
export function judge(draft: Draft, evidence: Evidence): PersonEvent[] {
  const events: PersonEvent[] = []
  for (const [id, person] of [...draft.people]) {
    const { doubtMs, from, accounted } = person
    if (doubtMs === undefined || doubtUntilMs(doubtMs, evidence) > draft.nowMs) continue
    know(draft, id, { doubtMs: undefined })
    const main = mainPulse(doubtMs, evidence)
    if (accounted || (main !== undefined && isThing(evidence.low, main))) continue
    events.push({ what: 'followed', direction: from, person: id })
  }
  return events
}

/** What D said of whoever reached the far side then. */
function mainPulse(doubtMs: number, { main }: Evidence): Pulse | undefined {
  return main.findLast(({ onMs }) => onMs <= doubtMs)
}

function doubtUntilMs(doubtMs: number, evidence: Evidence): number {
  const main = mainPulse(doubtMs, evidence)
  const until = main === undefined ? doubtMs : spokenUntilMs(main)
  return Math.max(doubtMs, until ?? doubtMs + DOUBT_MS)
}

function hiddenUntilMs(walker: Walker, evidence: Evidence, layout: Layout): number {
  const { rear, far } = ownView(layout, walker.from, walker.lo, walker.hi)
  const unsure = isAround(walker) && rear > far && !worksBehind(evidence, layout, walker.from)
  return walker.sinceMs + (unsure ? SETTLE_MS : BETWEEN_MS)
}

/** When something will be over by time alone. */
export function dueTimes(
  { walkers, people, layout }: Pick<Draft, 'walkers' | 'people' | 'layout'>,
  evidence: Evidence,
): number[] {
  const times: number[] = []
  for (const walker of walkers) {
    if (!covers(walker)) times.push(hiddenUntilMs(walker, evidence, layout))
  }
  for (const { leftMs, doubtMs } of people.values()) {
    if (leftMs !== undefined) times.push(leftMs + JOIN_MS)
    if (doubtMs !== undefined) times.push(doubtUntilMs(doubtMs, evidence))
  }
  return times
}
