/** Why a document of trust is not taken over. */

/**
 * - `MALFORMED WRONG_TYPE LENGTH HASH EXPIRED FROM_FUTURE`: try again, the last good state stays.
 * - `TRUST_GAP`: fetch the next version of trust first.
 * - `UNSIGNED ROLLBACK EQUIVOCATION`: a security alarm, the last good state stays.
 */
export type TrustCode =
  | 'MALFORMED'
  | 'WRONG_TYPE'
  | 'LENGTH'
  | 'HASH'
  | 'EXPIRED'
  | 'FROM_FUTURE'
  | 'TRUST_GAP'
  | 'UNSIGNED'
  | 'ROLLBACK'
  | 'EQUIVOCATION'

export interface Refused {
  readonly ok: false
  readonly code: TrustCode
}

export function refuse(code: TrustCode): Refused {
  return { ok: false, code }
}
