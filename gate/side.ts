/**
 * Verification as the lane's side asks for it: a pass must be good for `entry` at an entry, for `exit`
 * at an exit. The entry is strict; the exit forgives what is the gate's own lack, only lateness, or a
 * matter of its issuer's scope, and leaves it to `decide` to flag: a missing status list, an expiry, a
 * clock that can't be trusted, an authentic pass whose issuer's key is not good for `exit`.
 */
import { EXIT_GRACE_MS } from '../pass/limits.ts'
import type { PassVerifier, TrustView, VerifyPolicy, VerifyResult } from '../pass/verify.ts'
import type { Direction } from './contract/events.ts'

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
  { direction, timeFree, forgivesStale, forgivesStatus, waitedMs }: Side,
  view: TrustView,
  now: { readonly nowMs: number; readonly state: 'TRUSTED' | 'UNCERTAIN' },
): Verified {
  const leaving = direction === 'exit'
  const unsure = leaving && now.state === 'UNCERTAIN'
  let statusKnown = true
  const status: TrustView['status'] = (uri, index, nowMs) => {
    const known = view.status(uri, index, nowMs)
    statusKnown = known !== 'unknown'
    return (leaving || forgivesStatus) && !statusKnown ? 'valid' : known
  }
  const policy: VerifyPolicy = {
    purpose: direction,
    forgivesScope: leaving,
    expiredForMs: leaving || timeFree ? EXIT_GRACE_MS : 0,
    staleForMs: unsure || (leaving && forgivesStale) ? EXIT_GRACE_MS : 0,
    waitedMs,
  }
  const trust = withStatus(view, status)
  const verify = (atMs: number) => verifier.verify(text, trust, policy, atMs)
  const found = verify(now.nowMs)
  // To a clock that is behind, good codes come from the future: the exit takes their word.
  const ownMs = unsure ? ownTimeMs(found) : undefined
  return { found: ownMs === undefined ? found : verify(ownMs), statusKnown }
}

/** When a pass that lies ahead of the clock says it was shown, Unix milliseconds. */
function ownTimeMs(found: VerifyResult): number | undefined {
  if (found.ok || (found.code !== 'CODE_FROM_FUTURE' && found.code !== 'NOT_YET_VALID')) {
    return undefined
  }
  const seconds = found.seen?.presentedAt ?? found.seen?.iat
  return seconds === undefined ? undefined : seconds * 1000
}

/** The view with another `status`; its other members may be getters, so they are asked each time. */
function withStatus(view: TrustView, status: TrustView['status']): TrustView {
  return {
    issuerKeys: kid => view.issuerKeys(kid),
    kidRevoked: kid => view.kidRevoked(kid),
    environment: view.environment,
    staleAllowanceMs: view.staleAllowanceMs,
    status,
  }
}
