/**
 * Bodies between beams: each covers a run of beams or stands between two. A body that moves covers
 * the next beam before or after it frees the last; one that is thinner than the distance of two beams
 * covers none in between. Works on a draft of the tracker.
 */
import type { Direction } from '../contract/events.ts'
import { type Layout, ownView } from './beam-layout.ts'

/** A body. Indexes count the layout's beams from the entry side. */
export interface Walker {
  /** Bodies that are not told apart are one person. `THING`: nobody is counted for it. */
  readonly person: number
  readonly from: Direction
  /**
   * First and last beam that it covers. `lo` one above `hi`: it covers none and is between the two.
   * `lo` two above `hi`: it is on either side of the beam between, which it covered last.
   */
  readonly lo: number
  readonly hi: number
  /** 1: it moves towards the exit side. */
  readonly heading: 1 | -1
  /** When it last moved. */
  readonly sinceMs: number
}

/** What is known of one person. */
export interface Person {
  readonly from: Direction
  readonly bornMs: number
  readonly arrived: boolean
  readonly reached: boolean
  readonly crossed: boolean
  /** When a part of them left by the far beam while the rest was still before the panels. */
  readonly leftMs: number | undefined
  /** Follows somebody and may be a thing: reached the far side then, until the low beam decides. */
  readonly doubtMs: number | undefined
  /** Has a grant of their own. */
  readonly accounted: boolean
  /** No body of theirs is in the lane any more. */
  readonly gone: boolean
}

export const THING = 0

/** The tracker while one change is worked in. */
export interface Draft {
  readonly layout: Layout
  readonly nowMs: number
  /** How many free beams between two bodies make them two people. */
  readonly gapBeams: number
  walkers: Walker[]
  readonly people: Map<number, Person>
  nextPerson: number
  /** Who left last on which way, for lanes that join what follows soon. */
  lastOut: { readonly person: number; readonly atMs: number } | undefined
}

export function newPerson(draft: Draft, from: Direction): number {
  const id = draft.nextPerson
  draft.nextPerson += 1
  draft.people.set(id, {
    ...{ from, bornMs: draft.nowMs, arrived: false, reached: false, crossed: false },
    ...{ leftMs: undefined, doubtMs: undefined, accounted: false, gone: false },
  })
  return id
}

export function know(draft: Draft, id: number, news: Partial<Person>): void {
  const person = draft.people.get(id)
  if (person !== undefined) draft.people.set(id, { ...person, ...news })
}

export function covers(walker: Pick<Walker, 'lo' | 'hi'>): boolean {
  return walker.lo <= walker.hi
}

/** On either side of a beam that it covered last. */
export function isAround(walker: Pick<Walker, 'lo' | 'hi'>): boolean {
  return walker.lo - walker.hi === 2
}

/** Where a body is believed to be that may be on either side of a beam: on, the way it went. */
export function believed(walker: Walker): { lo: number; hi: number } {
  const { lo, hi, heading } = walker
  if (!isAround(walker)) return { lo, hi }
  return heading === 1 ? { lo, hi: lo - 1 } : { lo: hi + 1, hi }
}

/** Whether somebody is at the panels, or may be: between the last beam before and the first behind. */
export function isAtPanels({ layout }: Pick<Draft, 'layout'>, walker: Walker): boolean {
  const { near, far } = ownView(layout, 'entry', walker.lo, walker.hi)
  return covers(walker)
    ? walker.hi >= near && walker.lo <= far
    : walker.hi < far && walker.lo > near
}
