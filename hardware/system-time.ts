/** The machine's own time behind the ports, for programs and for tests on real wires. */
import type { Clock, Timers } from './ports.ts'

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

/** What `createTimers` stands on; all in milliseconds. */
interface TimerParts<Id> {
  readonly nowMs: () => number
  readonly set: (run: () => void, delayMs: number) => Id
  readonly clear: (id: Id) => void
}

/** `set` counts whole milliseconds and rings up to one early: what is left is waited for, too. */
export function createTimers<Id>({ nowMs, set, clear }: TimerParts<Id>): Timers {
  return {
    after(delayMs, run) {
      const dueMs = nowMs() + delayMs
      let timer = set(ring, delayMs)
      function ring(): void {
        const leftMs = dueMs - nowMs()
        if (leftMs > 0) timer = set(ring, leftMs)
        else run()
      }
      return () => clear(timer)
    },
  }
}

export const systemTimers: Timers = createTimers({
  nowMs: systemClock.monotonicMs,
  set: (run, delayMs) => setTimeout(run, delayMs),
  clear: timer => clearTimeout(timer),
})
