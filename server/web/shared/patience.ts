/** How long the person has waited: nothing is said at once, then that it takes longer, then why it may. */
import { type ReadonlySignal, signal } from '@preact/signals'
import { SLOW_MS, VERY_SLOW_MS } from './limits.ts'
import type { Timers } from './ports.ts'

export type Waiting = 'no' | 'short' | 'slow' | 'very-slow'

export interface Patience {
  readonly waiting: ReadonlySignal<Waiting>
  /** What `work` comes to. One work at a time. */
  during<T>(work: () => Promise<T>): Promise<T>
}

export function createPatience(timers: Timers): Patience {
  const waiting = signal<Waiting>('no')
  return {
    waiting,
    async during(work) {
      const say = (one: Waiting) => {
        waiting.value = one
      }
      say('short')
      const cancels = [
        timers.after(SLOW_MS, () => say('slow')),
        timers.after(VERY_SLOW_MS, () => say('very-slow')),
      ]
      try {
        return await work()
      } finally {
        for (const cancel of cancels) cancel()
        say('no')
      }
    },
  }
}
