/**
 * Runs one job again and again: at a jittered period while it succeeds, backing off to a minute
 * while it fails, for ever, and at once when asked. Never two runs at a time.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import { type Backoff, pauseMs } from '../timing/backoff.ts'
import { BACKOFF_MAX_MS, POLL_JITTER } from './limits.ts'

export interface PollLoopOptions<T> {
  readonly periodMs: number
  readonly timers: Timers
  /** A number from 0 up to 1. */
  readonly fraction: () => number
  /** The job. It must not reject: that is a defect, which shows, and the loop goes on. */
  readonly run: () => Promise<T>
  /** Whether the next run may wait one period only. */
  readonly good: (outcome: T) => boolean
}

export interface PollLoop<T> {
  /** Runs at once, then at the period. */
  start(): void
  /** Runs now, or once more after the run under way: what it sees is newer than the call. */
  now(): Promise<T>
  /** Resolves when no run is under way and no timer is left. */
  stop(): Promise<void>
}

export function createPollLoop<T>(options: PollLoopOptions<T>): PollLoop<T> {
  const { timers, periodMs } = options
  // Never more than the period while it works, so that a revocation is as quick as the period says.
  const maxMs = Math.max(periodMs, BACKOFF_MAX_MS)
  const pauses: Backoff = { minMs: periodMs, maxMs, jitter: POLL_JITTER }
  let cancel: Unsubscribe = () => {}
  let running: Promise<T> | undefined
  let queued: Promise<T> | undefined
  let periodic = false
  let failures = 0

  const runOnce = async (): Promise<T> => {
    cancel()
    try {
      const outcome = await options.run()
      failures = options.good(outcome) ? 0 : failures + 1
      return outcome
    } finally {
      running = undefined
      if (periodic && queued === undefined) schedule()
    }
  }

  const schedule = () => {
    cancel()
    cancel = timers.after(pauseMs(pauses, failures, 1 - options.fraction()), () => void now())
  }

  const now = (): Promise<T> => {
    if (running === undefined) {
      running = runOnce()
      return running
    }
    const again = () => {
      queued = undefined
      return now()
    }
    queued ??= running.then(again, again)
    return queued
  }

  return {
    start() {
      if (periodic) return
      periodic = true
      void now()
    },
    now,
    async stop() {
      periodic = false
      cancel()
      while (running !== undefined) await (queued ?? running)
    },
  }
}
