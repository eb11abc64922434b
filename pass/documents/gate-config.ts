/**
 * A gate's config as the service sends it: one revision, for one gate, signed by a config key of
 * trust. Older revisions are refused by their number, so none can be sent twice.
 */
import { type CborValue, decodeCbor, encodeCbor } from '../cbor.ts'
import { checked, malformed, mapOf, readOrUndefined, textOf, uint } from '../cbor-fields.ts'
import type { SignatureVerifier } from '../crypto.ts'
import {
  CONFIG_BYTES_MAX,
  CONFIG_CONFIRM_S_MAX,
  CONFIG_CONFIRM_S_MIN,
  CONFIG_REASON_BYTES_MAX,
  CONFIG_TEXT_BYTES_MAX,
  DOCUMENT_AHEAD_MAX_S,
  NAME_BYTES_MAX,
  TIME_SECONDS_MAX,
  VERSION_MAX,
} from '../limits.ts'
import type { TrustDocument } from './trust-documents.ts'
import { DOCUMENT_TYPE, type DocumentSigner, openDocument, signDocument } from './trust-envelope.ts'
import { signersOf } from './trust-keys.ts'

/** One revision of one gate's config. Signed by a config key. */
export interface ConfigDocument {
  /** `max(last + 1, Unix seconds)`, the service's own number; at least 1. */
  readonly revision: number
  /** Unix seconds. */
  readonly iat: number
  /** Name of the gate that it is for. */
  readonly gate: string
  /** JSON, without the keys that are set on the gate itself. */
  readonly text: string
  /** The gate goes back to its old config unless it is well within so many seconds, 60 to 3600. */
  readonly confirmS: number
  /** Why, as its operator wrote it; may be empty. */
  readonly reason: string
}

/**
 * - `MALFORMED WRONG_TYPE LENGTH FROM_FUTURE`: not taken; another answer may be better.
 * - `OTHER_GATE`: a good one, of a gate that was not asked for.
 * - `UNSIGNED`: not by a config key of this trust, within its window. A security alarm.
 * - `ROLLBACK`: not newer than what was seen. A security alarm.
 */
export type ConfigFault =
  | 'MALFORMED'
  | 'WRONG_TYPE'
  | 'LENGTH'
  | 'FROM_FUTURE'
  | 'OTHER_GATE'
  | 'UNSIGNED'
  | 'ROLLBACK'

export type ConfigResult =
  | { readonly ok: true; readonly document: ConfigDocument }
  | { readonly ok: false; readonly code: ConfigFault }

/** The signed bytes of a config. Throws `INVALID_ARGUMENT` for one out of its limits. */
export async function signConfig(
  document: ConfigDocument,
  signer: DocumentSigner,
): Promise<Uint8Array> {
  return signDocument(DOCUMENT_TYPE.config, writeConfig(document), signer)
}

/** Judges a config for `gate` that must be newer than revision `seen` (0 before the first). */
export function verifyConfig<K>(
  trust: TrustDocument,
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
  against: { readonly gate: string; readonly seen: number; readonly nowMs: number },
): ConfigResult {
  // rule D1
  if (bytes.length > CONFIG_BYTES_MAX) return { ok: false, code: 'LENGTH' }
  const opened = openDocument(DOCUMENT_TYPE.config, bytes)
  if (!opened.ok) return opened
  const { payload, signatures } = opened.document
  const document = readOrUndefined(payload, readConfig)
  // rule D10
  if (document === undefined) return { ok: false, code: 'MALFORMED' }
  const signers = signersOf(trust, 'config', signatures, document.iat, crypto)
  // rule F1
  if (signers.size === 0) return { ok: false, code: 'UNSIGNED' }
  // rule F2
  if (document.gate !== against.gate) return { ok: false, code: 'OTHER_GATE' }
  // rule F3
  if (document.revision <= against.seen) return { ok: false, code: 'ROLLBACK' }
  const ahead = (document.iat - DOCUMENT_AHEAD_MAX_S) * 1000 > against.nowMs
  // rules F4 F5
  return ahead ? { ok: false, code: 'FROM_FUTURE' } : { ok: true, document }
}

function writeConfig(document: ConfigDocument): Uint8Array {
  const { revision, iat, gate, text, confirmS, reason } = document
  const map = new Map<number, CborValue>([
    [1, revision],
    [2, iat],
    [3, gate],
    [4, text],
    [5, confirmS],
    [6, reason],
  ])
  return checked(encodeCbor(map), readConfig)
}

function readConfig(payload: Uint8Array): ConfigDocument {
  const map = mapOf(decodeCbor(payload), 6)
  const revision = uint(map.get(1), VERSION_MAX, 'revision')
  const confirmS = uint(map.get(5), CONFIG_CONFIRM_S_MAX, 'time to confirm')
  // rule D10
  if (revision === 0 || confirmS < CONFIG_CONFIRM_S_MIN) throw malformed('revision or time')
  return {
    revision,
    iat: uint(map.get(2), TIME_SECONDS_MAX, 'iat'),
    gate: textOf(map.get(3), 1, NAME_BYTES_MAX, 'gate'),
    text: textOf(map.get(4), 0, CONFIG_TEXT_BYTES_MAX, 'text'),
    confirmS,
    reason: textOf(map.get(6), 0, CONFIG_REASON_BYTES_MAX, 'reason'),
  }
}
