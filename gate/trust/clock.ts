/**
 * The gate's own clock: the last trusted anchor plus monotonic time since, a floor below which no
 * reading can be right, and signed time to settle what is wrong. Pure: readings are arguments.
 *
 * A host clock that is set while the gate runs changes nothing; after a boot it is the anchor.
 */

import { DOCUMENT_AHEAD_MAX_S } from '../../pass/limits.ts'
import type { ClockState } from '../contract/events.ts'
import {
  AHEAD_BASE_MS,
  AHEAD_DRIFT,
  AHEAD_MAX_MS,
  TIME_ROUND_TRIP_MAX_MS,
  TIME_STEP_FREE_MS,
  TIME_SUPPORT_MS,
} from './limits.ts'

/**
 * Why the clock may be wrong, while nothing since the boot has proved it: signed time, a document
 * signed just now, or a technician.
 * - `behind`: the host read below the floor, so it is certainly wrong.
 * - `far`: it reads further past what documents and journal prove than the config bears.
 * - `unproven`: it reads near to that; entry goes on, flagged.
 */
export type ClockDoubt = 'behind' | 'far' | 'unproven'

/** The last accepted time answer. All milliseconds; `atMs` is Unix time by the gate's clock. */
export interface SignedSync {
  readonly atMs: number
  readonly roundTripMs: number
}

/** Every time is milliseconds; `anchorMs` and `floorMs` are Unix time. */
export interface GateClock {
  readonly anchorMs: number
  readonly anchorMonotonicMs: number
  /** Newest accepted signed `iat`, persisted by the cache. No reading lies below it. */
  readonly floorMs: number
  readonly state: ClockState
  readonly doubt: ClockDoubt | undefined
  /** Absent when signed time was never had, or a technician has set the clock since. */
  readonly sync: SignedSync | undefined
  /** Sum of the steps made on signed time alone since a manifest last agreed with an answer. */
  readonly unsupportedMs: number
}

/** What a boot starts from. `sync` is the one persisted before. */
export interface ClockBoot {
  readonly hostMs: number
  readonly monotonicMs: number
  readonly floorMs: number
  /** When the gate was last alive, by its journal; Unix milliseconds. */
  readonly aliveMs?: number | undefined
  /** How far past floor and journal a clock may read that nothing proves. */
  readonly unprovenMs: number
  readonly sync?: SignedSync | undefined
}

/**
 * Anchors at the host's clock, or at the floor when the host reads below it. `UNCERTAIN` then, and
 * when it reads too far ahead of what is proved: a clock that starts ahead can't be told from a gate
 * that was off for long.
 */
export function bootClock(boot: ClockBoot): GateClock {
  const { hostMs, floorMs, aliveMs = floorMs } = boot
  const behind = hostMs < floorMs
  const far = hostMs - Math.max(floorMs, aliveMs) > boot.unprovenMs
  return {
    anchorMs: behind ? floorMs : hostMs,
    anchorMonotonicMs: boot.monotonicMs,
    floorMs,
    state: behind || far ? 'UNCERTAIN' : 'TRUSTED',
    doubt: behind ? 'behind' : far ? 'far' : 'unproven',
    sync: boot.sync,
    unsupportedMs: 0,
  }
}

/** Unix milliseconds. */
export function clockNow(clock: GateClock, monotonicMs: number): number {
  return clock.anchorMs + (monotonicMs - clock.anchorMonotonicMs)
}

/**
 * Takes over the `iat` (Unix seconds) of an accepted manifest or trust document. The floor follows
 * it only as far as the clock has come: a document may be signed up to 120 s ahead, and a stolen
 * key that always signs ahead must not push the clock by that much at every restart. One that was
 * signed just now also proves a clock that nothing had proved.
 */
export function raiseFloor(clock: GateClock, iat: number, monotonicMs: number): GateClock {
  const nowMs = clockNow(clock, monotonicMs)
  const floorMs = Math.max(clock.floorMs, Math.min(iat * 1000, nowMs))
  if (proves(clock, iat, nowMs)) return { ...clock, floorMs, state: 'TRUSTED', doubt: undefined }
  return floorMs > clock.floorMs ? { ...clock, floorMs } : clock
}

/** What was signed just now by our clock was not signed later than it is: the clock is not ahead. */
function proves({ doubt }: GateClock, iat: number, nowMs: number): boolean {
  const near = Math.abs(iat * 1000 - nowMs) <= TIME_SUPPORT_MS
  return near && (doubt === 'far' || doubt === 'unproven')
}

/** A verified time answer with the readings around its round trip. All milliseconds. */
export interface TimedAnswer {
  readonly timeMs: number
  readonly sentMonotonicMs: number
  readonly receivedMonotonicMs: number
}

/**
 * - `SET`: the clock is taken over; `offsetMs` is the step it made.
 * - `SLOW`: the round trip was over 2 s; ask again.
 * - `BELOW_FLOOR`: the time named is certainly past.
 * - `UNSUPPORTED`: a step over 15 min without a manifest from within 120 s of the answer.
 */
export type ClockSetting =
  | { readonly code: 'SET'; readonly clock: GateClock; readonly offsetMs: number }
  | { readonly code: 'SLOW' | 'BELOW_FLOOR' | 'UNSUPPORTED'; readonly offsetMs: number }

/** Unix milliseconds at the moment the answer was received: half the round trip is added. */
export function answeredNow(answer: TimedAnswer): number {
  return Math.round(answer.timeMs + (answer.receivedMonotonicMs - answer.sentMonotonicMs) / 2)
}

/**
 * Sets the clock by signed time. `supportIat` is the `iat` (Unix seconds) of a manifest that is
 * properly signed as of the answer's time: it lifts the 15 min bound when it lies near the answer.
 * Small steps without support add up against the same bound, so that no one walks the clock away
 * with a stolen time key alone. Never raises the floor.
 */
export function setBySignedTime(
  clock: GateClock,
  answer: TimedAnswer,
  supportIat?: number,
): ClockSetting {
  const roundTripMs = answer.receivedMonotonicMs - answer.sentMonotonicMs
  const answeredMs = answeredNow(answer)
  const offsetMs = answeredMs - clockNow(clock, answer.receivedMonotonicMs)
  if (roundTripMs < 0 || roundTripMs > TIME_ROUND_TRIP_MAX_MS) return { code: 'SLOW', offsetMs }
  if (answeredMs < clock.floorMs - DOCUMENT_AHEAD_MAX_S * 1000) {
    return { code: 'BELOW_FLOOR', offsetMs }
  }
  const supported =
    supportIat !== undefined && Math.abs(supportIat * 1000 - answer.timeMs) <= TIME_SUPPORT_MS
  const unsupportedMs = supported ? 0 : clock.unsupportedMs + offsetMs
  if (Math.abs(unsupportedMs) > TIME_STEP_FREE_MS) return { code: 'UNSUPPORTED', offsetMs }

  const anchorMs = Math.max(answeredMs, clock.floorMs)
  return {
    code: 'SET',
    offsetMs,
    clock: {
      anchorMs,
      anchorMonotonicMs: answer.receivedMonotonicMs,
      floorMs: clock.floorMs,
      state: 'TRUSTED',
      doubt: undefined,
      sync: { atMs: anchorMs, roundTripMs },
      unsupportedMs,
    },
  }
}

/**
 * A technician's `clock set`, Unix milliseconds. Refused below the floor. What a hand sets is good
 * to seconds at best, so the allowance is its greatest until signed time arrives.
 */
export function setByTechnician(
  clock: GateClock,
  nowMs: number,
  monotonicMs: number,
): ClockSetting {
  const offsetMs = nowMs - clockNow(clock, monotonicMs)
  if (nowMs < clock.floorMs) return { code: 'BELOW_FLOOR', offsetMs }
  return {
    code: 'SET',
    offsetMs,
    clock: {
      ...clock,
      anchorMs: nowMs,
      anchorMonotonicMs: monotonicMs,
      state: 'TRUSTED',
      doubt: undefined,
      sync: undefined,
      unsupportedMs: 0,
    },
  }
}

/**
 * How far ahead of our clock a presentation may lie, since our clock may be wrong, milliseconds: 5 s plus
 * half the round trip of the last signed time plus 100 ppm of its age, at most 30 s.
 */
export function aheadByMaxMs(clock: GateClock, monotonicMs: number): number {
  if (clock.sync === undefined) return AHEAD_MAX_MS
  const ageMs = Math.abs(clockNow(clock, monotonicMs) - clock.sync.atMs)
  const allowance = AHEAD_BASE_MS + clock.sync.roundTripMs / 2 + ageMs * AHEAD_DRIFT
  return Math.min(AHEAD_MAX_MS, Math.round(allowance))
}
