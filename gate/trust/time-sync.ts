/**
 * Keeps the gate's clock: decides when to ask for signed time, asks, and takes the answer over by
 * the rules of `clock.ts`. A large step is judged together with the manifest as of the answer's
 * time, which settles a wrong clock and a frozen manifest at once.
 */
import type { Clock } from '../../hardware/ports.ts'
import { BACKOFF_MAX_MS } from '../net/limits.ts'
import { pauseMs } from '../timing/backoff.ts'
import {
  aheadByMaxMs,
  answeredNow,
  type ClockSetting,
  clockNow,
  type GateClock,
  raiseFloor,
  setBySignedTime,
  setByTechnician,
} from './clock.ts'
import { newestTrust, type Polled, pollTrust } from './fetch.ts'
import { HOST_CLOCK_MOVED_MS, TIME_PAUSE_MS, TIME_PERIOD_MS } from './limits.ts'
import { askTime, type TimeSource, verifyTime } from './signed-time.ts'
import type { TrustState } from './state.ts'

/** The outcome of one request for signed time. `SET` alone changed the clock. */
export type SettleCode =
  | ClockSetting['code']
  | 'NETWORK'
  | 'TIMEOUT'
  | 'LENGTH'
  | 'MALFORMED'
  | 'WRONG_TYPE'
  | 'UNSIGNED'
  | 'WRONG_NONCE'

export interface Settled {
  readonly code: SettleCode
  readonly offsetMs?: number
  /** Newest manifest by the answer. */
  readonly manifestVersion?: number
  /** A poll judged as of the answer's time; to be taken over when `code` is `SET`. */
  readonly polled?: Polled
}

export interface TimeSync {
  clock(): GateClock
  nowMs(): number
  aheadByMaxMs(): number
  /** Takes over the date (Unix seconds) of an accepted document. */
  raise(iat: number): void
  /** Whether to ask now, after a poll that ended with `pollCode`. */
  due(pollCode: string): boolean
  settle(state: TrustState): Promise<Settled>
  setByHand(nowMs: number): ClockSetting
}

const RETRY = { minMs: TIME_PAUSE_MS, maxMs: BACKOFF_MAX_MS, jitter: 0 }

export function createTimeSync(booted: GateClock, host: Clock, source: TimeSource): TimeSync {
  let clock = booted
  let hostOffsetMs = host.nowMs() - clockNow(clock, host.monotonicMs())
  let settledAt: number | undefined
  let notBefore = Number.NEGATIVE_INFINITY
  let failures = 0

  const nowMs = () => clockNow(clock, host.monotonicMs())
  const offsetOfHost = () => host.nowMs() - nowMs()

  const take = (setting: ClockSetting): void => {
    if (setting.code !== 'SET') return
    clock = setting.clock
    hostOffsetMs = offsetOfHost()
  }

  const settleOnce = async (state: TrustState): Promise<Settled> => {
    const asked = await askTime(source)
    if (asked.code !== 'ANSWERED') return { code: asked.code }
    let verified = verifyTime(state.trust, asked)
    const unknownKey = !verified.ok && verified.code === 'UNSIGNED'
    if (unknownKey) verified = verifyTime(await newestTrust(source, state), asked)
    if (!verified.ok) return { code: verified.code }

    const { timed, answer } = verified
    const { manifestVersion } = answer
    let setting = setBySignedTime(clock, timed, state.manifest?.manifest.iat)
    let polled: Polled | undefined
    if (unknownKey || setting.code === 'UNSUPPORTED') {
      polled = await pollTrust(source, state, answeredNow(timed))
      const held = polled.code === 'UNCHANGED' ? state : polled.state
      if (held === undefined || !verifyTime(held.trust, asked).ok) {
        return { code: 'UNSUPPORTED', offsetMs: setting.offsetMs, manifestVersion }
      }
      setting = setBySignedTime(clock, timed, held.manifest?.manifest.iat)
    }
    take(setting)
    const { code, offsetMs } = setting
    return { code, offsetMs, manifestVersion, ...(polled === undefined ? {} : { polled }) }
  }

  return {
    clock: () => clock,
    nowMs,
    aheadByMaxMs: () => aheadByMaxMs(clock, host.monotonicMs()),
    raise(iat) {
      clock = raiseFloor(clock, iat, host.monotonicMs())
    },
    due(pollCode) {
      const monotonicMs = host.monotonicMs()
      if (monotonicMs < notBefore) return false
      return (
        clock.state === 'UNCERTAIN' ||
        settledAt === undefined ||
        monotonicMs - settledAt >= TIME_PERIOD_MS ||
        pollCode === 'FROM_FUTURE' ||
        pollCode === 'EXPIRED' ||
        Math.abs(offsetOfHost() - hostOffsetMs) >= HOST_CLOCK_MOVED_MS
      )
    },
    async settle(state) {
      const settled = await settleOnce(state)
      const monotonicMs = host.monotonicMs()
      const set = settled.code === 'SET'
      if (set) settledAt = monotonicMs
      notBefore = monotonicMs + (set ? BACKOFF_MAX_MS : pauseMs(RETRY, failures, 1))
      failures = set ? 0 : failures + 1
      return settled
    },
    setByHand(ms) {
      const setting = setByTechnician(clock, ms, host.monotonicMs())
      take(setting)
      return setting
    },
  }
}
