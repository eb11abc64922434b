/**
 * COSE as far as we use it, RFC 9052 and RFC 9053: the byte strings that are signed, algorithm
 * numbers, and keys as COSE_Key maps. Countersignatures are version 2, RFC 9338.
 */

import type { CborMap, CborValue } from './cbor.ts'
import { CborWriter } from './cbor-writer.ts'
import type { CoseKey, SignatureAlgorithm } from './crypto.ts'
import { PassError } from './errors.ts'
import { COORDINATE_BYTES } from './limits.ts'

/** CBOR tags of the two envelopes (RFC 9052 §2). */
export const TAG_SIGN1 = 18
export const TAG_SIGN = 98

/** Header labels: RFC 9052 §3.1, RFC 9338 §5, RFC 9597 §2, RFC 9596 §2. */
export const HEADER = {
  alg: 1,
  crit: 2,
  contentType: 3,
  kid: 4,
  countersignature: 11,
  cwtClaims: 15,
  type: 16,
} as const

/** Algorithm numbers we write: the ones every library knows. */
export const ALGORITHM_NUMBER: Readonly<Record<SignatureAlgorithm, number>> = {
  ES256: -7,
  EdDSA: -8,
}

/**
 * The algorithm of a header's number: −7 and −9 (ESP256) mean the same, and so do −8 and −19
 * (Ed25519), RFC 9864. Undefined for any other: then no key of ours agrees with it.
 */
export function algorithmOfNumber(number: CborValue | undefined): SignatureAlgorithm | undefined {
  if (number === -7 || number === -9) return 'ES256'
  if (number === -8 || number === -19) return 'EdDSA'
  return undefined
}

const EMPTY = new Uint8Array(0)

/** A protected header as it is signed: the empty map stands as the empty string (§4.4). */
function signedForm(protectedBytes: Uint8Array): Uint8Array {
  return protectedBytes.length === 1 && protectedBytes[0] === 0xa0 ? EMPTY : protectedBytes
}

/** Bytes that byte strings take with their heads, so that each structure is allocated once. */
function room(...strings: readonly Uint8Array[]): number {
  let size = 0
  for (const { length } of strings)
    size += length + (length < 24 ? 1 : length < 256 ? 2 : length < 65_536 ? 3 : 5)
  return size
}

/** What a COSE_Sign1 signature covers, as brief bytes: `["Signature1", protected, external_aad, payload]`. */
export function sigStructure(
  protectedBytes: Uint8Array,
  payload: Uint8Array,
  externalAad: Uint8Array = EMPTY,
): Uint8Array {
  return new CborWriter(12 + room(protectedBytes, externalAad, payload))
    .array(4)
    .raw(SIGNATURE1)
    .bytes(signedForm(protectedBytes))
    .bytes(externalAad)
    .bytes(payload)
    .finishBriefly()
}

/** What one signature of a COSE_Sign covers: `["Signature", body, signer, external_aad, payload]`. */
export function signatureStructure(
  bodyProtected: Uint8Array,
  signerProtected: Uint8Array,
  payload: Uint8Array,
): Uint8Array {
  return new CborWriter(11 + room(bodyProtected, signerProtected, EMPTY, payload))
    .array(5)
    .text('Signature')
    .bytes(signedForm(bodyProtected))
    .bytes(signedForm(signerProtected))
    .bytes(EMPTY)
    .bytes(payload)
    .finish()
}

/**
 * What a version 2 countersignature on a COSE_Sign1 covers (RFC 9338 §3.3), as brief bytes:
 * `["CounterSignatureV2", body, signer, external_aad, payload, [signature]]`.
 */
export function countersignStructure(
  bodyProtected: Uint8Array,
  signerProtected: Uint8Array,
  payload: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  return new CborWriter(22 + room(bodyProtected, signerProtected, payload, signature))
    .array(6)
    .raw(COUNTERSIGNATURE_V2)
    .bytes(signedForm(bodyProtected))
    .bytes(signedForm(signerProtected))
    .bytes(EMPTY)
    .bytes(payload)
    .array(1)
    .bytes(signature)
    .finishBriefly()
}

const SIGNATURE1 = new CborWriter(11).text('Signature1').finish()
const COUNTERSIGNATURE_V2 = new CborWriter(19).text('CounterSignatureV2').finish()

/** Labels of a COSE_Key: kty, crv, x, y (RFC 9053 §7.1, §7.2). */
const KEY = { kty: 1, crv: -1, x: -2, y: -3 } as const
const KTY_OKP = 1
const KTY_EC2 = 2
const CRV_P256 = 1
const CRV_ED25519 = 6

/** Writes a public key as a COSE_Key of exactly the labels above, y as its sign bit. */
export function writeCoseKey(writer: CborWriter, key: CoseKey): void {
  if (key.x.length !== COORDINATE_BYTES) {
    throw new PassError('INVALID_ARGUMENT', 'a coordinate has 32 bytes')
  }
  if (key.kty === 'EC2') {
    writer.map(4).int(KEY.kty).int(KTY_EC2).int(KEY.crv).int(CRV_P256)
    writer.int(KEY.x).bytes(key.x).int(KEY.y).simple(key.y)
  } else {
    writer.map(3).int(KEY.kty).int(KTY_OKP).int(KEY.crv).int(CRV_ED25519)
    writer.int(KEY.x).bytes(key.x)
  }
}

/** Reads a COSE_Key of exactly those labels. Throws `MALFORMED` for any other map. */
export function readCoseKey(value: CborValue | undefined): CoseKey {
  // rules K5 D10
  if (!(value instanceof Map)) throw new PassError('MALFORMED', 'COSE_Key: not a map')
  const map: CborMap = value
  const x = map.get(KEY.x)
  if (x instanceof Uint8Array && x.length === COORDINATE_BYTES) {
    const kty = map.get(KEY.kty)
    const crv = map.get(KEY.crv)
    const y = map.get(KEY.y)
    if (kty === KTY_EC2 && crv === CRV_P256 && typeof y === 'boolean' && map.size === 4) {
      return { kty: 'EC2', crv: 'P-256', x, y }
    }
    if (kty === KTY_OKP && crv === CRV_ED25519 && map.size === 3) {
      return { kty: 'OKP', crv: 'Ed25519', x }
    }
  }
  // rules K5 D10
  throw new PassError('MALFORMED', 'COSE_Key: not a public key of P-256 or Ed25519')
}

/**
 * The bytes whose SHA-256 is the key's thumbprint (RFC 9679 §4): the required labels alone, in
 * deterministic order. For EC2 the standard wants y as its 32 bytes, so the caller decompresses.
 */
export function thumbprintInput(key: CoseKey, y?: Uint8Array): Uint8Array {
  const writer = new CborWriter(128)
  if (key.kty === 'OKP') {
    writeCoseKey(writer, key)
    return writer.finish()
  }
  if (y?.length !== COORDINATE_BYTES) {
    throw new PassError('INVALID_ARGUMENT', 'the thumbprint of an EC2 key needs y')
  }
  writer.map(4).int(KEY.kty).int(KTY_EC2).int(KEY.crv).int(CRV_P256)
  return writer.int(KEY.x).bytes(key.x).int(KEY.y).bytes(y).finish()
}
