/**
 * What runs by itself: every so often, or soon after it is woken, never twice at once. With a lease
 * one replica does it at a time. A failure is logged when it begins, not each time it comes again.
 */
import type { Timers } from '../clock.ts'
import { errorFields, type Log } from './log.ts'

/** Who may run now, among the replicas. */
export interface Lease {
  hold(): Promise<boolean>
  drop(): Promise<void>
}

export interface TickerOptions {
  readonly timers: Timers
  readonly log: Log
  /** What is logged of a failure, such as `sealing the audit failed`. */
  readonly failed: string
  /** From the end of one run to the next, milliseconds. */
  readonly everyMs: number
  /** How long after it was woken it runs at the latest, milliseconds; at once when left out. */
  readonly wakeMs?: number
  readonly lease?: Lease
  readonly work: () => Promise<unknown>
}

export interface Ticker {
  /** The first run is `firstMs` from now; `everyMs` when left out. */
  start(firstMs?: number): void
  /** Something happened: the next run comes within `wakeMs`. Does nothing before the start. */
  wake(): void
  /** Resolves when the last run has ended and the lease is given back. */
  stop(): Promise<void>
}

export function createTicker(options: TickerOptions): Ticker {
  const { timers, log, failed, everyMs, wakeMs = 0, lease, work } = options
  let cancel: (() => void) | undefined
  let dueAt = Number.POSITIVE_INFINITY
  let running: Promise<void> | undefined
  let wokenAt: number | undefined
  let stopped = false
  let failing: unknown

  function schedule(delayMs: number): void {
    cancel?.()
    dueAt = timers.monotonic() + delayMs
    cancel = timers.after(delayMs, begin, 'background')
  }

  function begin(): void {
    cancel = undefined
    wokenAt = undefined
    running = run().finally(() => {
      running = undefined
      if (stopped) return
      const waited = wokenAt === undefined ? 0 : timers.monotonic() - wokenAt
      schedule(wokenAt === undefined ? everyMs : Math.min(everyMs, Math.max(0, wakeMs - waited)))
    })
  }

  async function run(): Promise<void> {
    try {
      if (lease !== undefined && !(await lease.hold())) return
      await work()
      if (failing !== undefined) log.info({ after: failing }, `no longer: ${failed}`)
      failing = undefined
    } catch (error) {
      const fields = errorFields(error)
      const { code, error: kind } = fields
      const what = code ?? kind
      if (what !== failing) log.error(fields, failed)
      failing = what
    }
  }

  return {
    start: (firstMs = everyMs) => schedule(firstMs),
    wake() {
      if (stopped) return
      if (running !== undefined) wokenAt ??= timers.monotonic()
      else if (cancel !== undefined && dueAt > timers.monotonic() + wakeMs) schedule(wakeMs)
    },
    async stop() {
      stopped = true
      cancel?.()
      cancel = undefined
      await running
      await lease?.drop().catch(() => {})
    },
  }
}
