/**
 * Signed time: a nonce goes out, and comes back with the time under a time key of `trust`. It
 * settles a gate's wrong clock without trusting the network in between.
 */

import { equalBytes } from '../bytes.ts'
import { readOrUndefined } from '../cbor-fields.ts'
import type { SignatureVerifier } from '../crypto.ts'
import { TIME_ANSWER_BYTES_MAX } from '../limits.ts'
import {
  readTimeAnswer,
  type TimeAnswer,
  type TrustDocument,
  writeTimeAnswer,
} from './trust-documents.ts'
import { DOCUMENT_TYPE, type DocumentSigner, openDocument, signDocument } from './trust-envelope.ts'
import { signersOf } from './trust-keys.ts'

/** The signed bytes of a time answer. Throws `INVALID_ARGUMENT` for one out of its limits. */
export async function signTimeAnswer(
  answer: TimeAnswer,
  signer: DocumentSigner,
): Promise<Uint8Array> {
  return signDocument(DOCUMENT_TYPE.time, writeTimeAnswer(answer), signer)
}

/** `WRONG_NONCE`: an answer to somebody else's question, or an old one. */
export type TimeCode = 'MALFORMED' | 'WRONG_TYPE' | 'LENGTH' | 'UNSIGNED' | 'WRONG_NONCE'

export type TimeResult =
  | { readonly ok: true; readonly answer: TimeAnswer }
  | { readonly ok: false; readonly code: TimeCode }

/**
 * Judges a time answer: by a time key of `trust` within its window, for our nonce. Round trip and
 * size of the step are the clock's to judge.
 */
export function verifyTimeAnswer<K>(
  trust: TrustDocument,
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
  nonce: Uint8Array,
): TimeResult {
  // rule D1
  if (bytes.length > TIME_ANSWER_BYTES_MAX) return refuse('LENGTH')
  const opened = openDocument(DOCUMENT_TYPE.time, bytes)
  if (!opened.ok) return opened
  const { payload, signatures } = opened.document
  const answer = readOrUndefined(payload, readTimeAnswer)
  // rule D10
  if (answer === undefined) return refuse('MALFORMED')
  const at = Math.floor(answer.time / 1000)
  // rule N1
  if (signersOf(trust, 'time', signatures, at, crypto).size === 0) return refuse('UNSIGNED')
  // rules N2 N3
  return equalBytes(answer.nonce, nonce) ? { ok: true, answer } : refuse('WRONG_NONCE')
}

function refuse(code: TimeCode): TimeResult {
  return { ok: false, code }
}
