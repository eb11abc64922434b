/**
 * Who is in a flap lane, from all its beams: people that come, reach the far side of the panels,
 * are through, or go back; beams that are stuck. `walkers.ts` has the bodies between the beams.
 * Times are monotonic milliseconds. Pure.
 */
import type { Direction } from '../contract/events.ts'
import { type Beam, type Layout, layoutOf, ownView, tellsDirection } from './beam-layout.ts'
import { addPulse, type Pulse } from './low-beam.ts'
import {
  dueTimes,
  type Evidence,
  expire,
  happened,
  judge,
  type PersonEvent,
  worksBehind,
} from './people.ts'
import { renameBehind, separate } from './separation.ts'
import { free, interrupt } from './walker-moves.ts'
import {
  covers,
  type Draft,
  isAround,
  isAtPanels,
  know,
  newPerson,
  type Person,
  THING,
  type Walker,
} from './walkers.ts'

/** What the tracker must know of a lane. */
export interface TrackSettings {
  readonly profile: 'tripod' | 'flap'
  /** The beams that are wired. */
  readonly beams: readonly Beam[]
  /** Whether there is a low beam beside D, which tells a case from a person. */
  readonly lowBeam: boolean
  /** How many neighbouring beams must be free at a time between two people. */
  readonly gapBeams: number
  /** Whoever comes within this after the last one belongs to them: a case drawn behind. */
  readonly joinMs: number
  /** A beam interrupted for as long is stuck. */
  readonly stuckMs: number
}

/** What is known of a lane's beams and of whom they see. */
export interface BeamTrack {
  /** Interrupted now, as the board says, and since when. */
  readonly active: ReadonlyMap<Beam, number>
  /** Interrupted for too long: left out, until they are free. */
  readonly stuck: readonly Beam[]
  /** Beams that have been seen to work since the board came. */
  readonly seen: readonly Beam[]
  readonly walkers: readonly Walker[]
  readonly people: ReadonlyMap<number, Person>
  readonly nextPerson: number
  readonly lastOut: Draft['lastOut']
  readonly lastReached: Evidence['lastReached']
  /** The last interruptions of the low beam, and of D beside it. */
  readonly low: readonly Pulse[]
  readonly main: readonly Pulse[]
  /** When `ring` is wanted. */
  readonly dueMs: number | undefined
}

export const NO_TRACK: BeamTrack = {
  active: new Map(),
  stuck: [],
  seen: [],
  walkers: [],
  people: new Map(),
  nextPerson: THING + 1,
  lastOut: undefined,
  lastReached: {},
  low: [],
  main: [],
  dueMs: undefined,
}

export interface TrackStep {
  readonly track: BeamTrack
  readonly events: readonly PersonEvent[]
  /** Beams found stuck, or free again, by this step. */
  readonly stuck: readonly Beam[]
  readonly freed: readonly Beam[]
}

/** Nobody stands at the panels, as far as the beams can say. With both panel beams stuck they can't. */
export function isClear(track: BeamTrack, settings: TrackSettings): boolean {
  if (track.stuck.includes('beamC') && track.stuck.includes('beamD')) return false
  const layout = layoutOf(settings.beams, track.stuck)
  if (!tellsDirection(layout))
    return [...track.active.keys()].every(one => track.stuck.includes(one))
  return !track.walkers.some(walker => isAtPanels({ layout }, walker))
}

/** Enough beams work to tell who walks which way. */
export function isFit(track: BeamTrack, settings: TrackSettings): boolean {
  return tellsDirection(layoutOf(settings.beams, track.stuck))
}

/** A beam changed. */
export function beamMoved(
  track: BeamTrack,
  beam: Beam,
  on: boolean,
  settings: TrackSettings,
  nowMs: number,
): TrackStep {
  if (track.active.has(beam) === on) return { track, events: [], stuck: [], freed: [] }
  const active = new Map(track.active)
  if (on) active.set(beam, nowMs)
  else active.delete(beam)
  const seen = on && !track.seen.includes(beam) ? [...track.seen, beam] : track.seen
  const main = beam === 'beamD' ? addPulse(track.main, on, nowMs) : track.main
  const next = { ...track, active, seen, main }
  if (track.stuck.includes(beam)) {
    const stuck = track.stuck.filter(one => one !== beam)
    return { ...finish(relaid(next, stuck, settings), settings, nowMs), freed: [beam] }
  }
  return finish(next, settings, nowMs, draft => {
    const { layout } = draft
    const index = layout.beams.indexOf(beam)
    if (index === -1 || !tellsDirection(layout)) return []
    if (on) interrupt(draft, index, sinceIn(next, layout), settings.joinMs)
    else free(draft, index, from => !worksBehind(next, layout, from))
    return []
  })
}

/** The low beam changed. */
export function lowBeamMoved(track: BeamTrack, on: boolean, nowMs: number): BeamTrack {
  return { ...track, low: addPulse(track.low, on, nowMs) }
}

/** `dueMs` has come. */
export function ring(track: BeamTrack, settings: TrackSettings, nowMs: number): TrackStep {
  const stuck = [...track.active]
    .filter(([beam, sinceMs]) => sinceMs + settings.stuckMs <= nowMs && !track.stuck.includes(beam))
    .map(([beam]) => beam)
  const known = stuck.length === 0 ? track : relaid(track, [...track.stuck, ...stuck], settings)
  const evidence = { ...known, lowBeam: settings.lowBeam }
  let unseen: readonly Beam[] = []
  const step = finish({ ...known, dueMs: undefined }, settings, nowMs, draft => {
    unseen = expire(draft, evidence)
    return judge(draft, evidence)
  })
  const seen = step.track.seen.filter(beam => !unseen.includes(beam))
  return { ...step, track: { ...step.track, seen }, stuck }
}

/**
 * The person whom a grant for `direction` is for, if they stand at the near beam already; one who
 * came there as a part of the person before is somebody of their own from now on.
 */
export function standing(
  track: BeamTrack,
  direction: Direction,
  settings: TrackSettings,
  nowMs: number,
): { track: BeamTrack; person: number | undefined } {
  const layout = layoutOf(settings.beams, track.stuck)
  const at = track.walkers.find(walker => {
    if (walker.from !== direction || walker.person === THING || !covers(walker)) return false
    const { front, near } = ownView(layout, direction, walker.lo, walker.hi)
    return front === near
  })
  if (at === undefined) return { track, person: undefined }
  if (track.people.get(at.person)?.reached !== true) return { track, person: at.person }
  const draft = draftOf(track, layout, settings, nowMs)
  const person = newPerson(draft, direction)
  renameBehind(draft, at, person)
  know(draft, person, { arrived: true })
  return { track: { ...track, ...kept(draft) }, person }
}

/** This person has a grant of their own. */
export function account(track: BeamTrack, id: number): BeamTrack {
  const person = track.people.get(id)
  if (person === undefined) return track
  const people = new Map(track.people).set(id, { ...person, accounted: true })
  return { ...track, people }
}

function draftOf(
  track: BeamTrack,
  layout: Layout,
  { gapBeams }: TrackSettings,
  nowMs: number,
): Draft {
  const { nextPerson, lastOut } = track
  const [walkers, people] = [[...track.walkers], new Map(track.people)]
  return { layout, nowMs, gapBeams, walkers, people, nextPerson, lastOut }
}

function kept({ walkers, people, nextPerson, lastOut }: Draft) {
  return { walkers, people, nextPerson, lastOut }
}

/** Works a change in, and says what people did by it. */
function finish(
  track: BeamTrack,
  settings: TrackSettings,
  nowMs: number,
  change: (draft: Draft) => readonly PersonEvent[] = () => [],
): TrackStep {
  const layout = layoutOf(settings.beams, track.stuck)
  const draft = draftOf(track, layout, settings, nowMs)
  const late = change(draft)
  separate(draft, sinceIn(track, layout))
  const { lowBeam, stuckMs } = settings
  const { events, lastReached } = happened(draft, track.people, { ...track, lowBeam })
  const next = { ...track, ...kept(draft), lastReached }
  const waits = [...track.active].filter(([beam]) => !track.stuck.includes(beam))
  const dues = [
    ...waits.map(([, sinceMs]) => sinceMs + stuckMs),
    ...dueTimes(draft, { ...next, lowBeam }),
  ]
  const dueMs = dues.length === 0 ? undefined : Math.min(...dues)
  return { track: { ...next, dueMs }, events: [...late, ...events], stuck: [], freed: [] }
}

function sinceIn(track: BeamTrack, layout: Layout) {
  return (index: number): number =>
    track.active.get(layout.beams[index] as Beam) ?? Number.POSITIVE_INFINITY
}

/** Other beams in use: bodies keep the places that are left to them. */
function relaid(track: BeamTrack, stuck: readonly Beam[], settings: TrackSettings): BeamTrack {
  const before = layoutOf(settings.beams, track.stuck)
  const after = layoutOf(settings.beams, stuck)
  const walkers = track.walkers.flatMap(walker => relaidWalker(walker, before, after, track))
  return { ...track, stuck, walkers }
}

function relaidWalker(
  walker: Walker,
  before: Layout,
  after: Layout,
  { active }: BeamTrack,
): Walker[] {
  if (!covers(walker)) return [{ ...walker, ...relaidHidden(walker, before, after) }]
  const held = before.beams.slice(walker.lo, walker.hi + 1).filter(beam => active.has(beam))
  const runs: Walker[] = []
  for (const index of held.map(beam => after.beams.indexOf(beam)).filter(one => one !== -1)) {
    const run = runs.at(-1)
    if (run !== undefined && run.hi === index - 1) runs[runs.length - 1] = { ...run, hi: index }
    else runs.push({ ...walker, lo: index, hi: index })
  }
  return runs
}

/**
 * Where a body that covers no beam is among other beams: between the same two, or those next to them.
 * One that is on either side of a beam stays so while that is in use. Of a beam that comes back between
 * the two it is on the side that it came from.
 */
function relaidHidden(
  { lo, hi, heading }: Walker,
  before: Layout,
  after: Layout,
): Pick<Walker, 'lo' | 'hi'> {
  const around = isAround({ lo, hi }) ? after.beams.indexOf(before.beams[hi + 1] as Beam) : -1
  if (around !== -1) return { lo: around + 1, hi: around - 1 }
  const [below, above] = [before.beams[hi], before.beams[lo]]
  const first = below === undefined ? -1 : after.beams.findLastIndex(beam => beam <= below)
  const next = above === undefined ? -1 : after.beams.findIndex(beam => beam >= above)
  const last = next === -1 ? after.beams.length : next
  // Beyond the end of the row nobody is hidden.
  const isAfterFirst = above === undefined || (below !== undefined && heading === 1)
  return isAfterFirst ? { lo: first + 1, hi: first } : { lo: last, hi: last - 1 }
}
