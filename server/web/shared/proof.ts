/**
 * The proof that a request is this phone's: a JWT in the `dpop` header after RFC 9449, with the
 * service's nonce in place of a clock and the hash of the body (server/requests.md).
 */
import { toBase64Url } from './bytes.ts'
import { publicJwkOf, signerOf } from './phone-keys.ts'

export interface Proven {
  readonly method: string
  /** Path without query. */
  readonly path: string
  /** '' where there is none. */
  readonly body: string
  readonly nonce: string
  /** 16 to 64 characters; the same one again asks for the answer that was lost. */
  readonly jti: string
  /** Seconds by the service's time: makes another proof of the same request. */
  readonly iat: number
}

export async function proofOf(keys: CryptoKeyPair, request: Proven): Promise<string> {
  const { method, path, body, nonce, jti, iat } = request
  const bytes = new TextEncoder().encode(body)
  const bh = toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: await publicJwkOf(keys) }
  const signed = `${part(header)}.${part({ htm: method, htu: path, nonce, jti, bh, iat })}`
  const signature = await signerOf(keys)(new TextEncoder().encode(signed))
  return `${signed}.${toBase64Url(signature)}`
}

const part = (value: object) => toBase64Url(new TextEncoder().encode(JSON.stringify(value)))
