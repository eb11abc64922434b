/**
 * Who is in a flap barrier, from its two innermost beams, C before the panels and D behind them
 * (seen from the entry). Pure.
 *
 * A beam that ends counts as clear only after `joinMs`: legs, and a bag drawn behind, are one
 * person. Someone who left the near beam and has not reached the far one may stand between the
 * two, as a child can: the way is not clear until they come out, or `BETWEEN_MS` have passed.
 */
import type { Direction } from '../contract/events.ts'
import { alarm } from './effects.ts'
import type { Beam, Effect, MachineSettings, Way } from './state.ts'

/** How long someone unseen between the beams keeps the barrier open; as the board's firmware. */
export const BETWEEN_MS = 10_000

/** `nth`: of those who came in this direction since the way was clear. */
export interface WayEvent {
  readonly what: 'arrived' | 'reached' | 'crossed' | 'back'
  readonly direction: Direction
  readonly nth: number
}

export interface WayStep {
  readonly way: Way
  readonly events: readonly WayEvent[]
  readonly effects: readonly Effect[]
}

type PanelBeam = 'beamC' | 'beamD'

export function isClear(way: Way): boolean {
  return way.on.length === 0 && way.from === undefined
}

/** The next grant is for whoever stands at the near beam now: counts begin anew with them. */
export function countAnew(way: Way): Way {
  if (way.from === undefined || way.reached > way.went) return way
  const near = nearOf(way.from)
  if (!way.on.includes(near)) return way
  return { ...way, came: 1, left: 0, reached: 0, went: 0 }
}

/** A beam as the board reports it; only a flap counts people by them. */
export function beamChanged(
  way: Way,
  beam: Beam,
  active: boolean,
  settings: MachineSettings,
): WayStep {
  const watched = active ? startWatch(way, beam, settings) : endWatch(way, beam)
  if (settings.profile !== 'flap' || !isPanelBeam(beam)) return watched
  if (!active) {
    return add(watched, [], [{ type: 'deadline', name: beam, afterMs: settings.joinMs }])
  }
  const cancel: Effect[] = [{ type: 'cancel', name: beam }]
  if (watched.way.on.includes(beam)) return add(watched, [], cancel)
  const { way: entered, events, effects } = interrupted(watched.way, beam)
  return add({ ...watched, way: entered }, events, [...cancel, ...effects])
}

/** A panel beam has been free for `joinMs`. */
export function beamCleared(way: Way, beam: PanelBeam): WayStep {
  if (way.active.includes(beam) || !way.on.includes(beam)) return { way, events: [], effects: [] }
  const { from } = way
  const rest = { ...way, on: way.on.filter(one => one !== beam) }
  if (from === undefined) return { way: rest, events: [], effects: [] }
  if (beam === nearOf(from)) return settled({ ...rest, left: rest.left + 1 }, [])
  if (rest.left > rest.went) {
    const went = rest.went + 1
    return settled({ ...rest, went }, [{ what: 'crossed', direction: from, nth: went }])
  }
  // The near beam was never left: a step back.
  return settled({ ...rest, reached: Math.max(rest.went, rest.reached - 1) }, [])
}

/** Nobody came out for `BETWEEN_MS`: they went back. */
export function betweenOver(way: Way): WayStep {
  if (way.on.length > 0 || way.from === undefined) return { way, events: [], effects: [] }
  const gone: WayEvent = { what: 'back', direction: way.from, nth: way.came }
  return { way: reset(way), events: [gone], effects: [] }
}

function interrupted(way: Way, beam: PanelBeam): WayStep {
  const on = [...way.on, beam]
  const cancel: Effect[] = [{ type: 'cancel', name: 'between' }]
  const from = way.from ?? sideOf(beam)
  if (beam === nearOf(from)) {
    const came = way.came + 1
    const events: WayEvent[] = [{ what: 'arrived', direction: from, nth: came }]
    return { way: { ...way, on, from, came }, events, effects: cancel }
  }
  const reached = way.reached + 1
  const came = Math.max(way.came, reached)
  const events: WayEvent[] = [{ what: 'reached', direction: from, nth: reached }]
  return { way: { ...way, on, came, reached }, events, effects: cancel }
}

/** With both beams free: all went through, or someone is between or has gone back. */
function settled(way: Way, events: readonly WayEvent[]): WayStep {
  if (way.on.length > 0) return { way, events, effects: [] }
  if (way.went >= way.came) return { way: reset(way), events, effects: [] }
  return { way, events, effects: [{ type: 'deadline', name: 'between', afterMs: BETWEEN_MS }] }
}

function reset(way: Way): Way {
  return { ...way, from: undefined, came: 0, left: 0, reached: 0, went: 0 }
}

/** One timer for all beams: what is interrupted at two of its rings is stuck. */
export function stuckRing(way: Way, settings: MachineSettings): WayStep {
  const fresh = way.suspect.filter(beam => way.active.includes(beam) && !way.stuck.includes(beam))
  const effects: Effect[] = fresh.map(beam =>
    alarm('BEAM_STUCK', true, `${beam} stays interrupted`),
  )
  if (way.active.length > way.stuck.length + fresh.length) effects.push(watch(settings))
  const stuck = [...way.stuck, ...fresh]
  return { way: { ...way, suspect: way.active, stuck }, events: [], effects }
}

function startWatch(way: Way, beam: Beam, settings: MachineSettings): WayStep {
  if (way.active.includes(beam)) return { way, events: [], effects: [] }
  const running = way.active.length > way.stuck.length
  const effects: Effect[] = running ? [] : [watch(settings)]
  return { way: { ...way, active: [...way.active, beam] }, events: [], effects }
}

function endWatch(way: Way, beam: Beam): WayStep {
  const without = (list: readonly Beam[]) => list.filter(one => one !== beam)
  const effects = way.stuck.includes(beam) ? [alarm('BEAM_STUCK', false, `${beam} is free`)] : []
  const { active, suspect, stuck } = way
  return {
    way: { ...way, active: without(active), suspect: without(suspect), stuck: without(stuck) },
    events: [],
    effects,
  }
}

function watch({ stuckMs }: MachineSettings): Effect {
  return { type: 'deadline', name: 'stuck', afterMs: stuckMs / 2 }
}

function add(step: WayStep, events: readonly WayEvent[], effects: readonly Effect[]): WayStep {
  return {
    way: step.way,
    events: [...step.events, ...events],
    effects: [...step.effects, ...effects],
  }
}

function isPanelBeam(beam: Beam): beam is PanelBeam {
  return beam === 'beamC' || beam === 'beamD'
}

function nearOf(from: Direction): PanelBeam {
  return from === 'entry' ? 'beamC' : 'beamD'
}

function sideOf(beam: PanelBeam): Direction {
  return beam === 'beamC' ? 'entry' : 'exit'
}
