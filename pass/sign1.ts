/**
 * Splits a COSE_Sign1 (RFC 9052 §4.2) into its parts without checking its signature: for foreign
 * messages and for our own documents. `envelope.ts` is the narrower reader for passes.
 */

import { type CborMap, CborTag, decodeCbor, encodeCbor } from './cbor.ts'
import { CborWriter } from './cbor-writer.ts'
import { HEADER, TAG_SIGN1 } from './cose.ts'

/** The four parts, headers also as maps. Byte strings are views into the message. */
export interface Sign1Parts {
  readonly protectedBytes: Uint8Array
  readonly protectedHeader: CborMap
  readonly unprotectedHeader: CborMap
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

/**
 * - `MALFORMED`: no COSE_Sign1; a detached payload; a label in both headers.
 * - `WRONG_TYPE`: tagged where it must not be, untagged where it must, or another tag.
 * - `NO_ALGORITHM`: `alg` isn't in the protected header, where alone it is safe.
 * - `UNKNOWN_CRITICAL`: `crit` names a label that isn't understood or not protected.
 */
export type Sign1Fault = 'MALFORMED' | 'WRONG_TYPE' | 'NO_ALGORITHM' | 'UNKNOWN_CRITICAL'

export type Sign1Read =
  | { readonly ok: true; readonly parts: Sign1Parts }
  | { readonly ok: false; readonly code: Sign1Fault }

/** Whether the message must carry tag 18, must not, or may. */
export type Tagging = boolean | 'any'

/** Labels that a `crit` may name: the common ones of RFC 9052 §3.1, and `typ`. */
const UNDERSTOOD = new Set<unknown>([HEADER.alg, HEADER.contentType, HEADER.kid, HEADER.type])

function fault(code: Sign1Fault): Sign1Read {
  return { ok: false, code }
}

/**
 * Reads one COSE_Sign1. `anyKeyOrder` takes foreign headers whose keys aren't sorted. Throws what
 * `decodeCbor` throws only for wrong use; unreadable bytes are `MALFORMED`.
 */
export function readSign1(bytes: Uint8Array, tagged: Tagging, anyKeyOrder: boolean): Sign1Read {
  let message: ReturnType<typeof decodeCbor>
  try {
    message = decodeCbor(bytes, { anyKeyOrder })
  } catch {
    // rules D2 L3
    return fault('MALFORMED')
  }
  if (message instanceof CborTag) {
    // rules D3 L3
    if (tagged === false || message.tag !== TAG_SIGN1) return fault('WRONG_TYPE')
    message = message.value
    // rules D3 L3
  } else if (tagged === true) return fault('WRONG_TYPE')
  // rules D4 L3
  if (!Array.isArray(message) || message.length !== 4) return fault('MALFORMED')
  const [protectedBytes, unprotectedHeader, payload, signature] = message
  if (
    !(protectedBytes instanceof Uint8Array) ||
    !(unprotectedHeader instanceof Map) ||
    !(payload instanceof Uint8Array) ||
    !(signature instanceof Uint8Array)
  ) {
    // rules D4 L3
    return fault('MALFORMED')
  }
  const protectedHeader = readProtected(protectedBytes, anyKeyOrder)
  // rules D5 L3
  if (protectedHeader === undefined) return fault('MALFORMED')
  for (const label of unprotectedHeader.keys()) {
    // rules D6 L4
    if (protectedHeader.has(label)) return fault('MALFORMED')
  }
  // rules D6 L4
  if (!protectedHeader.has(HEADER.alg)) return fault('NO_ALGORITHM')
  // rules D6 L4
  if (!criticalUnderstood(protectedHeader, unprotectedHeader)) return fault('UNKNOWN_CRITICAL')
  return {
    ok: true,
    parts: { protectedBytes, protectedHeader, unprotectedHeader, payload, signature },
  }
}

/** A protected header's map; the empty string is the empty map. Undefined when it is neither. */
export function readProtected(bytes: Uint8Array, anyKeyOrder: boolean): CborMap | undefined {
  if (bytes.length === 0) return new Map()
  try {
    const header = decodeCbor(bytes, { anyKeyOrder })
    return header instanceof Map ? header : undefined
  } catch {
    return undefined
  }
}

function criticalUnderstood(protectedHeader: CborMap, unprotectedHeader: CborMap): boolean {
  if (unprotectedHeader.has(HEADER.crit)) return false
  const critical = protectedHeader.get(HEADER.crit)
  if (critical === undefined) return true
  if (!Array.isArray(critical) || critical.length === 0) return false
  return critical.every(label => UNDERSTOOD.has(label) && protectedHeader.has(label))
}

/** A COSE_Sign1 with tag 18 and an empty unprotected header. */
export function writeSign1(
  protectedBytes: Uint8Array,
  payload: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  return new CborWriter(protectedBytes.length + payload.length + signature.length + 24)
    .tag(TAG_SIGN1)
    .array(4)
    .bytes(protectedBytes)
    .map(0)
    .bytes(payload)
    .bytes(signature)
    .finish()
}

/** A protected header of our documents: `{1: alg, 4: kid, 16: type}`. */
export function documentHeader(alg: number, kid: Uint8Array, type: string): Uint8Array {
  return encodeCbor(
    new Map<number, number | Uint8Array | string>([
      [HEADER.alg, alg],
      [HEADER.kid, kid],
      [HEADER.type, type],
    ]),
  )
}
