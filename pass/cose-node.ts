/**
 * Signatures by node:crypto. ECDSA signatures are r‖s (`ieee-p1363`), as COSE has them; compressed
 * points go in as SubjectPublicKeyInfo (RFC 5480), which OpenSSL decompresses and checks.
 */

import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto'
import { algorithmOfNumber, HEADER, sigStructure, thumbprintInput } from './cose.ts'
import {
  algorithmOfKey,
  type CoseKey,
  type SignatureAlgorithm,
  type SignatureVerifier,
} from './crypto.ts'
import { PassError } from './errors.ts'
import { COORDINATE_BYTES, KID_BYTES, SIGNATURE_BYTES } from './limits.ts'
import { readSign1, type Sign1Fault, type Tagging } from './sign1.ts'

/** SubjectPublicKeyInfo up to x, in base64: P-256 with an even or odd y, and Ed25519 (RFC 8410). */
const SPKI_EVEN = 'MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgAC'
const SPKI_ODD = 'MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgAD'
const SPKI_ED25519 = 'MCowBQYDK2VwAyEA'

/**
 * A key as PEM: given a text, Node goes straight to OpenSSL; given an object with DER inside it
 * throws and catches four errors of its own first, which takes as long as the import itself.
 */
function pemOf(key: CoseKey): string {
  if (key.x.length !== COORDINATE_BYTES) throw new PassError('BAD_KEY', 'a key has 32 bytes')
  const prefix = key.kty === 'OKP' ? SPKI_ED25519 : key.y ? SPKI_ODD : SPKI_EVEN
  const { buffer, byteOffset } = key.x
  const x = Buffer.from(buffer, byteOffset, COORDINATE_BYTES).toString('base64')
  return `-----BEGIN PUBLIC KEY-----\n${prefix}${x}\n-----END PUBLIC KEY-----\n`
}

/**
 * Node reads `dsaEncoding` from the object it gets as the key. Carried by the key object itself it
 * costs nothing; in a wrapper `{ key, dsaEncoding }` Node first throws and catches two errors of its
 * own at each call, about a fifth of a verification. Without it a signature is read as DER and fails.
 */
const P1363 = { dsaEncoding: 'ieee-p1363' } as const

/** The verifier of gates and services. */
export const nodeVerifier: SignatureVerifier<KeyObject> = {
  importKey(key) {
    const pem = pemOf(key)
    try {
      const imported = createPublicKey(pem)
      return key.kty === 'EC2' ? Object.assign(imported, P1363) : imported
    } catch (cause) {
      throw new PassError('BAD_KEY', 'not a point of its curve', { cause })
    }
  },
  verify(key, alg, message, signature) {
    if (signature.length !== SIGNATURE_BYTES) return false
    if (alg === 'EdDSA') return nodeVerify(null, message, key, signature)
    return nodeVerify('sha256', message, 'dsaEncoding' in key ? key : { key, ...P1363 }, signature)
  },
}

/** The algorithm of a key object. Throws `BAD_KEY` for other curves and kinds. */
function algorithmOf(key: KeyObject): SignatureAlgorithm {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') {
    return 'ES256'
  }
  throw new PassError('BAD_KEY', 'not a key of P-256 or Ed25519')
}

/** The public half of a key object, as COSE names it. Throws `BAD_KEY` for other curves. */
export function coseKeyOf(key: KeyObject): CoseKey {
  const alg = algorithmOf(key)
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({
    format: 'der',
    type: 'spki',
  })
  if (alg === 'EdDSA') {
    return { kty: 'OKP', crv: 'Ed25519', x: new Uint8Array(spki.subarray(-COORDINATE_BYTES)) }
  }
  const { x, y } = coordinates(key)
  return { kty: 'EC2', crv: 'P-256', x, y: ((y.at(-1) as number) & 1) === 1 }
}

function coordinates(key: KeyObject): { x: Uint8Array; y: Uint8Array } {
  const { x, y } = key.export({ format: 'jwk' })
  if (x === undefined || y === undefined) throw new PassError('BAD_KEY', 'a key without a point')
  return { x: decodeBase64Url(x), y: decodeBase64Url(y) }
}

function decodeBase64Url(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}

/** SHA-256 thumbprint of a public key, 32 bytes (RFC 9679). Throws `BAD_KEY` off the curve. */
export function keyThumbprint(key: CoseKey): Uint8Array {
  const y = key.kty === 'EC2' ? coordinates(nodeVerifier.importKey(key)).y : undefined
  return new Uint8Array(createHash('sha256').update(thumbprintInput(key, y)).digest())
}

/** The key id that headers carry: the first 4 bytes of the thumbprint. */
export function kidOf(key: CoseKey): Uint8Array {
  return keyThumbprint(key).slice(0, KID_BYTES)
}

/** What signs: its algorithm, its public half, and `sign` giving 64 bytes. */
export interface Signer {
  readonly alg: SignatureAlgorithm
  readonly publicKey: CoseKey
  readonly kid: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** A signer over a private key object of P-256 or Ed25519. Throws `BAD_KEY` for any other. */
export function signerOf(privateKey: KeyObject): Signer {
  const alg = algorithmOf(privateKey)
  if (privateKey.type !== 'private') throw new PassError('BAD_KEY', 'a public key can not sign')
  const publicKey = coseKeyOf(privateKey)
  const digest = alg === 'ES256' ? 'sha256' : null
  const own = Object.assign(structuredClone(privateKey), alg === 'ES256' ? P1363 : {})
  const sign = (message: Uint8Array): Uint8Array => nodeSign(digest, message, own)
  return { alg, publicKey, kid: kidOf(publicKey), sign }
}

/** A fresh key pair of the algorithm, ready to sign. */
export function generateSigningKey(alg: SignatureAlgorithm): Signer & { privateKey: KeyObject } {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519')
  return { ...signerOf(privateKey), privateKey }
}

/** Faults of reading, and: `WRONG_ALGORITHM` (alg and key disagree), `BAD_SIGNATURE`. */
export type Sign1Code = Sign1Fault | 'WRONG_ALGORITHM' | 'BAD_SIGNATURE'

export type Sign1Result =
  | { readonly ok: true; readonly payload: Uint8Array }
  | { readonly ok: false; readonly code: Sign1Code }

export interface VerifySign1Options {
  /** Bytes the signer also covered; none by default. */
  readonly externalAad?: Uint8Array
  /** Tag 18 demanded (default), forbidden, or either. */
  readonly tagged?: Tagging
}

/**
 * Verifies any COSE_Sign1 of ES256 or EdDSA, foreign ones included; the payload is opaque bytes.
 * The key decides the algorithm, the protected header has to agree. Throws `BAD_KEY` alone.
 */
export function verifySign1(
  bytes: Uint8Array,
  key: KeyObject | CoseKey,
  options: VerifySign1Options = {},
): Sign1Result {
  const keyObject = 'kty' in key ? nodeVerifier.importKey(key) : key
  const alg = 'kty' in key ? algorithmOfKey(key) : algorithmOf(key)
  const read = readSign1(bytes, options.tagged ?? true, true)
  if (!read.ok) return read
  const { protectedBytes, protectedHeader, payload, signature } = read.parts
  if (algorithmOfNumber(protectedHeader.get(HEADER.alg)) !== alg) {
    return { ok: false, code: 'WRONG_ALGORITHM' }
  }
  const message = sigStructure(protectedBytes, payload, options.externalAad)
  return nodeVerifier.verify(keyObject, alg, message, signature)
    ? { ok: true, payload }
    : { ok: false, code: 'BAD_SIGNATURE' }
}
