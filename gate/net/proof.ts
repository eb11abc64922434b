/**
 * The proof that a request comes from the gate's key: a compact JWS (RFC 7515 §3.1) of the shape of
 * DPoP (RFC 9449 §4.2), with the SHA-256 of the body. Signed at once, not in a thread of its own, so
 * that a simulation in one process repeats itself.
 */
import { createHash, type KeyObject, sign } from 'node:crypto'
import type { Identity } from './identity.ts'

export interface Proven {
  readonly method: string
  /** Of the service, without its query. */
  readonly path: string
  /** '' where there is none. */
  readonly body: string
  /** A UUID, for this proof alone. */
  readonly id: string
  /** The service's, where it has given one. */
  readonly nonce: string | undefined
}

/** The `dpop` header's value. `identity`: with an Ed25519 or P-256 key. */
export function signProof(
  { privateKey, publicJwk: jwk }: Pick<Identity, 'privateKey' | 'publicJwk'>,
  { method, path, body, id, nonce }: Proven,
): string {
  const alg = privateKey.asymmetricKeyType === 'ed25519' ? 'EdDSA' : 'ES256'
  const bh = createHash('sha256').update(body, 'utf8').digest('base64url')
  const claims = { htm: method, htu: path, jti: id, bh, nonce }
  return signCompact({ typ: 'dpop+jwt', alg, jwk }, claims, privateKey)
}

/** A compact JWS of header and claims as they are, by ES256 or EdDSA after the kind of key. */
export function signCompact(header: object, claims: object, privateKey: KeyObject): string {
  const signed = `${partOf(header)}.${partOf(claims)}`
  const isEd25519 = privateKey.asymmetricKeyType === 'ed25519'
  // RFC 7518 §3.4: r and s, 64 bytes. Ed25519 hashes by itself (RFC 8037 §3.1).
  const key = isEd25519 ? privateKey : ({ key: privateKey, dsaEncoding: 'ieee-p1363' } as const)
  const signature = sign(isEd25519 ? null : 'sha256', Buffer.from(signed), key)
  return `${signed}.${signature.toString('base64url')}`
}

const partOf = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
