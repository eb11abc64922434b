/**
 * A JWT (RFC 7519) as a compact JWS (RFC 7515 §3.1) whose header brings its public key along (`jwk`,
 * §4.1.3): ES256 and EdDSA alone (RFC 7518, RFC 8037). Verified at once by node:crypto: handing so short
 * a work to another thread costs more than the work.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { KEYS_KEPT_MAX } from '../limits.ts'

export type ProofAlgorithm = 'ES256' | 'EdDSA'

/** A public key of the one curve that its algorithm is used with; nothing else is taken over. */
export type PublicJwk =
  | { readonly crv: 'P-256'; readonly kty: 'EC'; readonly x: string; readonly y: string }
  | { readonly crv: 'Ed25519'; readonly kty: 'OKP'; readonly x: string }

export interface EmbeddedJwt {
  readonly key: PublicJwk
  readonly claims: Readonly<Record<string, unknown>>
}

/** Of both curves. */
const COORDINATE_BYTES = 32
const SIGNATURE_BYTES = 64
const BASE64URL = /^[\w-]+$/

/**
 * The public key of a header's `jwk`; undefined for one with a private part, of another curve, or not
 * meant for signatures of `algorithm` (`use`, `alg`, `key_ops`).
 */
export function publicKeyOf(jwk: unknown, algorithm: ProofAlgorithm): PublicJwk | undefined {
  if (!isObject(jwk) || jwk.d !== undefined) return undefined
  if (!isMeantFor(jwk, algorithm)) return undefined
  const { kty, crv, x, y } = jwk
  if (!isCoordinate(x)) return undefined
  if (algorithm === 'EdDSA') {
    return kty === 'OKP' && crv === 'Ed25519' ? { crv, kty, x } : undefined
  }
  if (kty !== 'EC' || crv !== 'P-256') return undefined
  return isCoordinate(y) ? { crv, kty, x, y } : undefined
}

const isCoordinate = (value: unknown): value is string =>
  typeof value === 'string' && bytesOf(value)?.length === COORDINATE_BYTES

/** RFC 7517 §4.2–4.4, and `ext` of WebCrypto: what is there must be as for a key that verifies. */
function isMeantFor(jwk: Readonly<Record<string, unknown>>, algorithm: ProofAlgorithm): boolean {
  const { use = 'sig', alg = algorithm, ext = true, key_ops = ['verify'] } = jwk
  const verifies = Array.isArray(key_ops) && key_ops.length === 1 && key_ops[0] === 'verify'
  return use === 'sig' && alg === algorithm && typeof ext === 'boolean' && verifies
}

/** SHA-256 thumbprint in base64url (RFC 7638 §3: the members of `PublicJwk`, in their order). */
export const thumbprintOf = (key: PublicJwk): string =>
  createHash('sha256').update(JSON.stringify(key)).digest('base64url')

/** The header of a token, before anything is verified; undefined for what has none. */
export const headerOf = (token: string): Readonly<Record<string, unknown>> | undefined =>
  readPart(token.split('.', 1)[0] ?? '')

/**
 * What the token says, when it is of this algorithm and type, signed by its key, and `exp` and `nbf` of
 * it, if there are any, hold at `nowMs`. Undefined for anything else; never throws. Extensions that
 * must be understood (`crit`, RFC 7515 §4.1.11) are none that are.
 */
export function verifyEmbedded(
  token: string,
  wanted: { readonly algorithm: ProofAlgorithm; readonly typ: string; readonly nowMs: number },
): EmbeddedJwt | undefined {
  const parts = token.split('.')
  const [head = '', body = '', signature = ''] = parts
  const header = readPart(head)
  if (parts.length !== 3 || header === undefined) return undefined
  const { alg, typ, jwk, crit } = header
  if (alg !== wanted.algorithm || !isType(typ, wanted.typ) || crit !== undefined) return undefined
  const key = publicKeyOf(jwk, wanted.algorithm)
  if (key === undefined || !isSigned(`${head}.${body}`, signature, key)) return undefined
  const claims = readPart(body)
  if (claims === undefined || !isInTime(claims, Math.floor(wanted.nowMs / 1000))) return undefined
  return { key, claims }
}

/** RFC 7515 §4.1.9: case does not matter, and `application/` may be left out. */
function isType(typ: unknown, wanted: string): boolean {
  return typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === wanted
}

function isSigned(input: string, written: string, key: PublicJwk): boolean {
  const signature = bytesOf(written)
  const publicKey = keyObjectOf(key)
  if (signature?.length !== SIGNATURE_BYTES || publicKey === undefined) return false
  // Ed25519 hashes by itself (RFC 8037 §3.1).
  return verify(key.kty === 'EC' ? 'sha256' : null, Buffer.from(input), publicKey, signature)
}

/** r and s one after the other (RFC 7518 §3.4). Carried by the key itself it costs nothing. */
const P1363 = { dsaEncoding: 'ieee-p1363' } as const

/** SubjectPublicKeyInfo up to the point (RFC 5480 §2, uncompressed; RFC 8410 §4), in base64. */
const SPKI = { EC: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE', OKP: 'MCowBQYDK2VwAyEA' } as const

/** Of those who come again and again: gates each few seconds, phones for each pass. By coordinates. */
const imported = new Map<string, KeyObject>()

/** Undefined for what is no point of its curve. The oldest of the keys that are kept goes first. */
function keyObjectOf(key: PublicJwk): KeyObject | undefined {
  const name = key.kty === 'EC' ? `${key.x} ${key.y}` : key.x
  const known = imported.get(name)
  if (known !== undefined) return known
  const made = importKey(key)
  if (made === undefined) return undefined
  if (imported.size >= KEYS_KEPT_MAX) imported.delete(imported.keys().next().value as string)
  imported.set(name, made)
  return made
}

/** As PEM: from a JWK it takes twice as long. */
function importKey(key: PublicJwk): KeyObject | undefined {
  const point = key.kty === 'EC' ? [key.x, key.y] : [key.x]
  const bytes = point.map(part => Buffer.from(part, 'base64url'))
  const text = Buffer.concat(bytes).toString('base64')
  try {
    const made = createPublicKey(
      `-----BEGIN PUBLIC KEY-----\n${SPKI[key.kty]}${text}\n-----END PUBLIC KEY-----\n`,
    )
    return key.kty === 'EC' ? Object.assign(made, P1363) : made
  } catch {
    return undefined
  }
}

/** `exp`, `nbf` and `iat` in seconds (RFC 7519 §4.1). */
function isInTime({ exp, nbf, iat }: Readonly<Record<string, unknown>>, nowS: number): boolean {
  const areNumbers = [exp, nbf, iat].every(one => one === undefined || typeof one === 'number')
  return areNumbers && !(Number(exp) <= nowS) && !(Number(nbf) > nowS)
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A JSON object in base64url. */
function readPart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(UTF8.decode(bytesOf(part) ?? new Uint8Array()))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Undefined for what is not written as it would be again: each text has one form. */
function bytesOf(part: string): Buffer | undefined {
  const bytes = BASE64URL.test(part) ? Buffer.from(part, 'base64url') : undefined
  return bytes?.toString('base64url') === part ? bytes : undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
