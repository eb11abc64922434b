/**
 * Envelopes of the trust documents: a COSE_Sign with several signatures (RFC 9052 §4.1) for trust
 * itself, a COSE_Sign1 (§4.2) for what one online key signs. The protected header's `typ` (RFC 9596)
 * names the kind of document, so that none passes for another (`_type` of TUF 4.2).
 */

import { CborTag, decodeCbor } from '../cbor.ts'
import { CborWriter } from '../cbor-writer.ts'
import {
  ALGORITHM_NUMBER,
  algorithmOfNumber,
  HEADER,
  signatureStructure,
  sigStructure,
  TAG_SIGN,
} from '../cose.ts'
import type { Sign, SignatureAlgorithm } from '../crypto.ts'
import { encodeProtected } from '../envelope.ts'
import { PassError } from '../errors.ts'
import { KID_BYTES, SIGNATURE_BYTES, TRUST_SIGNATURES_MAX } from '../limits.ts'
import { documentHeader, readProtected, readSign1, writeSign1 } from '../sign1.ts'

/** Kinds of documents, as `typ` names them. */
export const DOCUMENT_TYPE = {
  trust: 'application/vnd.wicketgate.trust+cbor',
  manifest: 'application/vnd.wicketgate.manifest+cbor',
  time: 'application/vnd.wicketgate.time+cbor',
  station: 'application/vnd.wicketgate.station+cbor',
  config: 'application/vnd.wicketgate.config+cbor',
} as const

/** Who signs: a key's id, algorithm and private half. `Signer` of `cose-node.ts` is one. */
export interface DocumentSigner {
  /** 4 bytes. */
  readonly kid: Uint8Array
  readonly alg: SignatureAlgorithm
  readonly sign: Sign
}

/** One signature with the exact bytes it covers. */
export interface DocumentSignature {
  readonly kid: Uint8Array
  /** Undefined for an algorithm number we don't know. */
  readonly alg: SignatureAlgorithm | undefined
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** A document taken apart, nothing verified. */
export interface OpenedDocument {
  readonly payload: Uint8Array
  readonly signatures: readonly DocumentSignature[]
}

export type Opened =
  | { readonly ok: true; readonly document: OpenedDocument }
  | { readonly ok: false; readonly code: 'MALFORMED' | 'WRONG_TYPE' }

/** Signs a payload as one document of `type`; the bytes of a tagged COSE_Sign1. */
export async function signDocument(
  type: string,
  payload: Uint8Array,
  signer: DocumentSigner,
): Promise<Uint8Array> {
  const header = documentHeader(ALGORITHM_NUMBER[signer.alg], signer.kid, type)
  const signature = await signer.sign(sigStructure(header, payload))
  return writeSign1(header, payload, sized(signature))
}

/** Opens a tagged COSE_Sign1 of `type`. */
export function openDocument(type: string, bytes: Uint8Array): Opened {
  const read = readSign1(bytes, true, false)
  // rules D2 D3 D4 D5 D6
  if (!read.ok) return { ok: false, code: read.code === 'WRONG_TYPE' ? read.code : 'MALFORMED' }
  const { protectedBytes, protectedHeader, unprotectedHeader, payload, signature } = read.parts
  // rule D7
  if (protectedHeader.get(HEADER.type) !== type) return { ok: false, code: 'WRONG_TYPE' }
  const kid = protectedHeader.get(HEADER.kid)
  const number = protectedHeader.get(HEADER.alg)
  if (
    !isKid(kid) ||
    typeof number !== 'number' ||
    protectedHeader.size !== 3 ||
    unprotectedHeader.size !== 0 ||
    signature.length !== SIGNATURE_BYTES
  ) {
    // rules D8 D9
    return { ok: false, code: 'MALFORMED' }
  }
  const alg = algorithmOfNumber(number)
  const message = sigStructure(protectedBytes, payload)
  // rule D12
  return {
    ok: true,
    document: { payload, signatures: [{ kid, alg, message, signature }] },
  }
}

/** One signature of a COSE_Sign as it stands in the bytes. */
interface RawSignature {
  readonly header: Uint8Array
  readonly signature: Uint8Array
}

const TRUST_HEADER = new CborWriter(64).map(1).int(HEADER.type).text(DOCUMENT_TYPE.trust).finish()

/** Signs a trust payload by each signer; the bytes of a tagged COSE_Sign. */
export async function signByMany(
  payload: Uint8Array,
  signers: readonly DocumentSigner[],
  earlier: readonly RawSignature[] = [],
): Promise<Uint8Array> {
  const signatures = [...earlier]
  for (const { alg, kid, sign } of signers) {
    const header = encodeProtected(alg, kid)
    const signature = await sign(signatureStructure(TRUST_HEADER, header, payload))
    signatures.push({ header, signature: sized(signature) })
  }
  if (signatures.length > TRUST_SIGNATURES_MAX) {
    throw new PassError('INVALID_ARGUMENT', 'too many signatures')
  }
  const writer = new CborWriter(payload.length + 128 * (signatures.length + 1))
  writer.tag(TAG_SIGN).array(4).bytes(TRUST_HEADER).map(0).bytes(payload)
  writer.array(signatures.length)
  for (const { header, signature } of signatures) {
    writer.array(3).bytes(header).map(0).bytes(signature)
  }
  return writer.finish()
}

/** Opens a trust document. `raw` gives the signatures back to `signByMany`. */
export function openTrust(
  bytes: Uint8Array,
): { ok: true; document: OpenedDocument; raw: RawSignature[] } | Extract<Opened, { ok: false }> {
  const parts = readSign(bytes)
  if (typeof parts === 'string') return { ok: false, code: parts }
  const signatures: DocumentSignature[] = []
  for (const { header, signature } of parts.raw) {
    const labels = readProtected(header, false)
    const kid = labels?.get(HEADER.kid)
    const number = labels?.get(HEADER.alg)
    if (labels?.size !== 2 || !isKid(kid) || typeof number !== 'number') {
      // rule D9
      return { ok: false, code: 'MALFORMED' }
    }
    const alg = algorithmOfNumber(number)
    const message = signatureStructure(TRUST_HEADER, header, parts.payload)
    signatures.push({ kid, alg, message, signature })
  }
  return { ok: true, document: { payload: parts.payload, signatures }, raw: parts.raw }
}

function readSign(
  bytes: Uint8Array,
): { payload: Uint8Array; raw: RawSignature[] } | 'MALFORMED' | 'WRONG_TYPE' {
  let tagged: ReturnType<typeof decodeCbor>
  try {
    tagged = decodeCbor(bytes)
  } catch {
    // rule D2
    return 'MALFORMED'
  }
  // rule D3
  if (!(tagged instanceof CborTag) || tagged.tag !== TAG_SIGN) return 'WRONG_TYPE'
  // rule D4
  if (!Array.isArray(tagged.value) || tagged.value.length !== 4) return 'MALFORMED'
  const [header, unprotected, payload, list] = tagged.value
  // rule D4
  if (!(header instanceof Uint8Array) || !(payload instanceof Uint8Array)) return 'MALFORMED'
  // rule D4
  if (!(unprotected instanceof Map) || !Array.isArray(list)) return 'MALFORMED'
  const labels = readProtected(header, false)
  // rule D5
  if (labels === undefined) return 'MALFORMED'
  // rule D7
  if (labels.get(HEADER.type) !== DOCUMENT_TYPE.trust) return 'WRONG_TYPE'
  // rule D8
  if (labels.size !== 1 || unprotected.size !== 0) return 'MALFORMED'
  // Beyond TUF: no more signatures than are ever looked at.
  // rule D9
  if (list.length > TRUST_SIGNATURES_MAX) return 'MALFORMED'
  const raw: RawSignature[] = []
  for (const item of list) {
    // rule D9
    if (!Array.isArray(item) || item.length !== 3) return 'MALFORMED'
    const [own, inner, signature] = item
    // rule D9
    if (!(own instanceof Uint8Array) || !(signature instanceof Uint8Array)) return 'MALFORMED'
    // rule D9
    if (!isEmptyMap(inner) || signature.length !== SIGNATURE_BYTES) return 'MALFORMED'
    raw.push({ header: own, signature })
  }
  return { payload, raw }
}

function isEmptyMap(value: unknown): boolean {
  return value instanceof Map && value.size === 0
}

function isKid(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === KID_BYTES
}

function sized(signature: Uint8Array): Uint8Array {
  if (signature.length === SIGNATURE_BYTES) return signature
  throw new PassError('INVALID_ARGUMENT', 'a signature has 64 bytes, r‖s')
}
