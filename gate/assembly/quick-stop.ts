/**
 * An end at once. The orderly one goes on without waiting for who is under way or for the service; it
 * has so long for relays and rows, and what it does not get done by then the next start does.
 */
import type { Logger } from 'pino'
import type { Timers } from '../../hardware/ports.ts'
import type { StopHow } from '../config/running-gate.ts'
import { AT_ONCE_MS, AT_ONCE_WITHIN_MS } from '../limits.ts'

export interface StopCounterParts {
  /** Monotonic milliseconds. */
  readonly nowMs: () => number
  readonly onCounted: () => void
  readonly onAtOnce: () => void
}

/** To be called for each signal after the one that began the end. Two within a second end it at once. */
export function createStopCounter({ nowMs, onCounted, onAtOnce }: StopCounterParts): () => void {
  let lastMs = Number.NEGATIVE_INFINITY
  return () => {
    const soon = nowMs() - lastMs < AT_ONCE_WITHIN_MS
    lastMs = nowMs()
    if (soon) onAtOnce()
    else onCounted()
  }
}

export interface QuickStopParts {
  /** Fires when the end is to be at once. */
  readonly atOnce: AbortSignal
  readonly timers: Timers
  readonly log: Logger
  readonly releaseAll: () => void
  /** Ends the process. */
  readonly exit: (code: number) => void
}

/** Bounds an end at once. Gives the function that says it has ended by itself. */
export function boundQuickStop({
  atOnce,
  timers,
  log,
  releaseAll,
  exit,
}: QuickStopParts): () => void {
  let cancel = () => {}

  function begin(): void {
    log.warn({ event: 'stopping', atOnce: true }, 'ending at once: relays are released')
    cancel = timers.after(AT_ONCE_MS, () => {
      releaseAll()
      log.fatal({ event: 'stopped' }, 'ended before all was written: see whether the disk answers')
      exit(1)
    })
  }

  if (atOnce.aborted) begin()
  else atOnce.addEventListener('abort', begin, { once: true })
  return () => cancel()
}

/** The body of the row of a stop. */
export function stopBody(
  how: StopHow,
  hurry: AbortSignal | undefined,
): { readonly why?: 'at once' | 'config' | 'enrolment' } {
  if (hurry?.aborted === true) return { why: 'at once' }
  return how.restart ? { why: how.why } : {}
}
