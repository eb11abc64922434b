/**
 * Presents a pass: the phone countersigns it with the time (RFC 9338, label 11), without a network
 * and as often as it likes. Runs in the browser; `sign` is then WebCrypto's ECDSA with SHA-256.
 */

import { countersignStructure } from './cose.ts'
import type { Sign } from './crypto.ts'
import { decodeEnvelope, encodeEnvelope, encodePresentationHeader } from './envelope.ts'

export interface PassToPresent {
  /** A signed pass; one presented before is presented anew. */
  readonly pass: Uint8Array
  /** Unix seconds, whole. */
  readonly presentedAt: number
  /** By the key whose public half is in the pass. */
  readonly sign: Sign
}

/**
 * The bytes of the presented pass, at most 276 with a list number of three digits, 279 with six; `encodePassText` makes them a text. Throws
 * `MALFORMED` for bytes that are no pass, `INVALID_ARGUMENT` for a time or signature out of shape.
 */
export async function presentPass(presentation: PassToPresent): Promise<Uint8Array> {
  const { protectedBytes, payload, signature } = decodeEnvelope(presentation.pass)
  const header = encodePresentationHeader(presentation.presentedAt)
  const proof = await presentation.sign(
    countersignStructure(protectedBytes, header, payload, signature),
  )
  return encodeEnvelope({
    protectedBytes,
    presentation: { protectedBytes: header, signature: proof },
    payload,
    signature,
  })
}
