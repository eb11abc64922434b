/**
 * What contacts and beams say of people: passages that begin and end, and those that nobody
 * granted. A tripod counts turns by its PASS contacts, a flap counts people by its beams. Pure.
 */
import type { AlarmCode } from '../contract/codes.ts'
import type { Direction } from '../contract/events.ts'
import { reopen } from './barrier.ts'
import { alarm, stay } from './effects.ts'
import { begin, nobodyWalked, passed } from './passage.ts'
import { isFree } from './rest.ts'
import type { Beam, Effect, Lane, MachineSettings, Step } from './state.ts'
import { beamChanged, beamCleared, betweenOver, type WayEvent, type WayStep } from './way.ts'

/** A tripod's PASS contact: active from the first degrees of a turn until the arm rests again. */
export function turned(
  lane: Lane,
  which: 'passA' | 'passB',
  active: boolean,
  settings: MachineSettings,
): Step {
  const { state } = lane
  const direction: Direction = which === 'passA' ? 'entry' : 'exit'
  const ours =
    (state.name === 'Admitting' || state.name === 'Passing') && state.grant.direction === direction
  if (ours && state.name === 'Passing') {
    return active ? stay(lane) : passed(lane, state.grant, state.ref)
  }
  if (ours && active && state.ref !== undefined) {
    return begin(lane, state.grant, state.ref, settings)
  }
  if (!active || !isGuarded(lane) || isFree(lane, direction)) return stay(lane)
  const against = lane.modes[direction] === 'closed' || (state.name === 'Admitting' && !ours)
  const code = against ? 'WRONG_WAY' : 'FORCED'
  return intrusion(lane, code, `${which} moved without a grant for it`, settings)
}

/** A beam changed: on a flap this is people moving, and an obstacle while the panels close. */
export function beam(lane: Lane, which: Beam, active: boolean, settings: MachineSettings): Step {
  const step = walked(lane, beamChanged(lane.way, which, active, settings), settings)
  const atPanels = which === 'beamC' || which === 'beamD'
  if (!active || !atPanels || !step.lane.barrier.closing) return step
  const again = reopen(step.lane)
  return { lane: again.lane, effects: [...step.effects, ...again.effects] }
}

export function beamFree(lane: Lane, which: 'beamC' | 'beamD', settings: MachineSettings): Step {
  return walked(lane, beamCleared(lane.way, which), settings)
}

export function nobodyBetween(lane: Lane, settings: MachineSettings): Step {
  return walked(lane, betweenOver(lane.way), settings)
}

function walked(lane: Lane, moved: WayStep, settings: MachineSettings): Step {
  let step = stay({ ...lane, way: moved.way }, ...moved.effects)
  for (const event of moved.events) {
    const next = person(step.lane, event, settings)
    step = { lane: next.lane, effects: [...step.effects, ...next.effects] }
  }
  return step
}

/** One thing that somebody between a flap's beams did. */
function person(lane: Lane, event: WayEvent, settings: MachineSettings): Step {
  const { state } = lane
  const { direction, what, nth } = event
  if (
    state.name === 'Admitting' &&
    state.ref !== undefined &&
    state.grant.direction === direction
  ) {
    if (what === 'arrived' || what === 'reached')
      return begin(lane, state.grant, state.ref, settings)
    return stay(lane)
  }
  if (state.name === 'Passing' && state.grant.direction === direction) {
    if (what === 'crossed') return passed(lane, state.grant, state.ref)
    if (what === 'back') return nobodyWalked(lane, state.grant, state.ref)
    return what === 'reached' && nth > 1 ? tailgate(lane, settings) : stay(lane)
  }
  if (!isGuarded(lane) || isFree(lane, direction)) return stay(lane)
  if (what === 'arrived' && lane.modes[direction] === 'closed') {
    return intrusion(lane, 'WRONG_WAY', `someone comes from the ${direction} side`, settings)
  }
  if (what !== 'reached') return stay(lane)
  const { energised, closing, last } = lane.barrier
  if (energised.length === 0 && !closing) {
    return intrusion(lane, 'FORCED', 'someone went through the closed barrier', settings)
  }
  return last === direction
    ? tailgate(lane, settings)
    : intrusion(lane, 'WRONG_WAY', `someone went through from the ${direction} side`, settings)
}

function tailgate(lane: Lane, settings: MachineSettings): Step {
  return stay(lane, ...shown('TAILGATE', 'a second person went through on one grant', settings))
}

function intrusion(
  lane: Lane,
  code: 'FORCED' | 'WRONG_WAY',
  detail: string,
  settings: MachineSettings,
): Step {
  return stay(lane, ...shown(code, detail, settings))
}

function shown(
  code: Extract<AlarmCode, 'TAILGATE' | 'FORCED' | 'WRONG_WAY'>,
  detail: string,
  settings: MachineSettings,
): Effect[] {
  return [
    alarm(code, true, detail),
    { type: 'sign', sign: code === 'TAILGATE' ? 'fraud' : 'intrusion', code },
    { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
  ]
}

/** The cabinet was opened or closed. */
export function tamper(lane: Lane, active: boolean, settings: MachineSettings): Step {
  const told = alarm('TAMPER', active, active ? 'cabinet open' : 'cabinet closed')
  if (!active || !isGuarded(lane)) return stay(lane, told)
  return stay(
    lane,
    told,
    { type: 'sign', sign: 'intrusion', code: 'TAMPER' },
    { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
  )
}

/** States in which the lane keeps watch. */
function isGuarded(lane: Lane): boolean {
  switch (lane.state.name) {
    case 'Locked':
    case 'Refusing':
    case 'Admitting':
    case 'Blocked':
    case 'Open':
      return true
    case 'Starting':
    case 'Passing':
    case 'Emergency':
    case 'OutOfService':
    case 'Maintenance':
      return false
    default:
      return lane.state satisfies never
  }
}
