/** Clocks and timers for tests: real ones with a shifted wall clock, and virtual ones. */
import type { Clock, Timers } from '../../../hardware/ports.ts'

export const realTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/** A host clock that reads `wallMs` at the moment it is made. */
export function realClock(wallMs: number): Clock {
  const shift = wallMs - performance.now()
  return { nowMs: () => performance.now() + shift, monotonicMs: () => performance.now() }
}

interface Due {
  readonly atMs: number
  readonly run: () => void
}

/** Virtual time: nothing moves but by `advance`. */
export class VirtualTime implements Clock, Timers {
  /** What the host's clock reads beyond the true time, milliseconds. */
  hostShiftMs = 0
  private readonly startMs: number
  private elapsedMs = 0
  private due: Due[] = []

  constructor(startMs: number) {
    this.startMs = startMs
  }

  /** The true time, Unix milliseconds. */
  get trueMs(): number {
    return this.startMs + this.elapsedMs
  }

  nowMs(): number {
    return this.trueMs + this.hostShiftMs
  }

  monotonicMs(): number {
    return this.elapsedMs
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.elapsedMs + Math.max(0, delayMs), run }
    this.due.push(entry)
    return () => {
      this.due = this.due.filter(other => other !== entry)
    }
  }

  get pending(): number {
    return this.due.length
  }

  /** Fires every timer on the way, letting promises run between them. */
  async advance(ms: number): Promise<void> {
    const endMs = this.elapsedMs + ms
    for (;;) {
      await settled()
      const next = this.due.reduce<Due | undefined>(
        (first, entry) => (first === undefined || entry.atMs < first.atMs ? entry : first),
        undefined,
      )
      if (next === undefined || next.atMs > endMs) break
      this.elapsedMs = Math.max(this.elapsedMs, next.atMs)
      this.due = this.due.filter(entry => entry !== next)
      next.run()
    }
    this.elapsedMs = endMs
    await settled()
  }
}

/** Lets what is pending in this turn and the next few happen. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
}
