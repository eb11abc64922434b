/**
 * The proof that a phone or a gate holds its key: one small JWT a request in the `dpop` header,
 * after RFC 9449, with our `bh` binding the body and the server's nonce in place of a clock.
 * `htu` is the path alone, so that the address of a proxy doesn't matter.
 */
import { createHash } from 'node:crypto'
import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  EmbeddedJWK,
  type JWK,
  jwtVerify,
} from 'jose'
import { z } from 'zod'
import { IAT_OFF_MS_MAX, JTI_CHARS_MAX, JTI_CHARS_MIN, PROOF_CHARS_MAX } from '../limits.ts'
import type { Nonces } from './nonce.ts'

export type ProofAlgorithm = 'ES256' | 'EdDSA'

export interface ProofRequest {
  readonly method: string
  /** Path without query. */
  readonly path: string
  readonly algorithm: ProofAlgorithm
}

export type ProofResult =
  | {
      readonly ok: true
      readonly thumbprint: string
      readonly jti: string
      /** What the body's `bodyHash` must be: the caller's to compare, once it has the body. */
      readonly bh: string
      /** Hash of what was signed: the same for a copy, also for one with a rewritten signature. */
      readonly inputHash: string
      /** Hash of method, path and body. */
      readonly requestHash: string
    }
  | {
      readonly ok: false
      readonly code: 'PROOF_MISSING' | 'PROOF_INVALID' | 'PROOF_TIME' | 'USE_NONCE'
    }

const payloadSchema = z.object({
  htm: z.string().max(10),
  htu: z.string().max(300),
  nonce: z.string().max(100).optional(),
  jti: z
    .string()
    .min(JTI_CHARS_MIN)
    .max(JTI_CHARS_MAX)
    .regex(/^[!-~]*$/),
  bh: z.string().max(64),
  iat: z.number().optional(),
})

/** Base64url of the SHA-256 of a body, as it stands in `bh`. */
export const bodyHash = (body: Uint8Array): string =>
  createHash('sha256').update(body).digest('base64url')

/**
 * The thumbprint of the key that a proof brings along, before anything is verified: enough to know
 * that it is nobody's. Undefined for what is no proof by a key of this algorithm.
 */
export async function claimedKey(
  token: string,
  algorithm: ProofAlgorithm,
): Promise<string | undefined> {
  if (token.length > PROOF_CHARS_MAX) return undefined
  try {
    const { jwk } = decodeProtectedHeader(token)
    if (jwk === undefined || !isPublicKeyOf(jwk, algorithm)) return undefined
    return await calculateJwkThumbprint(jwk)
  } catch {
    return undefined
  }
}

/**
 * Checks signature, key type, method, path, nonce and an `iat` if there is one: all that needs no body. That the body has the
 * hash `bh`, and that `jti` is new, is the caller's to settle. Never throws for anything a client sent.
 */
export async function verifyProof(
  token: string | undefined,
  request: ProofRequest,
  nonces: Nonces,
  now: number,
): Promise<ProofResult> {
  if (token === undefined) return { ok: false, code: 'PROOF_MISSING' }
  if (token.length > PROOF_CHARS_MAX) return { ok: false, code: 'PROOF_INVALID' }
  const verified = await verifyJwt(token, request.algorithm, now)
  if (verified === undefined) return { ok: false, code: 'PROOF_INVALID' }
  const { payload, jwk } = verified
  const fits = payload.htm === request.method && payload.htu === request.path
  if (!fits) return { ok: false, code: 'PROOF_INVALID' }
  const { iat = now / 1000 } = payload
  if (Math.abs(iat * 1000 - now) > IAT_OFF_MS_MAX) return { ok: false, code: 'PROOF_TIME' }
  if (payload.nonce === undefined || !nonces.accepts(payload.nonce, now)) {
    return { ok: false, code: 'USE_NONCE' }
  }
  const { method, path } = request
  return {
    ok: true,
    thumbprint: await calculateJwkThumbprint(jwk),
    jti: payload.jti,
    bh: payload.bh,
    inputHash: bodyHash(Buffer.from(token.slice(0, token.lastIndexOf('.')))),
    requestHash: bodyHash(Buffer.from(JSON.stringify([method, path, payload.bh]))),
  }
}

async function verifyJwt(token: string, algorithm: ProofAlgorithm, now: number) {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, EmbeddedJWK, {
      algorithms: [algorithm],
      typ: 'dpop+jwt',
      currentDate: new Date(now),
    })
    const jwk = protectedHeader.jwk
    const parsed = payloadSchema.safeParse(payload)
    if (!parsed.success || jwk === undefined || !isPublicKeyOf(jwk, algorithm)) return undefined
    return { payload: parsed.data, jwk }
  } catch {
    return undefined
  }
}

/** A public JWK of the one curve that the algorithm is used with, and no private part. */
export function isPublicKeyOf(jwk: JWK, algorithm: ProofAlgorithm): boolean {
  if (jwk.d !== undefined) return false
  return algorithm === 'ES256'
    ? jwk.kty === 'EC' && jwk.crv === 'P-256'
    : jwk.kty === 'OKP' && jwk.crv === 'Ed25519'
}
