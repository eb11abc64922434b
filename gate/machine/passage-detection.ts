/**
 * From contacts and beams to passages: those that begin and end, and those without a grant. A tripod
 * counts turns by its PASS contacts, a flap counts people by its beams. Pure.
 */
import type { AlarmCode } from '../contract/codes.ts'
import type { Direction } from '../contract/events.ts'
import { reopen } from './barrier.ts'
import type { Beam } from './beam-layout.ts'
import { beamMoved, isFit, lowBeamMoved, ring, type TrackStep } from './beam-tracker.ts'
import { alarm, stay } from './effects.ts'
import { begin, nobodyWalked, passed } from './passage.ts'
import type { PersonEvent } from './people.ts'
import { isFree } from './rest.ts'
import { found, lost } from './service.ts'
import type { Effect, LaneState, MachineSettings, Step } from './state.ts'
import { traitsOf } from './state-traits.ts'

/** A tripod's PASS contact: active from the first degrees of a turn until the arm rests again. */
export function turned(
  lane: LaneState,
  which: 'passA' | 'passB',
  active: boolean,
  settings: MachineSettings,
): Step {
  const { state } = lane
  const direction: Direction = which === 'passA' ? 'entry' : 'exit'
  const granted = state.name === 'Admitting' || state.name === 'Passing'
  const ours = granted && state.grant.direction === direction
  if (ours && state.name === 'Passing') {
    return active ? stay(lane) : passed(lane, state.grant, state.ref)
  }
  if (ours && active && state.ref !== undefined) {
    return begin(lane, state.grant, state.ref, settings, 0)
  }
  if (!active || !traitsOf(lane).guarded || isFree(lane, direction)) return stay(lane)
  const against = lane.modes[direction] === 'closed' || (granted && !ours)
  const code = against ? 'WRONG_WAY' : 'FORCED'
  return told(lane, code, `${which} moved without a grant for it`, settings)
}

/** A beam changed: on a flap this is people moving, and an obstacle while the panels close. */
export function beam(
  lane: LaneState,
  which: Beam,
  active: boolean,
  settings: MachineSettings,
  nowMs: number,
): Step {
  const moved = beamMoved(lane.track, which, active, settings, nowMs)
  const step = walked(lane, moved, settings, nowMs)
  const atPanels = which === 'beamC' || which === 'beamD'
  if (!active || !atPanels || !step.lane.barrier.closing) return step
  const again = reopen(step.lane)
  return { lane: again.lane, effects: [...step.effects, ...again.effects] }
}

export function lowBeam(lane: LaneState, active: boolean, nowMs: number): Step {
  return stay({ ...lane, track: lowBeamMoved(lane.track, active, nowMs) })
}

/**
 * Something about the beams is over by time alone. The timer that rang is spent: one that rang a
 * fraction of a millisecond early, as timers of whole milliseconds do, is set again.
 */
export function beamsRing(lane: LaneState, settings: MachineSettings, nowMs: number): Step {
  const track = { ...lane.track, dueMs: undefined }
  return walked({ ...lane, track }, ring(track, settings, nowMs), settings, nowMs)
}

function walked(lane: LaneState, moved: TrackStep, settings: MachineSettings, nowMs: number): Step {
  const { dueMs } = moved.track
  const timer: Effect[] =
    dueMs === lane.track.dueMs
      ? []
      : dueMs === undefined
        ? [{ type: 'cancel', name: 'beams' }]
        : [{ type: 'deadline', name: 'beams', afterMs: Math.max(0, dueMs - nowMs) }]
  let step = stay({ ...lane, track: moved.track }, ...timer)
  const add = (next: Step) => {
    step = { lane: next.lane, effects: [...step.effects, ...next.effects] }
  }
  for (const event of moved.events) {
    add(settings.profile === 'flap' ? person(step.lane, event, settings) : stay(step.lane))
  }
  for (const which of moved.stuck) add(stuck(step.lane, which, settings))
  for (const which of moved.freed) add(freed(step.lane, which, settings))
  return step
}

/** One thing that somebody between a flap's beams did. */
function person(lane: LaneState, event: PersonEvent, settings: MachineSettings): Step {
  const { state } = lane
  const { direction, what } = event
  const reached = what === 'reached'
  const arrivedClosed = what === 'arrived' && lane.modes[direction] === 'closed'
  const granted = state.name === 'Admitting' || state.name === 'Passing'
  if (granted && state.grant.direction === direction) {
    return onGrant(lane, state, event, settings)
  }
  if (!traitsOf(lane).guarded || lane.modes[direction] === 'free') return stay(lane)
  if (what === 'followed') return tailgate(lane, settings)
  if (arrivedClosed) {
    return told(lane, 'WRONG_WAY', `someone comes from the ${direction} side`, settings)
  }
  if (!reached) return stay(lane)
  const { energised, closing, last } = lane.barrier
  if (energised.length === 0 && !closing) {
    return told(lane, 'FORCED', 'someone went through the closed barrier', settings)
  }
  return last === direction && !granted
    ? tailgate(lane, settings)
    : told(lane, 'WRONG_WAY', `someone went through from the ${direction} side`, settings)
}

/** Somebody moves in the direction of the grant: whom it is for, or one who follows them. */
function onGrant(
  lane: LaneState,
  state: Extract<LaneState['state'], { name: 'Admitting' | 'Passing' }>,
  { what, person: id }: PersonEvent,
  settings: MachineSettings,
): Step {
  const { grant, ref } = state
  if (state.name === 'Admitting') {
    if (what === 'followed') return tailgate(lane, settings)
    const comes = what === 'arrived' || what === 'reached'
    return comes && ref !== undefined ? begin(lane, grant, ref, settings, id) : stay(lane)
  }
  if (id !== state.person) {
    return what === 'reached' || what === 'followed' ? tailgate(lane, settings) : stay(lane)
  }
  if (what === 'crossed') return passed(lane, grant, state.ref)
  return what === 'back' ? nobodyWalked(lane, grant, state.ref) : stay(lane)
}

/** Two on one grant: told, and by config the lane holds until staff press the release button. */
function tailgate(lane: LaneState, settings: MachineSettings): Step {
  const detail = 'a second person went through on one grant'
  if (settings.tailgate === 'alarm' || lane.out.includes('TAILGATE')) {
    return told(lane, 'TAILGATE', detail, settings)
  }
  const held = lost(lane, 'TAILGATE', `${detail}; the lane waits for staff to press release`)
  return { lane: held.lane, effects: [...held.effects, ...shown('TAILGATE', settings)] }
}

function told(
  lane: LaneState,
  code: Extract<AlarmCode, 'TAILGATE' | 'FORCED' | 'WRONG_WAY'>,
  detail: string,
  settings: MachineSettings,
): Step {
  return stay(lane, alarm(code, true, detail), ...shown(code, settings))
}

function shown(
  code: Extract<AlarmCode, 'TAILGATE' | 'FORCED' | 'WRONG_WAY'>,
  settings: MachineSettings,
): Effect[] {
  return [
    { type: 'sign', sign: code === 'TAILGATE' ? 'fraud' : 'intrusion', code },
    { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
  ]
}

/** A beam stays interrupted: the lane goes on without it, or stops where the rest is too few. */
function stuck(lane: LaneState, which: Beam, settings: MachineSettings): Step {
  if (settings.profile === 'tripod' || isFit(lane.track, settings)) {
    const without = settings.profile === 'flap' ? '; the lane goes on without it' : ''
    return stay(lane, alarm('BEAM_STUCK', true, `${which} stays interrupted${without}`))
  }
  const detail = `${which} stays interrupted; the others can not tell who walks which way`
  return lane.out.includes('BEAM_STUCK')
    ? stay(lane, alarm('BEAM_STUCK', true, detail))
    : lost(lane, 'BEAM_STUCK', detail)
}

function freed(lane: LaneState, which: Beam, settings: MachineSettings): Step {
  const over = alarm('BEAM_STUCK', false, `${which} is free`)
  if (!lane.out.includes('BEAM_STUCK') || !isFit(lane.track, settings)) return stay(lane, over)
  return found(lane, 'BEAM_STUCK')
}

/** The cabinet was opened or closed. */
export function tamper(lane: LaneState, active: boolean, settings: MachineSettings): Step {
  const opened = alarm('TAMPER', active, active ? 'cabinet open' : 'cabinet closed')
  if (!active || !traitsOf(lane).guarded) return stay(lane, opened)
  return stay(
    lane,
    opened,
    { type: 'sign', sign: 'intrusion', code: 'TAMPER' },
    { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
  )
}
