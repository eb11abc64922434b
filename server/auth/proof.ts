/**
 * The proof that a phone or a gate holds its key: one small JWT a request in the `dpop` header,
 * after RFC 9449, with our `bh` binding the body and the server's nonce in place of a clock.
 * `htu` is the path alone, so that the address of a proxy doesn't matter.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { IAT_OFF_MS_MAX, JTI_CHARS_MAX, JTI_CHARS_MIN, PROOF_CHARS_MAX } from '../limits.ts'
import {
  headerOf,
  type ProofAlgorithm,
  publicKeyOf,
  thumbprintOf,
  verifyEmbedded,
} from './embedded-jwt.ts'
import type { Nonces } from './nonce.ts'

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
export function claimedKey(token: string, algorithm: ProofAlgorithm): string | undefined {
  if (token.length > PROOF_CHARS_MAX) return undefined
  const key = publicKeyOf(headerOf(token)?.jwk, algorithm)
  return key && thumbprintOf(key)
}

/**
 * Checks signature, key type, method, path, nonce and an `iat` if there is one: all that needs no body. That the body has the
 * hash `bh`, and that `jti` is new, is the caller's to settle. Never throws for anything a client sent.
 */
export function verifyProof(
  token: string | undefined,
  request: ProofRequest,
  nonces: Nonces,
  now: number,
): ProofResult {
  if (token === undefined) return { ok: false, code: 'PROOF_MISSING' }
  if (token.length > PROOF_CHARS_MAX) return { ok: false, code: 'PROOF_INVALID' }
  const { algorithm } = request
  const verified = verifyEmbedded(token, { algorithm, typ: 'dpop+jwt', nowMs: now })
  const parsed = payloadSchema.safeParse(verified?.claims)
  if (verified === undefined || !parsed.success) return { ok: false, code: 'PROOF_INVALID' }
  const payload = parsed.data
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
    thumbprint: thumbprintOf(verified.key),
    jti: payload.jti,
    bh: payload.bh,
    inputHash: bodyHash(Buffer.from(token.slice(0, token.lastIndexOf('.')))),
    requestHash: bodyHash(Buffer.from(JSON.stringify([method, path, payload.bh]))),
  }
}
