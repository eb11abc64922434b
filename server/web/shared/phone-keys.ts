/**
 * Keys of a phone: P-256, made here, and never to be read out. One proves the requests of this phone to
 * the service; another is made for each certificate and signs its codes.
 */
import type { Sign } from '../../../pass/crypto.ts'

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
const ES256 = { name: 'ECDSA', hash: 'SHA-256' } as const

/** The public half as the service takes it (RFC 7517). */
export interface PublicJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

/** The private half can't be exported, so neither a script nor a copy of the store has it. */
export function makePhoneKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(P256, false, ['sign', 'verify'])
}

export async function publicJwkOf({ publicKey }: CryptoKeyPair): Promise<PublicJwk> {
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey)
  return { kty: 'EC', crv: 'P-256', x, y }
}

/** Signs as COSE and JOSE want it: r‖s, 64 bytes. */
export function signerOf({ privateKey }: CryptoKeyPair): Sign {
  return async message =>
    new Uint8Array(await crypto.subtle.sign(ES256, privateKey, new Uint8Array(message)))
}
