/**
 * One round of the keeper: a poll, then signed time if it is due, then another poll if the clock
 * it set may let through what was refused.
 */

import type { TrustAlarm, TrustEvent } from './events.ts'
import { pollTrust } from './fetch.ts'
import { TIME_STEP_REPORT_MS } from './limits.ts'
import type { TimeSource } from './signed-time.ts'
import type { Settled, TimeSync } from './time-sync.ts'
import type { PollOutcome, TrustStore } from './trust-store.ts'

export interface RoundParts {
  readonly source: TimeSource
  readonly store: TrustStore
  readonly time: TimeSync
  /** Called when signed time has set the clock, before anything is judged by it. */
  readonly onClock: () => void
  readonly onEvent: (event: TrustEvent) => void
  readonly alarmOf: (code: string, what: string) => TrustAlarm | undefined
}

export interface Rounds {
  run(): Promise<PollOutcome>
  lastTime(): Settled | undefined
}

export function createRounds(parts: RoundParts): Rounds {
  const { source, store, time, onEvent } = parts
  let lastTime: Settled | undefined

  const poll = async (): Promise<PollOutcome> =>
    store.take(await pollTrust(source, store.state(), time.nowMs(), store.etag()))

  const settle = async (): Promise<void> => {
    const uncertain = time.clock().state === 'UNCERTAIN'
    lastTime = await time.settle(store.state())
    const { code, offsetMs = 0, polled, manifestVersion = 0 } = lastTime
    if (code !== 'SET') {
      const alarm = parts.alarmOf(code, 'time')
      if (alarm !== undefined) onEvent(alarm)
      return
    }
    if (uncertain || Math.abs(offsetMs) >= TIME_STEP_REPORT_MS) {
      onEvent(clockStepped('signed time', offsetMs))
    }
    parts.onClock()
    if (polled !== undefined) store.take(polled)
    else if (outdated(store, manifestVersion)) await poll()
  }

  return {
    async run() {
      const outcome = await poll()
      if (time.due(outcome.code) && !source.stopped.aborted) await settle()
      return store.lastPoll() ?? outcome
    },
    lastTime: () => lastTime,
  }
}

/** Whether a clock just set may let the last poll's document through, or tells of a newer one. */
function outdated(store: TrustStore, manifestVersion: number): boolean {
  const code = store.lastPoll()?.code
  if (code === 'FROM_FUTURE' || code === 'EXPIRED') return true
  return manifestVersion > (store.state().manifest?.manifest.version ?? 0)
}

/** The event of a step that left the clock trusted. */
export function clockStepped(
  by: Extract<TrustEvent, { kind: 'clock' }>['by'],
  offsetMs: number,
): Extract<TrustEvent, { kind: 'clock' }> {
  const code = 'CLOCK_STEPPED'
  return { kind: 'clock', code, by, offsetMs: Math.round(offsetMs), state: 'TRUSTED' }
}
