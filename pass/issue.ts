/** Signs passes: the service's half of the credential. A gate never imports this. */

import { encodeClaims, type PassClaims } from './claims.ts'
import { sigStructure } from './cose.ts'
import type { Sign, SignatureAlgorithm } from './crypto.ts'
import { encodeEnvelope, encodeProtected } from './envelope.ts'

/** What a pass is made of; `kid` and `alg` are the issuer key's, `sign` its private half. */
export interface PassToIssue {
  readonly claims: PassClaims
  /** 4 bytes. */
  readonly kid: Uint8Array
  readonly alg: SignatureAlgorithm
  readonly sign: Sign
}

/** The same with a signature at hand at once. */
export interface PassToIssueSync extends PassToIssue {
  readonly sign: (message: Uint8Array) => Uint8Array
}

/**
 * The bytes of a signed pass, at most 195 with a list number of three digits, 198 with six. Throws `INVALID_ARGUMENT` for claims out of range or a
 * signature that hasn't 64 bytes. Lifetimes by class are the caller's to keep and the gate's to check.
 */
export async function issuePass(pass: PassToIssue): Promise<Uint8Array> {
  const { protectedBytes, payload, message } = prepare(pass)
  const signature = await pass.sign(message)
  return encodeEnvelope({ protectedBytes, presentation: undefined, payload, signature })
}

/** As `issuePass`, for a `sign` that answers at once. */
export function issuePassSync(pass: PassToIssueSync): Uint8Array {
  const { protectedBytes, payload, message } = prepare(pass)
  const signature = pass.sign(message)
  return encodeEnvelope({ protectedBytes, presentation: undefined, payload, signature })
}

function prepare(pass: PassToIssue): {
  protectedBytes: Uint8Array
  payload: Uint8Array
  message: Uint8Array
} {
  const protectedBytes = encodeProtected(pass.alg, pass.kid)
  const payload = encodeClaims(pass.claims)
  return { protectedBytes, payload, message: sigStructure(protectedBytes, payload) }
}
