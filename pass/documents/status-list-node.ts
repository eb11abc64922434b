/**
 * Status lists on the wire: zlib (draft-ietf-oauth-status-list §4.1) by node:zlib under a cap, and
 * the token in CWT form (§5.2), a tagged COSE_Sign1 without tag 61. A gate checks a token by the
 * hash in the manifest; the signature inside is for other verifiers.
 */

import { deflateSync, inflateSync } from 'node:zlib'
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from '../cbor.ts'
import { ALGORITHM_NUMBER, HEADER, sigStructure } from '../cose.ts'
import { PassError } from '../errors.ts'
import { SIGNATURE_BYTES, STATUS_BYTES_MAX, STATUS_TOKEN_BYTES_MAX } from '../limits.ts'
import { documentHeader, readSign1, writeSign1 } from '../sign1.ts'
import { namedFileFault } from './by-hash-node.ts'
import { isStatusBits, type StatusBits, type StatusList } from './status-list.ts'
import type { ManifestList } from './trust-documents.ts'
import type { DocumentSigner } from './trust-envelope.ts'

const TYPE = 'application/statuslist+cwt'
const CLAIM = { sub: 2, exp: 4, iat: 6, statusList: 65533, ttl: 65534 } as const

/**
 * A list from its compressed bytes. Throws `TOO_LARGE` when it would inflate past the cap, which
 * stops the inflation there, and `MALFORMED` for no zlib stream or bytes after it.
 */
export function inflateStatusList(compressed: Uint8Array, bits: StatusBits): StatusList {
  if (!isStatusBits(bits)) throw new PassError('INVALID_ARGUMENT', 'bits are 1, 2, 4 or 8')
  if (compressed.length > STATUS_TOKEN_BYTES_MAX) {
    // no rule: for who has no manifest: its row keeps the length
    throw new PassError('TOO_LARGE', 'status list: too many compressed bytes')
  }
  try {
    const inflated = inflateSync(compressed, {
      maxOutputLength: STATUS_BYTES_MAX,
      info: true,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } }
    if (inflated.engine.bytesWritten !== compressed.length) {
      // rule L6
      throw new PassError('MALFORMED', 'status list: bytes after the stream')
    }
    return { bits, bytes: new Uint8Array(inflated.buffer) }
  } catch (cause) {
    if (cause instanceof PassError) throw cause
    const tooLarge = (cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    // rules L6 L7
    throw new PassError(tooLarge ? 'TOO_LARGE' : 'MALFORMED', 'status list: not inflated', {
      cause,
    })
  }
}

/** The zlib stream of a list, at the best compression. */
export function deflateStatusList(list: StatusList): Uint8Array {
  return new Uint8Array(deflateSync(list.bytes, { level: 9 }))
}

/** What a status list token says. */
export interface StatusListToken {
  /** `sub`: the uri under which passes name the list. */
  readonly uri: string
  /** Unix seconds. */
  readonly iat: number
  readonly exp?: number
  /** Seconds for which a copy may be kept. */
  readonly ttl?: number
  readonly list: StatusList
}

/** The bytes of a signed token. */
export async function encodeStatusListToken(
  token: StatusListToken & { readonly signer: DocumentSigner },
): Promise<Uint8Array> {
  const { uri, iat, exp, ttl, list, signer } = token
  const claims = new Map<number, CborValue>([
    [CLAIM.sub, uri],
    [CLAIM.iat, iat],
    [
      CLAIM.statusList,
      new Map<string, CborValue>([
        ['bits', list.bits],
        ['lst', deflateStatusList(list)],
      ]),
    ],
  ])
  if (exp !== undefined) claims.set(CLAIM.exp, exp)
  if (ttl !== undefined) claims.set(CLAIM.ttl, ttl)
  const payload = encodeCbor(claims)
  const header = documentHeader(ALGORITHM_NUMBER[signer.alg], signer.kid, TYPE)
  const signature = await signer.sign(sigStructure(header, payload))
  if (signature.length !== SIGNATURE_BYTES) {
    throw new PassError('INVALID_ARGUMENT', 'a signature has 64 bytes, r‖s')
  }
  return writeSign1(header, payload, signature)
}

/**
 * Reads a token of any origin; `verifySign1` judges its signature. Throws `MALFORMED`, for another
 * tag or type too, and `TOO_LARGE`.
 */
export function decodeStatusListToken(bytes: Uint8Array): StatusListToken {
  const read = readSign1(bytes, true, true)
  // rules L3 L4
  if (!read.ok) throw malformed(`not a COSE_Sign1 (${read.code})`)
  // rule L4
  if (read.parts.protectedHeader.get(HEADER.type) !== TYPE) throw malformed('wrong typ')
  const claims = mapOf(decodeCbor(read.parts.payload, { anyKeyOrder: true }), 'claims')
  const inner = mapOf(claims.get(CLAIM.statusList), 'status_list')
  const uri = claims.get(CLAIM.sub)
  const iat = claims.get(CLAIM.iat)
  const exp = claims.get(CLAIM.exp)
  const ttl = claims.get(CLAIM.ttl)
  const bits = inner.get('bits')
  const lst = inner.get('lst')
  // rule L5
  if (typeof uri !== 'string' || typeof iat !== 'number') throw malformed('no sub or iat')
  // rule L5
  if (!isStatusBits(bits) || !(lst instanceof Uint8Array)) throw malformed('no bits or lst')
  // rule L5
  if (exp !== undefined && typeof exp !== 'number') throw malformed('exp')
  // rule L5
  if (ttl !== undefined && typeof ttl !== 'number') throw malformed('ttl')
  return {
    uri,
    iat,
    ...(exp === undefined ? {} : { exp }),
    ...(ttl === undefined ? {} : { ttl }),
    list: inflateStatusList(lst, bits),
  }
}

export type StatusListResult =
  | {
      readonly ok: true
      readonly list: StatusList
      /** Unix seconds, of a token that has one: see `placeStatus`. */
      readonly exp?: number | undefined
    }
  | { readonly ok: false; readonly code: 'LENGTH' | 'HASH' | 'WRONG_TYPE' | 'MALFORMED' }

/**
 * A fetched list judged by its row in an accepted manifest: length, hash, its own uri, and one bit
 * an entry. It may be past its `exp`: what it revokes counts all the same.
 */
export function openStatusList(entry: ManifestList, bytes: Uint8Array): StatusListResult {
  const code = namedFileFault(entry, bytes)
  if (code !== undefined) return { ok: false, code }
  try {
    const { uri, list, exp } = decodeStatusListToken(bytes)
    // rule L8
    if (uri !== entry.uri) return { ok: false, code: 'WRONG_TYPE' }
    // rule L9
    if (list.bits !== 1) return { ok: false, code: 'WRONG_TYPE' }
    // rule L10
    return { ok: true, list, exp }
  } catch (error) {
    // rules L3 L4 L5 L6 L7
    if (error instanceof PassError) return { ok: false, code: 'MALFORMED' }
    throw error
  }
}

function malformed(what: string): PassError {
  return new PassError('MALFORMED', `status list token: ${what}`)
}

function mapOf(value: CborValue | undefined, name: string): CborMap {
  if (value instanceof Map) return value
  // rule L5
  throw malformed(`${name} is not a map`)
}
