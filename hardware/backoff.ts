/**
 * How long to wait before looking for a lost device again: doubling, capped, with jitter, so that
 * the devices of a cabinet that lost power together do not come back in step.
 */
import { reconnectMsMax, reconnectMsMin } from './limits.ts'

export interface Backoff {
  /** Milliseconds to wait before the next attempt. */
  next(): number
  /** Called when the device works again: the next wait is the shortest. */
  reset(): void
}

/** `random` gives [0, 1). Each wait lies between a half and the whole of the doubled step. */
export function createBackoff(
  random: () => number,
  minMs = reconnectMsMin,
  maxMs = reconnectMsMax,
): Backoff {
  let stepMs = minMs
  return {
    next() {
      const waitMs = stepMs / 2 + (random() * stepMs) / 2
      stepMs = Math.min(stepMs * 2, maxMs)
      return waitMs
    },
    reset() {
      stepMs = minMs
    },
  }
}
