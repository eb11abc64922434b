/** What takes a lane out of service or opens it whatever it does: fire, lost devices, stop. Pure. */
import {
  alarm,
  annulReasonOf,
  CANCEL_ALL,
  endGrant,
  IDLE,
  OPEN_ALL,
  outSign,
  RELEASE_ALL,
  restSign,
  stay,
} from './effects.ts'
import { atRest, type Lane, type OutReason, type Step } from './state.ts'

/** Opens at once: the row follows, it is not waited for. */
export function fire(lane: Lane): Step {
  if (lane.state.name === 'Emergency') return stay({ ...lane, fire: true })
  return {
    lane: { ...lane, fire: true, state: { name: 'Emergency', resetAsked: false } },
    effects: [
      ...OPEN_ALL,
      ...CANCEL_ALL,
      ...endGrant(lane, 'FIRE'),
      alarm('FIRE', true, 'fire loop open: barrier open both ways until reset'),
    ],
  }
}

/** A missing scanner lets the passage that runs come to its end; all else stops the lane. */
export function lost(lane: Lane, reason: OutReason, detail: string): Step {
  if (lane.out.includes(reason)) return stay(lane)
  const awaited = lane.awaited.filter(one => one !== reason)
  const next: Lane = { ...lane, awaited, out: [...lane.out, reason] }
  const told = reason === 'SHUTDOWN' ? [] : [alarm(reason, true, detail)]
  const busy = lane.state.name === 'Admitting' || lane.state.name === 'Passing'
  if (lane.state.name === 'Emergency' || (busy && reason === 'SCANNER_LOST')) {
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

export function found(lane: Lane, reason: OutReason): Step {
  const wasOut = lane.out.includes(reason)
  if (!wasOut && !lane.awaited.includes(reason)) return stay(lane)
  const next: Lane = {
    ...lane,
    awaited: lane.awaited.filter(one => one !== reason),
    out: lane.out.filter(one => one !== reason),
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
  return { lane: atRest(next), effects: [...told, { type: 'cancel', name: 'start' }, IDLE] }
}

/** A device did not come within the start time: say which, and wait for it. */
export function startedWithout(lane: Lane): Step {
  const next: Lane = {
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
export function askReset(lane: Lane): Step {
  if (!lane.fire) return resetFire(lane)
  return {
    lane: { ...lane, state: { name: 'Emergency', resetAsked: true } },
    effects: [{ type: 'resetFire' }, { type: 'deadline', name: 'reset', afterMs: RESET_ANSWER_MS }],
  }
}

/** The fire input came to rest. */
export function fireNormal(lane: Lane): Step {
  const next = { ...lane, fire: false }
  if (lane.state.name === 'Emergency' && lane.state.resetAsked) return resetFire(next)
  return stay(next, alarm('FIRE', false, 'input normal'))
}

/** No answer to a reset: the loop is still open. */
export function resetUnanswered(lane: Lane): Step {
  return lane.state.name === 'Emergency'
    ? stay({ ...lane, state: { name: 'Emergency', resetAsked: false } })
    : stay(lane)
}

function resetFire(lane: Lane): Step {
  const next = atRest(lane)
  return {
    lane: next,
    effects: [
      { type: 'cancel', name: 'reset' },
      ...RELEASE_ALL,
      alarm('FIRE', false, 'reset by staff'),
      restSign(next),
    ],
  }
}
