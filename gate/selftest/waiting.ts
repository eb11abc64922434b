/** Waits that end at once when the self-test is stopped. */
import type { Timers } from '../../hardware/ports.ts'

/** Resolves after `ms`, or when `signal` fires. */
export function createWait(timers: Timers, signal: AbortSignal | undefined) {
  return (ms: number): Promise<void> =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve()
      const over = () => {
        cancel()
        signal?.removeEventListener('abort', over)
        resolve()
      }
      const cancel = timers.after(ms, over)
      signal?.addEventListener('abort', over)
    })
}

/** An answer that may never come: undefined after `ms`, or when stopped. */
export function createAnswer(wait: (ms: number) => Promise<void>, withinMs: number) {
  const given = Promise.withResolvers<boolean>()
  return {
    answer: given.resolve,
    within: (): Promise<boolean | undefined> =>
      Promise.race([given.promise, wait(withinMs).then(() => undefined)]),
  }
}
