/** What a verifier is asked with, and the words of its answer. */
import type { Purpose } from './purpose.ts'
import type { IssuerTrust } from './verify-issuer.ts'

/** Why a pass is refused, in the order of the checks. */
export type VerifyCode =
  | 'MALFORMED'
  | 'UNSUPPORTED_VERSION'
  | 'UNKNOWN_ISSUER'
  | 'TEST_KEY'
  | 'BAD_SIGNATURE'
  | 'OUT_OF_SCOPE'
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  | 'LIFETIME_TOO_LONG'
  | 'NO_PROOF'
  | 'BAD_PROOF'
  | 'STALE_CODE'
  | 'CODE_FROM_FUTURE'
  | 'STATUS_UNKNOWN'
  | 'REVOKED'

/** What the reader believes right now. */
export interface TrustView extends IssuerTrust {
  /**
   * The bit of `uri` at `index` at `nowMs`; `unknown` without the list, past its end, or where it is
   * clear in a list that has expired.
   */
  status(uri: string, index: number, nowMs: number): 'valid' | 'invalid' | 'unknown'
  /** How far ahead of the reader's clock a presentation may lie, milliseconds; at most 30 s counts. */
  readonly aheadByMaxMs: number
}

/** What the pass is wanted for, and what the caller forgives. By default nothing. */
export interface VerifyPolicy {
  /** The issuer's key must be good for it. */
  readonly purpose: Purpose
  /**
   * Whether a pass whose issuer's key is not good for `purpose` is judged on and says so
   * (`inScope`). Default false: it is refused.
   */
  readonly forgivesScope?: boolean
  /** How long after `exp` a pass still counts, milliseconds; 0: not at all. */
  readonly expiredByMaxMs: number
  /** How much older than 30 s a presentation may be, milliseconds. */
  readonly staleByMaxMs: number
  /**
   * Whether a pass whose status is unknown is admitted and says so (`statusKnown`). Default false: it is
   * refused with `STATUS_UNKNOWN`.
   */
  readonly forgivesUnknownStatus?: boolean
  /**
   * Whether the reader's own clock may be wrong. Then a pass that lies ahead of it is judged once more,
   * as of the time that it says it was shown, or else issued. Default false: it is refused.
   */
  readonly unsureClock?: boolean
  /**
   * How long ago it was read, milliseconds, where it waited its turn: whether it was fresh is judged
   * as of then, all else as of now. Default 0.
   */
  readonly waitedMs?: number
}

/** What a refusal saw: numbers and public names alone, never the pass. */
export interface VerifySeen {
  /** Hexadecimal. */
  readonly kid?: string
  readonly iat?: number
  readonly exp?: number
  readonly presentedAt?: number
  readonly statusList?: string
  readonly statusIndex?: number
  /** Of `OUT_OF_SCOPE`: what was asked for, and what the issuer's key is good for. */
  readonly purpose?: Purpose
  readonly scope?: readonly Purpose[]
  /** A short phrase for `MALFORMED`. */
  readonly detail?: string
}
