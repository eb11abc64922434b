/** Time that moves only when told to: timers and a clock for tests of timed behaviour. */
import type { Clock, Timers } from '../ports.ts'

export interface ManualTime {
  readonly timers: Timers
  readonly clock: Clock
  /** Runs everything due within `ms`, in order, settling promises in between. */
  run(ms: number): Promise<void>
}

interface Entry {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

export function createManualTime(startMs = 1_700_000_000_000): ManualTime {
  let nowMs = 0
  let order = 0
  let entries: Entry[] = []
  return {
    clock: { nowMs: () => startMs + nowMs, monotonicMs: () => nowMs },
    timers: {
      after(delayMs, run) {
        order += 1
        const entry = { atMs: nowMs + Math.max(0, delayMs), order, run }
        entries.push(entry)
        return () => {
          entries = entries.filter(other => other !== entry)
        }
      },
    },
    async run(ms) {
      const endMs = nowMs + ms
      for (;;) {
        await settle()
        const next = entries
          .filter(entry => entry.atMs <= endMs)
          .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
        if (next === undefined) break
        entries = entries.filter(entry => entry !== next)
        nowMs = Math.max(nowMs, next.atMs)
        next.run()
      }
      nowMs = endMs
    },
  }
}

function settle(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
