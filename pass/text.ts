/**
 * The text in the QR code: `RP1:` (ours) and the pass in base45 (RFC 9285), all of it in the
 * alphanumeric alphabet. Scanner artefacts (AIM ids, ECI marks, line ends) are gone before this.
 */

import { decodeBase45, encodeBase45 } from './base45.ts'
import { ownBytes } from './brief-bytes.ts'
import { decodeClaims, type PassClaims } from './claims.ts'
import { decodeEnvelope, type PassEnvelope } from './envelope.ts'
import { PassError } from './errors.ts'
import { PASS_TEXT_CHARS_MAX } from './limits.ts'

/** Prefix with the version of the format. */
const PREFIX = 'RP1:'
const OTHER_VERSION = /^RP[0-9]{1,3}:/

/** A pass that was read, not verified: nothing in it is to be believed. */
export interface UnverifiedPass extends PassEnvelope {
  /** The whole pass, as signed or presented. */
  readonly bytes: Uint8Array
  readonly claims: PassClaims
}

/** The text of a pass, signed or presented. */
export function encodePassText(bytes: Uint8Array): string {
  return PREFIX + encodeBase45(bytes)
}

/** The bytes in a pass text, as `decodeBase45` gives them. Throws `MALFORMED` or `UNSUPPORTED_VERSION`. */
export function readPassText(text: string, room = ownBytes): Uint8Array {
  // rule T1
  if (text.length > PASS_TEXT_CHARS_MAX) throw new PassError('MALFORMED', 'text: too long')
  // rule T8
  if (text.startsWith(PREFIX)) return decodeBase45(text, PREFIX.length, room)
  if (OTHER_VERSION.test(text)) {
    // rule T2
    throw new PassError('UNSUPPORTED_VERSION', 'text: a pass of another version')
  }
  // rule T3
  throw new PassError('MALFORMED', 'text: no pass prefix')
}

/**
 * Everything a pass says, unverified: for tools and displays. Throws `UNSUPPORTED_VERSION` for
 * another version's prefix and `MALFORMED` for all else.
 */
export function decodePassText(text: string): UnverifiedPass {
  const bytes = readPassText(text)
  try {
    const envelope = decodeEnvelope(bytes)
    const claims = decodeClaims(envelope.payload)
    if (envelope.presentation !== undefined && claims.holderKey === undefined) {
      // rule K9
      throw new PassError('MALFORMED', 'pass: a countersignature without cnf')
    }
    // rule K10
    return { ...envelope, bytes, claims }
  } catch (cause) {
    if (cause instanceof PassError && cause.code !== 'MALFORMED') {
      // rules E1 K1
      throw new PassError('MALFORMED', cause.message, { cause })
    }
    throw cause
  }
}
