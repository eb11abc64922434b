/**
 * What the credential needs of cryptography, as types alone: keys as COSE names them (RFC 9053 §7)
 * and the ports through which signatures are made and checked. `cose-node.ts` is Node's side; a
 * browser gives a `Sign` over WebCrypto.
 */

/** ECDSA on P-256 with SHA-256 (COSE −7, or −9 fully specified); Ed25519 (COSE −8 or −19). */
export type SignatureAlgorithm = 'ES256' | 'EdDSA'

/** A public point of P-256, compressed: `x` 32 bytes big-endian, `y` the sign bit (true: odd). */
export interface Ec2Key {
  readonly kty: 'EC2'
  readonly crv: 'P-256'
  readonly x: Uint8Array
  readonly y: boolean
}

/** A public Ed25519 key: `x` is its 32 bytes of RFC 8032. */
export interface OkpKey {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: Uint8Array
}

/** A public key. */
export type CoseKey = Ec2Key | OkpKey

/** Checks signatures; `K` is the platform's own form of an imported key. */
export interface SignatureVerifier<K> {
  /** Throws `BAD_KEY` for what is no point of its curve. */
  importKey(key: CoseKey): K
  /** Signature of 64 bytes: r‖s or Ed25519. False for any that doesn't fit; never throws. */
  verify(key: K, alg: SignatureAlgorithm, message: Uint8Array, signature: Uint8Array): boolean
}

/** Signs a message; the result is 64 bytes: r‖s for ES256, or an Ed25519 signature. */
export type Sign = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>

/** The one algorithm a key can be used with. */
export function algorithmOfKey(key: CoseKey): SignatureAlgorithm {
  return key.kty === 'EC2' ? 'ES256' : 'EdDSA'
}
