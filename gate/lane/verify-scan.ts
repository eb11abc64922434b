/**
 * Verification as a lane asks for it: a pass must be good for `entry` at an entry, for `exit` at an
 * exit. The entry is strict. The exit forgives what the gate itself lacks, what is only late, and what
 * is a matter of the issuer's scope, and leaves it to `decide` to flag: a missing status list, an expired
 * pass, a clock that can't be trusted, an authentic pass whose issuer's key is not good for `exit`.
 */
import { EXIT_GRACE_MS } from '../../pass/limits.ts'
import type { PassVerifier, TrustView, VerifyPolicy, VerifyResult } from '../../pass/verify.ts'
import type { ClockState, Direction } from '../contract/events.ts'

export interface Side {
  readonly direction: Direction
  /** The degrade mode in which lateness is forgiven on both sides. */
  readonly timeFree: boolean
  /** Whether the exit forgives a stale code, and `decide` flags it. */
  readonly forgivesStale: boolean
  /** Whether an entry forgives that the pass's status list is not at hand, and `decide` flags it. */
  readonly forgivesStatus: boolean
  /** How long ago the code was read, milliseconds: it may have waited for the person ahead. */
  readonly waitedMs: number
}

export interface Verified {
  readonly found: VerifyResult
  /** False when the pass's status list was not at hand. */
  readonly statusKnown: boolean
}

/** Never throws, whatever `text` is. */
export function verifyForSide(
  verifier: PassVerifier,
  text: string,
  side: Side,
  view: TrustView,
  now: { readonly nowMs: number; readonly state: ClockState },
): Verified {
  const found = verifier.verify(text, view, policyFor(side, now.state), now.nowMs)
  const statusKnown = found.ok ? found.pass.statusKnown : found.code !== 'STATUS_UNKNOWN'
  return { found, statusKnown }
}

function policyFor(side: Side, clock: ClockState): VerifyPolicy {
  const { direction, timeFree, forgivesStale, forgivesStatus, waitedMs } = side
  const leaving = direction === 'exit'
  const unsureClock = leaving && clock === 'UNCERTAIN'
  return {
    purpose: direction,
    forgivesScope: leaving,
    forgivesUnknownStatus: leaving || forgivesStatus,
    unsureClock,
    expiredByMaxMs: leaving || timeFree ? EXIT_GRACE_MS : 0,
    staleByMaxMs: unsureClock || (leaving && forgivesStale) ? EXIT_GRACE_MS : 0,
    waitedMs,
  }
}
