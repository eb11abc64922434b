/**
 * The envelope of a pass: a COSE_Sign1 of fixed shape (RFC 9052 §4.2), with at most one version 2
 * countersignature (RFC 9338) by the holder, whose header carries CWT claims (RFC 9597). Claim 6 in
 * that header means *presented at*, and differs from the payload's claim 6, *issued at*.
 *
 *     18([ bstr {1: alg, 4: kid}, {11: [bstr {1: alg, 15: {6: presented at}}, {}, bstr]}, bstr, bstr ])
 */

import { type CborMap, CborTag, type CborValue, decodeCbor } from './cbor.ts'
import { CborWriter } from './cbor-writer.ts'
import { ALGORITHM_NUMBER, algorithmOfNumber, HEADER, TAG_SIGN1 } from './cose.ts'
import type { SignatureAlgorithm } from './crypto.ts'
import { PassError } from './errors.ts'
import { KID_BYTES, SIGNATURE_BYTES, TIME_SECONDS_MAX } from './limits.ts'

/** The holder's countersignature. */
export interface Presentation {
  readonly protectedBytes: Uint8Array
  /** Undefined for an algorithm number we don't know: no key agrees with it. */
  readonly alg: SignatureAlgorithm | undefined
  /** Presented at, Unix seconds by the phone's clock. */
  readonly presentedAt: number
  readonly signature: Uint8Array
}

/** A pass taken apart, nothing verified. Byte strings are views into the pass. */
export interface PassEnvelope {
  readonly protectedBytes: Uint8Array
  /** Undefined for an algorithm number we don't know: no key agrees with it. */
  readonly alg: SignatureAlgorithm | undefined
  readonly kid: Uint8Array
  /** Undefined when not yet presented. */
  readonly presentation: Presentation | undefined
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

const CLAIM_PRESENTED_AT = 6

function malformed(what: string): PassError {
  return new PassError('MALFORMED', `pass: ${what}`)
}

/** Reads a pass; throws `MALFORMED` for any other shape, label or size. */
export function decodeEnvelope(bytes: Uint8Array): PassEnvelope {
  // rule E1
  const tagged = decodeCbor(bytes)
  // rule E2
  if (!(tagged instanceof CborTag) || tagged.tag !== TAG_SIGN1) throw malformed('no tag 18')
  const [protectedBytes, unprotected, payload, signature] = arrayOf(tagged.value, 4, 'COSE_Sign1')
  const header = headerOf(protectedBytes, 'protected')
  const kid = header.get(HEADER.kid)
  if (header.size !== 2 || !(kid instanceof Uint8Array) || kid.length !== KID_BYTES) {
    // rule E3
    throw malformed('protected header has alg and a kid of 4 bytes')
  }
  const alg = algorithmIn(header)
  // rule E5
  if (!(unprotected instanceof Map)) throw malformed('unprotected header is not a map')
  // rule E6
  if (!(payload instanceof Uint8Array)) throw malformed('payload is not bytes')
  // rule E11
  return {
    protectedBytes: protectedBytes as Uint8Array,
    alg,
    kid,
    presentation: presentationIn(unprotected),
    payload,
    signature: signatureOf(signature),
  }
}

function presentationIn(unprotected: CborMap): Presentation | undefined {
  if (unprotected.size === 0) return undefined
  const countersignature = unprotected.get(HEADER.countersignature)
  if (countersignature === undefined || unprotected.size !== 1) {
    // rule E5
    throw malformed('unprotected header has label 11 alone')
  }
  const [protectedBytes, inner, signature] = arrayOf(countersignature, 3, 'countersignature')
  // rule E7
  if (!(inner instanceof Map) || inner.size !== 0) throw malformed('inner header is not empty')
  const header = headerOf(protectedBytes, 'countersignature')
  const claims = header.get(HEADER.cwtClaims)
  if (header.size !== 2 || !(claims instanceof Map) || claims.size !== 1) {
    // rules E7 E8
    throw malformed('countersignature header has alg and one claim')
  }
  const presentedAt = claims.get(CLAIM_PRESENTED_AT)
  if (typeof presentedAt !== 'number' || presentedAt < 0 || presentedAt > TIME_SECONDS_MAX) {
    // rule E9
    throw malformed('presented at is not in seconds')
  }
  return {
    protectedBytes: protectedBytes as Uint8Array,
    alg: algorithmIn(header),
    presentedAt,
    signature: signatureOf(signature),
  }
}

function arrayOf(value: CborValue, length: number, name: string): readonly CborValue[] {
  if (Array.isArray(value) && value.length === length) return value
  // rules E2 E7
  throw malformed(`${name} is not an array of ${length}`)
}

function headerOf(value: CborValue | undefined, name: string): CborMap {
  if (value instanceof Uint8Array) {
    // rule E1
    const header = decodeCbor(value)
    if (header instanceof Map) return header
  }
  // rules E3 E7
  throw malformed(`${name} header is not a map in bytes`)
}

function algorithmIn(header: CborMap): SignatureAlgorithm | undefined {
  const number = header.get(HEADER.alg)
  // rule E4
  if (typeof number !== 'number') throw malformed('alg is not a number in the protected header')
  return algorithmOfNumber(number)
}

function signatureOf(value: CborValue | undefined): Uint8Array {
  if (value instanceof Uint8Array && value.length === SIGNATURE_BYTES) return value
  // rule E10
  throw malformed('a signature has 64 bytes')
}

/** The issuer's protected header, `{1: alg, 4: kid}`. */
export function encodeProtected(alg: SignatureAlgorithm, kid: Uint8Array): Uint8Array {
  if (kid.length !== KID_BYTES) throw new PassError('INVALID_ARGUMENT', 'a kid has 4 bytes')
  const writer = new CborWriter(9).map(2).int(HEADER.alg).int(ALGORITHM_NUMBER[alg])
  return writer.int(HEADER.kid).bytes(kid).finish()
}

/** The holder's protected header, `{1: −7, 15: {6: presented at}}`; seconds. */
export function encodePresentationHeader(presentedAt: number): Uint8Array {
  if (!Number.isSafeInteger(presentedAt) || presentedAt < 0 || presentedAt > TIME_SECONDS_MAX) {
    throw new PassError('INVALID_ARGUMENT', 'presented at is whole Unix seconds')
  }
  const writer = new CborWriter(16).map(2).int(HEADER.alg).int(ALGORITHM_NUMBER.ES256)
  return writer.int(HEADER.cwtClaims).map(1).int(CLAIM_PRESENTED_AT).int(presentedAt).finish()
}

/** The parts that `encodeEnvelope` puts together. */
export type EnvelopeParts = Pick<PassEnvelope, 'protectedBytes' | 'payload' | 'signature'> & {
  readonly presentation: Pick<Presentation, 'protectedBytes' | 'signature'> | undefined
}

/** The bytes of a pass. Throws `INVALID_ARGUMENT` for a signature that hasn't 64 bytes. */
export function encodeEnvelope(parts: EnvelopeParts): Uint8Array {
  const { protectedBytes, presentation, payload, signature } = parts
  for (const one of [signature, presentation?.signature ?? signature]) {
    if (one.length !== SIGNATURE_BYTES) {
      throw new PassError('INVALID_ARGUMENT', 'a signature has 64 bytes, r‖s')
    }
  }
  const writer = new CborWriter(320).tag(TAG_SIGN1).array(4).bytes(protectedBytes)
  if (presentation === undefined) writer.map(0)
  else {
    writer.map(1).int(HEADER.countersignature).array(3)
    writer.bytes(presentation.protectedBytes).map(0).bytes(presentation.signature)
  }
  return writer.bytes(payload).bytes(signature).finish()
}
