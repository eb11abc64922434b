/** One passage on a grant: someone walks, or nobody does until the barrier is shut again. Pure. */
import type { GrantBody, GrantRef } from '../contract/events.ts'
import { settlesVisit } from '../contract/visits.ts'
import { account } from './beam-tracker.ts'
import { annulled, relayOf, stay } from './effects.ts'
import { toRest } from './rest.ts'
import type { Effect, LaneState, MachineSettings, Step } from './state.ts'

/**
 * Someone is in the barrier: a tripod locks behind them, a flap stays until they are through.
 * `person`: whom the grant is for from now on, as a flap's beams count them; 0 on a tripod.
 */
export function begin(
  lane: LaneState,
  grant: GrantBody,
  ref: GrantRef,
  settings: MachineSettings,
  person: number,
): Step {
  const relay = relayOf(grant)
  const moves: Effect[] =
    settings.profile === 'tripod'
      ? [{ type: 'release', relay }]
      : lane.barrier.energised.includes(relay)
        ? []
        : [{ type: 'energise', relay }]
  return {
    lane: {
      ...lane,
      track: account(lane.track, person),
      state: { name: 'Passing', grant, ref, person },
    },
    effects: [
      { type: 'cancel', name: 'wait' },
      { type: 'cancel', name: 'pulse' },
      ...moves,
      { type: 'deadline', name: 'held', afterMs: settings.passageMs },
    ],
  }
}

/** Whoever was granted is through. */
export function passed(lane: LaneState, grant: GrantBody, ref: GrantRef): Step {
  const { direction, area } = grant
  const cti = settlesVisit(grant) ? { cti: grant.cti } : {}
  const body = { grant: ref, direction, area, ...cti }
  return toRest(
    lane,
    { type: 'release', relay: relayOf(grant) },
    { type: 'cancel', name: 'held' },
    { type: 'record', kind: 'passage', body },
  )
}

/** How long after its relay rests a tripod's arm may still begin to turn, milliseconds. */
const LATE_TURN_MS = 1000
/** A flap's panels are home this long after they should be, at the latest. */
const LATE_SHUT_MS = 100

/**
 * The time to walk is over: the relay rests, and the grant ends when the barrier is shut. Somebody
 * who comes until then goes through on it.
 */
export function waitOver(lane: LaneState, settings: MachineSettings): Step {
  const { state, barrier } = lane
  if (state.name !== 'Admitting' || state.ref === undefined) return stay(lane)
  const moves = barrier.energised.length > 0 || barrier.closing
  if (state.over && !moves) return nobodyWalked(lane, state.grant, state.ref)
  const flap = settings.profile === 'flap'
  return stay(
    { ...lane, state: { ...state, over: true } },
    { type: 'release', relay: relayOf(state.grant) },
    { type: 'cancel', name: 'pulse' },
    {
      ...({ type: 'deadline', name: 'wait' } as const),
      afterMs: flap ? settings.closeMs + LATE_SHUT_MS : LATE_TURN_MS,
    },
  )
}

/** The barrier is shut after nobody came, or they turned back. */
export function nobodyWalked(lane: LaneState, grant: GrantBody, ref: GrantRef): Step {
  return toRest(
    lane,
    { type: 'release', relay: relayOf(grant) },
    { type: 'cancel', name: 'pulse' },
    annulled(grant, ref, 'NO_TURN'),
  )
}
