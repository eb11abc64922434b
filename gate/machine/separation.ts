/**
 * Two people or one. Two bodies are two people only when two neighbouring beams were free between
 * them at one time: then at least the distance of two beams lay between them, whatever their speed. A
 * case drawn closer than that never shows it, since a gap that moves along a row frees each beam in
 * turn, and a narrow one frees the last before it reaches the next. Works on a draft of the tracker.
 * Pure.
 */
import type { Direction } from '../contract/events.ts'
import { believed, covers, type Draft, newPerson, THING, type Walker } from './walkers.ts'

/** Looks between all neighbours: where the gap is wide enough, the one behind is somebody else. */
export function separate(draft: Draft, sinceOf: (index: number) => number): void {
  for (let at = 0; at + 1 < draft.walkers.length; at += 1) {
    const lower = draft.walkers[at] as Walker
    const upper = draft.walkers[at + 1] as Walker
    if (lower.person !== upper.person || lower.person === THING) continue
    const gap = believed(upper).lo - believed(lower).hi - 1
    if (gap < draft.gapBeams) continue
    const { person, from } = lower
    const behind = from === 'entry' ? lower : upper
    const bornMs = draft.people.get(person)?.bornMs ?? 0
    const thing = covers(behind) && isOlder(behind, bornMs, sinceOf)
    renameBehind(draft, behind, thing ? THING : newPerson(draft, from))
  }
}

/** A body, and those of the same person that come after it, are somebody else: `next`. */
export function renameBehind(draft: Draft, first: Walker, next: number): void {
  const { person, from } = first
  const at = draft.walkers.indexOf(first)
  draft.walkers = draft.walkers.map((one, index) => {
    const isBehind = from === 'entry' ? index <= at : index >= at
    return isBehind && one.person === person ? { ...one, person: next } : one
  })
}

/** All its beams have been held since before that person came: what they passed, not who follows. */
function isOlder(walker: Walker, bornMs: number, sinceOf: (index: number) => number): boolean {
  for (let index = walker.lo; index <= walker.hi; index += 1) {
    if (sinceOf(index) > bornMs) return false
  }
  return true
}

/** One part of a person has left at `edge`: is the rest far enough behind to be somebody else? */
export function separateFrom(draft: Draft, person: number, from: Direction, edge: number): void {
  const rest = draft.walkers.filter(walker => walker.person === person)
  const front = from === 'entry' ? rest.at(-1) : rest[0]
  if (front === undefined) return
  const span = believed(front)
  const gap = from === 'entry' ? edge - span.hi - 1 : span.lo - edge - 1
  if (gap >= draft.gapBeams) rename(draft, person)
}

/** What is left of a person is somebody else. */
export function rename(draft: Draft, person: number): void {
  const from = draft.people.get(person)?.from
  if (from === undefined || !draft.walkers.some(one => one.person === person)) return
  const next = newPerson(draft, from)
  draft.walkers = draft.walkers.map(one => (one.person === person ? { ...one, person: next } : one))
}
