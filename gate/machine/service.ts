/** Inputs that take a lane out of service or open it in any state: fire, lost devices, stop. Pure. */

import { NO_TRACK } from './beam-tracker.ts'
import {
  alarm,
  annulReasonOf,
  CANCEL_ALL,
  CANCEL_BARRIER,
  endGrant,
  OPEN_ALL,
  outSign,
  RELEASE_ALL,
  stay,
} from './effects.ts'
import { toRest } from './rest.ts'
import { type Effect, type LaneState, type OutReason, SHUT_BARRIER, type Step } from './state.ts'
import { traitsOf } from './state-traits.ts'

/** Opens at once: the row follows, it is not waited for. */
export function fire(lane: LaneState): Step {
  const told = alarm('FIRE', true, 'fire loop open: barrier open both ways until reset')
  if (lane.state.name === 'Emergency') {
    const news = lane.latched ? [] : [told]
    return stay({ ...lane, fire: true, latched: true }, ...OPEN_ALL, ...news)
  }
  return {
    lane: { ...lane, fire: true, latched: true, state: { name: 'Emergency', resetAsked: false } },
    effects: [...OPEN_ALL, ...CANCEL_ALL, ...endGrant(lane, 'FIRE'), told],
  }
}

/**
 * A missing scanner, too few beams and a second person on a grant let the passage that runs come to
 * its end; all else stops the lane.
 * A board that is gone has dropped its relays, and what it saw is forgotten: it tells anew.
 */
export function lost(lane: LaneState, reason: OutReason, detail: string): Step {
  if (lane.out.includes(reason)) return stay(lane)
  const awaited = lane.awaited.filter(one => one !== reason)
  const gone = reason === 'BOARD_LOST' || reason === 'NO_DEADMAN'
  const known = gone ? { track: NO_TRACK, barrier: SHUT_BARRIER } : {}
  const next: LaneState = { ...lane, ...known, awaited, out: [...lane.out, reason] }
  const told: Effect[] = reason === 'SHUTDOWN' ? [] : [alarm(reason, true, detail)]
  if (gone) {
    const unseen = lane.track.stuck.map(beam =>
      alarm('BEAM_STUCK', false, `${beam}: the board that saw it is gone`),
    )
    told.push(...CANCEL_BARRIER, ...unseen)
  }
  const waits = reason === 'SCANNER_LOST' || reason === 'TAILGATE' || reason === 'BEAM_STUCK'
  if (lane.state.name === 'Emergency' || (traitsOf(lane).granted && waits)) {
    return stay(next, ...told)
  }
  return {
    lane: { ...next, state: { name: 'OutOfService' } },
    effects: [
      ...RELEASE_ALL,
      ...CANCEL_ALL,
      ...endGrant(lane, annulReasonOf(reason)),
      ...told,
      outSign(next),
    ],
  }
}

export function found(lane: LaneState, reason: OutReason): Step {
  const wasOut = lane.out.includes(reason)
  if (!wasOut && !lane.awaited.includes(reason)) return stay(lane)
  const next: LaneState = {
    ...lane,
    awaited: lane.awaited.filter(one => one !== reason),
    // A board that starts anew is asked anew whether its relay follows, and which beams are free.
    out: lane.out.filter(
      one =>
        one !== reason &&
        !(reason === 'BOARD_LOST' && (one === 'RELAY_STUCK' || one === 'BEAM_STUCK')),
    ),
  }
  const told = wasOut ? [alarm(reason, false, 'back')] : []
  if (lane.state.name === 'Emergency') {
    // A board that comes back has all its relays at rest: open it again.
    return stay(next, ...OPEN_ALL, ...told)
  }
  if (lane.state.name !== 'Starting' && lane.state.name !== 'OutOfService') {
    return stay(next, ...told)
  }
  if (next.out.length > 0) return stay(next, ...told, outSign(next))
  if (next.awaited.length > 0) return stay(next, ...told)
  return toRest(next, ...told, { type: 'cancel', name: 'start' })
}

/** A device did not come within the start time: say which, and wait for it. */
export function startedWithout(lane: LaneState): Step {
  const next: LaneState = {
    ...lane,
    state: { name: 'OutOfService' },
    awaited: [],
    out: [...lane.out, ...lane.awaited],
  }
  const told = lane.awaited.map(reason => alarm(reason, true, 'not found at start'))
  return { lane: next, effects: [...told, outSign(next)] }
}

/** How long a board may take to say that its latch is cleared. */
const RESET_ANSWER_MS = 2000

/**
 * Staff press reset. With the input at rest the fire is over at once. Else the board may hold the
 * alarm latched: it is asked, and answers by the contact; while the loop is open it does not.
 */
export function askReset(lane: LaneState): Step {
  if (!lane.latched) return stay(lane)
  if (!lane.fire) return resetFire(lane)
  return {
    lane: { ...lane, state: { name: 'Emergency', resetAsked: true } },
    effects: [{ type: 'resetFire' }, { type: 'deadline', name: 'reset', afterMs: RESET_ANSWER_MS }],
  }
}

/** The fire input came to rest. */
export function fireNormal(lane: LaneState): Step {
  const next = { ...lane, fire: false }
  if (lane.state.name === 'Emergency' && lane.state.resetAsked) return resetFire(next)
  return stay(next, alarm('FIRE', false, 'input normal'))
}

/** No answer to a reset: the loop is still open. */
export function resetUnanswered(lane: LaneState): Step {
  return lane.state.name === 'Emergency'
    ? stay({ ...lane, state: { name: 'Emergency', resetAsked: false } })
    : stay(lane)
}

/** The fire is over; an emergency release that was asked for besides goes on. */
function resetFire(lane: LaneState): Step {
  const over = { ...lane, latched: false }
  const told = alarm('FIRE', false, 'reset by staff')
  const cancel = { type: 'cancel', name: 'reset' } as const
  if (lane.modes.emergency) {
    return stay({ ...over, state: { name: 'Emergency', resetAsked: false } }, cancel, told)
  }
  return toRest(over, cancel, ...RELEASE_ALL, told)
}
