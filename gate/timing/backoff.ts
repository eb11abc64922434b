/**
 * Pauses between tries of what fails: each twice as long as the one before, up to a longest one, less
 * a random share, so that gates that failed together do not come back in step. Pure.
 */

export interface Backoff {
  /** Pause while nothing has failed, milliseconds, 1 or more. */
  readonly minMs: number
  /** Longest pause, milliseconds, `minMs` or more. */
  readonly maxMs: number
  /** Share of a pause, 0 to 1, by which chance may shorten it. */
  readonly jitter: number
}

/** More doublings than any pause has: what follows stays finite. */
const DOUBLINGS_MAX = 32

/**
 * The pause before the next try, whole milliseconds. `failures`: how often it has failed since it last
 * worked, 0 or more. `fraction`: a random number from 0 up to 1; 1 gives the whole pause.
 */
export function pauseMs(
  { minMs, maxMs, jitter }: Backoff,
  failures: number,
  fraction: number,
): number {
  const wholeMs = Math.min(maxMs, minMs * 2 ** Math.min(failures, DOUBLINGS_MAX))
  return Math.round(wholeMs * (1 - jitter * (1 - fraction)))
}
