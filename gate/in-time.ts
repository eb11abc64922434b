/** Waits for what may never come: a disk or a service that does not answer. */
import type { Timers } from '../hardware/ports.ts'

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
