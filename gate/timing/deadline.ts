/** Waits for what may never come: a disk or a service that does not answer. */
import type { Timers } from '../../hardware/ports.ts'

/** What `work` gives, or `late` after `ms`; then `work` goes on unheard. Rejects as `work` does. */
export async function inTime<T>(timers: Timers, ms: number, work: Promise<T>): Promise<T | 'late'> {
  const late = Promise.withResolvers<'late'>()
  const cancel = timers.after(ms, () => late.resolve('late'))
  try {
    return await Promise.race([work, late.promise])
  } finally {
    cancel()
  }
}

export interface Deadline {
  /** Aborts after the time with a DOMException `TimeoutError`, as `AbortSignal.timeout` does. */
  readonly signal: AbortSignal
  /** To be called when the work is over: else its timer stays. */
  cancel(): void
}

/** A signal by the gate's own timers, so that virtual time decides it too. */
export function createDeadline(timers: Timers, ms: number): Deadline {
  const late = new AbortController()
  const message = 'The operation was aborted due to timeout'
  const cancel = timers.after(ms, () => late.abort(new DOMException(message, 'TimeoutError')))
  return { signal: late.signal, cancel: () => void cancel() }
}
