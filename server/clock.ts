/**
 * Time and chance as the service sees them: ports, so that tests can hold time still, move it, and
 * draw the same numbers twice. The real ones stand here too; they are chosen where a service is put
 * together.
 */
import { randomBytes, randomFillSync, randomInt, randomUUID } from 'node:crypto'

/** The time of day, which may be set forward and back. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number
}

/** Time that passes, whatever the clock is set to: for waits, deadlines and ages. */
export interface Timers {
  /** Milliseconds since some moment; never goes back. */
  monotonic(): number
  /**
   * Runs `run` once after `delayMs`; gives what cancels it. One in the `background` does not keep the
   * process from ending.
   */
  after(delayMs: number, run: () => void, background?: 'background'): () => void
}

/** Chance that nobody can foretell. */
export interface Random {
  bytes(count: number): Buffer
  /** From 0 up to `below`, which is left out; `below` is 1 to 2^48 - 1. */
  integer(below: number): number
  /** Version 4 (RFC 9562 §5.4). */
  uuid(): string
}

export const systemClock: Clock = { now: () => Date.now() }

export const systemTimers: Timers = {
  monotonic: () => performance.now(),
  after(delayMs, run, background) {
    const timer = setTimeout(run, delayMs)
    if (background !== undefined) timer.unref()
    return () => clearTimeout(timer)
  },
}

/** A draw of the system costs as much as the rest of a sealed value: one serves many. */
const DRAWN_BYTES = 4096

/** The system's chance, drawn ahead. What was given stands nowhere else. */
function drawnAhead(): (count: number) => Buffer {
  const drawn = Buffer.alloc(DRAWN_BYTES)
  let next = DRAWN_BYTES
  return count => {
    if (count > DRAWN_BYTES / 16) return randomBytes(count)
    if (next + count > DRAWN_BYTES) {
      randomFillSync(drawn)
      next = 0
    }
    const given = Buffer.from(drawn.subarray(next, next + count))
    drawn.fill(0, next, next + count)
    next += count
    return given
  }
}

export const systemRandom: Random = {
  bytes: drawnAhead(),
  integer: randomInt,
  uuid: () => randomUUID(),
}

/** Resolves after `delayMs`. */
export const sleep = (timers: Timers, delayMs: number): Promise<void> =>
  new Promise(resolve => timers.after(delayMs, resolve))

/** Resolves with what `work` gives, or with `late` after `delayMs`. Rejects as `work` does. */
export async function within<T, L>(
  timers: Timers,
  delayMs: number,
  work: Promise<T>,
  late: L,
): Promise<T | L> {
  let cancel = () => {}
  const deadline = new Promise<L>(resolve => {
    cancel = timers.after(delayMs, () => resolve(late), 'background')
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    cancel()
  }
}

/** A signal that aborts after `delayMs`, unless `cancel` was called before. */
export function abortAfter(
  timers: Timers,
  delayMs: number,
): { readonly signal: AbortSignal; cancel(): void } {
  const late = new AbortController()
  const why = () => late.abort(new DOMException('it took too long', 'TimeoutError'))
  return { signal: late.signal, cancel: timers.after(delayMs, why, 'background') }
}
