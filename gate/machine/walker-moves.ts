/**
 * How bodies move from beam to beam, by beams that are interrupted and beams that are free again.
 * Works on a draft of the tracker. Pure.
 */
import type { Direction } from '../contract/events.ts'
import { separateFrom } from './separation.ts'
import {
  believed,
  covers,
  type Draft,
  isAround,
  know,
  newPerson,
  THING,
  type Walker,
} from './walkers.ts'

/** Beam `index` was interrupted: by whom? `joinMs`: whoever comes so soon belongs to the last. */
export function interrupt(
  draft: Draft,
  index: number,
  sinceOf: (index: number) => number,
  joinMs: number,
): void {
  const at = moverInto(draft, index)
  if (at === undefined) {
    arrive(draft, index, joinMs)
    return
  }
  extend(draft, passThrough(draft, at, index, sinceOf), index)
}

/**
 * Which body can have moved into a beam: the one that heads there. Bodies don't pass each other, so
 * of two with one heading it is the one ahead, and of two that face each other the one that moved
 * last.
 */
function moverInto({ walkers, layout }: Draft, index: number): number | undefined {
  const inward = index === 0 ? 1 : index === layout.beams.length - 1 ? -1 : undefined
  const movers: Mover[] = []
  for (const [at, { heading, sinceMs, ...walker }] of walkers.entries()) {
    const way = wayInto(walker, index)
    if (way === undefined) continue
    const rank = way === heading ? 0 : way === 0 ? 1 : 2
    // At the ends of the row somebody new is likelier than one who comes back.
    if (inward !== undefined && (rank === 2 || (rank === 1 && heading === inward))) continue
    movers.push({ at, way, rank, sinceMs })
  }
  const first = Math.min(...movers.map(({ rank }) => rank))
  const likely = movers.filter(({ rank }) => rank === first)
  const ahead = likely.filter(
    one => !likely.some(({ at, way }) => way === one.way && (at - one.at) * way > 0),
  )
  return ahead.sort((a, b) => b.sinceMs - a.sinceMs)[0]?.at
}

interface Mover {
  readonly at: number
  readonly way: 1 | 0 | -1
  readonly rank: number
  readonly sinceMs: number
}

/** The direction in which a body would move into a beam; 0 where it was there last. */
function wayInto(walker: Pick<Walker, 'lo' | 'hi'>, index: number): 1 | 0 | -1 | undefined {
  const { lo, hi } = walker
  if (isAround(walker) && index === hi + 1) return 0
  const up = covers(walker) ? hi + 1 : lo
  const down = covers(walker) ? lo - 1 : hi
  return index === up ? 1 : index === down ? -1 : undefined
}

function extend(draft: Draft, at: number, index: number): void {
  const walker = draft.walkers[at] as Walker
  const way = wayInto(walker, index)
  const heading = way === 1 || way === -1 ? way : walker.heading
  const span = covers(walker)
    ? { lo: Math.min(walker.lo, index), hi: Math.max(walker.hi, index) }
    : { lo: index, hi: index }
  const next = { ...walker, ...span, heading, sinceMs: draft.nowMs }
  if (walker.person !== THING) {
    draft.walkers[at] = next
    return
  }
  // What was taken for a thing moves: somebody.
  const from = heading === 1 ? 'entry' : 'exit'
  draft.walkers[at] = { ...next, from, person: newPerson(draft, from) }
}

/** How long a body must have stood still to be a thing that others pass. */
const STILL_MS = 1000

/**
 * A beam held by tape or a bag looks like somebody who stands there, and who walks through it like
 * nobody. If a body from the other side has not moved, and one right before it moves on, the
 * movement is that one's. Gives the place of the body that moves.
 */
function passThrough(
  draft: Draft,
  at: number,
  index: number,
  sinceOf: (index: number) => number,
): number {
  const still = draft.walkers[at] as Walker
  const way = wayInto(still, index)
  if (way === undefined || way === 0 || still.lo !== still.hi) return at
  const mover = draft.walkers[at - way]
  if (mover === undefined || mover.from === still.from || mover.heading !== way) return at
  const stood = draft.nowMs - sinceOf(still.lo) >= STILL_MS
  const touches =
    way === 1 ? believed(mover).hi >= still.lo - 1 : believed(mover).lo <= still.hi + 1
  if (!stood || !touches || mover.sinceMs <= still.sinceMs) return at
  const { person, from, heading } = mover
  draft.walkers[at] = { ...still, person, from, heading }
  if (covers(mover)) {
    draft.walkers[at - way] = { ...mover, person: THING }
    return at
  }
  draft.walkers.splice(at - way, 1)
  return way === 1 ? at - 1 : at
}

/** Somebody new: from outside at the ends of the row, else from the side of the panels they show on. */
function arrive(draft: Draft, index: number, joinMs: number): void {
  const { walkers, layout, nowMs } = draft
  const last = layout.beams.length - 1
  const fromEntry = index === 0 || (index !== last && index < layout.panels)
  const from: Direction = fromEntry ? 'entry' : 'exit'
  const place = walkers.findIndex(walker => believed(walker).lo > index)
  const at = place === -1 ? walkers.length : place
  const ahead = walkers[fromEntry ? at : at - 1]
  const person = joined(draft, ahead, index, from) ?? lately(draft, ahead, from, joinMs)
  walkers.splice(at, 0, {
    person: person ?? newPerson(draft, from),
    from,
    lo: index,
    hi: index,
    heading: fromEntry ? 1 : -1,
    sinceMs: nowMs,
  })
}

/** Whoever comes right behind somebody is not told apart from them yet. */
function joined(
  draft: Draft,
  ahead: Walker | undefined,
  index: number,
  from: Direction,
): number | undefined {
  if (ahead === undefined || ahead.from !== from || ahead.person === THING) return undefined
  const { lo, hi } = believed(ahead)
  const free = from === 'entry' ? lo - index : index - hi
  return free < draft.gapBeams ? ahead.person : undefined
}

function lately(
  draft: Draft,
  ahead: Walker | undefined,
  from: Direction,
  joinMs: number,
): number | undefined {
  const { lastOut, nowMs, people } = draft
  if (ahead?.from === from || lastOut === undefined || nowMs - lastOut.atMs >= joinMs) {
    return undefined
  }
  return people.get(lastOut.person)?.from === from ? lastOut.person : undefined
}

/**
 * Beam `index` is free again. `blindBehind`: beams behind the panels, counted from the entry's or
 * the exit's side, have not been seen to work, so one who leaves the far beam may be gone.
 */
export function free(draft: Draft, index: number, blindBehind: (from: Direction) => boolean): void {
  const at = draft.walkers.findIndex(({ lo, hi }) => lo <= index && index <= hi)
  const walker = draft.walkers[at]
  if (walker === undefined) return
  const { lo, hi } = walker
  const moved = { ...walker, sinceMs: draft.nowMs }
  if (lo === hi) uncover(draft, at, index)
  else if (index === lo || index === hi) {
    const shrunk =
      index === lo
        ? { ...moved, lo: lo + 1, heading: 1 as const }
        : { ...moved, hi: hi - 1, heading: -1 as const }
    draft.walkers[at] = shrunk
    if (isFarBeam(draft, walker, index) && blindBehind(walker.from)) slippedOut(draft, at)
  } else {
    const parts: Walker[] = [
      { ...moved, hi: index - 1 },
      { ...moved, lo: index + 1 },
    ]
    draft.walkers.splice(at, 1, ...parts)
  }
}

function isFarBeam({ layout }: Draft, { from }: Walker, index: number): boolean {
  return index === (from === 'entry' ? layout.panels : layout.panels - 1)
}

/**
 * The far beam ended while the near one is held, and no beam behind can say what that was: a step
 * back, or one who has gone while another stands at the near beam. Taken for the second.
 */
function slippedOut(draft: Draft, at: number): void {
  const rest = draft.walkers[at] as Walker
  if (rest.person === THING) return
  know(draft, rest.person, { crossed: true })
  const heading = rest.from === 'entry' ? 1 : -1
  draft.walkers[at] = { ...rest, heading, person: newPerson(draft, rest.from) }
}

/** The only beam that a body covered is free: it is between two, or has left the row. */
function uncover(draft: Draft, at: number, index: number): void {
  const walker = draft.walkers[at] as Walker
  const { layout, nowMs } = draft
  if (walker.person === THING) {
    draft.walkers.splice(at, 1)
    return
  }
  const atPanels = index === layout.panels || index === layout.panels - 1
  if (atPanels) {
    draft.walkers[at] = { ...walker, lo: index + 1, hi: index - 1, sinceMs: nowMs }
    return
  }
  const hidden =
    walker.heading === 1
      ? { ...walker, lo: index + 1, hi: index, sinceMs: nowMs }
      : { ...walker, lo: index, hi: index - 1, sinceMs: nowMs }
  const out = walker.heading === 1 ? hidden.lo >= layout.beams.length : hidden.hi < 0
  if (out) leave(draft, at)
  else draft.walkers[at] = hidden
}

/** A body is out of the row, and what of it hid at that end. */
export function leave(draft: Draft, at: number): void {
  const walker = draft.walkers[at] as Walker
  const { person, from, heading } = walker
  const count = draft.layout.beams.length
  const atEnd = (one: Walker) => !covers(one) && (heading === 1 ? one.lo >= count : one.hi < 0)
  draft.walkers.splice(at, 1)
  draft.walkers = draft.walkers.filter(one => one.person !== person || !atEnd(one))
  const byFar = (heading === 1) === (from === 'entry')
  if (!byFar || person === THING) return
  const rest = draft.walkers.some(one => one.person === person)
  know(draft, person, { crossed: true, ...(rest ? { leftMs: draft.nowMs } : {}) })
  draft.lastOut = { person, atMs: draft.nowMs }
  separateFrom(draft, person, from, from === 'entry' ? count : -1)
}
