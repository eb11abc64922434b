/**
 * Rules of trust, those of The Update Framework (TUF 1.0.34, section 5) in two documents. `trust` is
 * TUF's root: offline keys, by threshold, one version after the other. `manifest` is timestamp,
 * snapshot and targets in one, by an online status key: it names the lists by version, length and hash.
 * Everything here is pure: the caller keeps what was accepted and gives the time.
 *
 * On purpose another way than TUF:
 * - A threshold counts distinct key material, not key ids (5.3.4).
 * - The same version must have the same bytes; other bytes are `EQUIVOCATION` (5.3.5, 5.4.3).
 * - What is dated ahead of the clock is refused with `FROM_FUTURE`; TUF has no such rule.
 * - A list may leave the manifest (5.5.5): its certificates are over. What it revoked stays revoked.
 */

import { equalBytes, toHex } from '../bytes.ts'
import { readOrUndefined } from '../cbor-fields.ts'
import type { SignatureVerifier } from '../crypto.ts'
import { PassError } from '../errors.ts'
import type { IssuerKey } from '../keys.ts'
import { DOCUMENT_AHEAD_MAX_S, MANIFEST_BYTES_MAX, TRUST_BYTES_MAX } from '../limits.ts'
import { OLD_SCOPE } from '../purpose.ts'
import {
  judgeByStatusKey,
  openByStatusKey,
  type SignedByStatusKey,
  type StatusKind,
  type StatusResult,
} from './status-document.ts'
import { type Refused, refuse } from './trust-codes.ts'
import {
  isScoped,
  type Manifest,
  readManifest,
  readTrust,
  type TrustDocument,
  writeManifest,
  writeTrust,
} from './trust-documents.ts'
import {
  DOCUMENT_TYPE,
  type DocumentSignature,
  type DocumentSigner,
  openDocument,
  openTrust,
  signByMany,
  signDocument,
} from './trust-envelope.ts'
import { signersOf } from './trust-keys.ts'

export type { TrustCode } from './trust-codes.ts'
export type {
  Manifest,
  ManifestList,
  TimeAnswer,
  TrustDocument,
  TrustKey,
  TrustRole,
} from './trust-documents.ts'
export type { DocumentSigner } from './trust-envelope.ts'

/**
 * The signed bytes of a trust document. Throws `INVALID_ARGUMENT` for one out of its limits, and for
 * one that doesn't say what its issuer keys are good for.
 */
export async function signTrust(
  document: TrustDocument,
  signers: readonly DocumentSigner[],
): Promise<Uint8Array> {
  if (!isScoped(document.keys)) {
    throw new PassError('INVALID_ARGUMENT', 'an issuer key without purposes')
  }
  return signByMany(writeTrust(document), signers)
}

/** The same document with one more signature: roots sign one after the other. Throws `MALFORMED`. */
export async function addTrustSignature(
  bytes: Uint8Array,
  signer: DocumentSigner,
): Promise<Uint8Array> {
  const opened = openTrust(bytes)
  // no rule: for tools: nothing is judged here
  if (!opened.ok) throw new PassError('MALFORMED', 'not a trust document')
  return signByMany(opened.document.payload, [signer], opened.raw)
}

/** What a trust document says, nothing verified. Throws `MALFORMED`. */
export function decodeTrust(bytes: Uint8Array): TrustDocument {
  const opened = openTrust(bytes)
  // no rule: for tools: nothing is judged here
  if (!opened.ok) throw new PassError('MALFORMED', 'not a trust document')
  return readTrust(opened.document.payload)
}

export type TrustResult =
  | {
      readonly ok: true
      readonly trust: TrustDocument
      /** False when this is the version we have. */
      readonly changed: boolean
      /** Past its `exp`: fine on the way to a newer version, not as the newest. */
      readonly expired: boolean
    }
  | Refused

/**
 * Judges the next trust document: version N + 1, signed by a threshold of distinct root keys of
 * `current` and of its own, dated within their windows and not ahead of the clock.
 */
export function verifyTrustUpdate<K>(
  current: TrustDocument,
  nextBytes: Uint8Array,
  crypto: SignatureVerifier<K>,
  nowMs: number,
): TrustResult {
  const read = readTrustBytes(nextBytes)
  if (!read.ok) return read
  const { trust, signatures, payload } = read
  // TUF 5.3.5: the version is exactly one more than ours.
  // rule G3
  if (trust.version < current.version) return refuse('ROLLBACK')
  // rule G4
  if (trust.version > current.version + 1) return refuse('TRUST_GAP')
  // TUF 5.3.4: signed by a threshold of the trusted roots, and of the new ones.
  for (const roots of [current, trust]) {
    if (signersOf(roots, 'root', signatures, trust.iat, crypto).size < roots.threshold) {
      // rules G5 G6
      return refuse('UNSIGNED')
    }
  }
  const changed = trust.version !== current.version
  // Beyond TUF: our own version again, with other bytes.
  // rule G7
  if (!changed && !equalBytes(payload, writeTrust(current))) return refuse('EQUIVOCATION')
  return dated(trust, changed, nowMs)
}

/**
 * Judges a first trust document, as it comes with the gate (TUF 5.2): signed by a threshold of its own
 * roots. As TUF says, it may be past its `exp`.
 */
export function verifyFirstTrust<K>(
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
  nowMs: number,
): TrustResult {
  const read = readTrustBytes(bytes)
  if (!read.ok) return read
  const { trust, signatures } = read
  const signers = signersOf(trust, 'root', signatures, trust.iat, crypto)
  // rule G6
  return signers.size < trust.threshold ? refuse('UNSIGNED') : dated(trust, true, nowMs)
}

/**
 * Walks a chain of updates, oldest first. Versions on the way may be expired; the last may not
 * (`EXPIRED`). All or nothing.
 */
export function verifyTrustChain<K>(
  current: TrustDocument,
  chain: readonly Uint8Array[],
  crypto: SignatureVerifier<K>,
  nowMs: number,
): TrustResult {
  let trust = current
  for (const bytes of chain) {
    const result = verifyTrustUpdate(trust, bytes, crypto, nowMs)
    if (!result.ok) return result
    trust = result.trust
  }
  // TUF 5.3.10: a freeze attack. Versions on the way may be expired (5.3.6).
  // rule G9
  if (trust.exp * 1000 <= nowMs) return refuse('EXPIRED')
  return { ok: true, trust, changed: trust.version !== current.version, expired: false }
}

function readTrustBytes(bytes: Uint8Array):
  | {
      ok: true
      trust: TrustDocument
      signatures: readonly DocumentSignature[]
      payload: Uint8Array
    }
  | Refused {
  // TUF 5.3.3: up to W bytes.
  // rule D1
  if (bytes.length > TRUST_BYTES_MAX) return refuse('LENGTH')
  const opened = openTrust(bytes)
  if (!opened.ok) return opened
  const { payload, signatures } = opened.document
  const trust = readOrUndefined(payload, readTrust)
  // rule D10
  return trust === undefined ? refuse('MALFORMED') : { ok: true, trust, signatures, payload }
}

function dated(trust: TrustDocument, changed: boolean, nowMs: number): TrustResult {
  // Beyond TUF: dated ahead of our clock.
  // rule G8
  if ((trust.iat - DOCUMENT_AHEAD_MAX_S) * 1000 > nowMs) return refuse('FROM_FUTURE')
  // TUF 5.3.6: whether it is expired does not matter yet.
  // rule G10
  return { ok: true, trust, changed, expired: trust.exp * 1000 <= nowMs }
}

const issuersOf = new WeakMap<TrustDocument, Map<string, IssuerKey[]>>()

/**
 * Issuer keys with this kid; the same objects for the same document. Windows and scopes aren't judged
 * here. Keys of a document of the old shape are good for `OLD_SCOPE`.
 */
export function issuerKeysOf(trust: TrustDocument, kid: Uint8Array): readonly IssuerKey[] {
  let byKid = issuersOf.get(trust)
  if (byKid === undefined) {
    byKid = new Map()
    for (const { role, purposes = OLD_SCOPE, ...entry } of trust.keys) {
      const { kid: id, passClass, environment } = entry
      if (role !== 'issuer' || passClass === undefined || environment === undefined) continue
      const hex = toHex(id)
      const issuer = { ...entry, passClass, environment, purposes }
      byKid.set(hex, [...(byKid.get(hex) ?? []), issuer])
    }
    issuersOf.set(trust, byKid)
  }
  return byKid.get(toHex(kid)) ?? []
}

/** A manifest and the status key that signed it. */
export type SignedManifest = SignedByStatusKey<Manifest>

/** The signed bytes of a manifest. Throws `INVALID_ARGUMENT` for one out of its limits. */
export async function signManifest(
  manifest: Manifest,
  signer: DocumentSigner,
): Promise<Uint8Array> {
  return signDocument(DOCUMENT_TYPE.manifest, writeManifest(manifest), signer)
}

/** What a manifest says, nothing verified. Throws `MALFORMED`. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const opened = openDocument(DOCUMENT_TYPE.manifest, bytes)
  // no rule: for tools: nothing is judged here
  if (!opened.ok) throw new PassError('MALFORMED', 'not a manifest')
  return readManifest(opened.document.payload)
}

export type ManifestResult = StatusResult<Manifest>

/** Versions of the lists go up too; the same version of a list has the same bytes. */
const MANIFEST: StatusKind<Manifest> = {
  type: DOCUMENT_TYPE.manifest,
  bytesMax: MANIFEST_BYTES_MAX,
  read: readManifest,
  write: writeManifest,
  orderFault(current, next) {
    const known = new Map(current.lists.map(list => [list.uri, list]))
    for (const list of next.lists) {
      const before = known.get(list.uri)
      if (before === undefined || list.version > before.version) continue
      // TUF 5.5.5: no list goes back.
      // rule M11
      if (list.version < before.version) return 'ROLLBACK'
      // Beyond TUF: the same version of a list, with another hash.
      // rule M12
      if (!equalBytes(list.sha256, before.sha256)) return 'EQUIVOCATION'
    }
    return undefined
  },
}

/**
 * Opens a manifest that was accepted before, as at boot: signature alone, no clock and no order.
 * `TRUST_GAP` when no key we know signed it and it says a newer trust exists.
 */
export function openManifest<K>(
  trust: TrustDocument,
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
): ManifestResult {
  return openByStatusKey(MANIFEST, trust, bytes, crypto)
}

/**
 * Judges a fetched manifest against the clock and against `current`, the newest one accepted (TUF 5.4
 * and 5.5). When the key of `current` has left `trust`, its version binds no more: so a stolen key is
 * recovered from (5.3.11).
 */
export function verifyManifest<K>(
  trust: TrustDocument,
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
  against: { readonly nowMs: number; readonly current?: SignedManifest | undefined },
): ManifestResult {
  const opened = openManifest(trust, bytes, crypto)
  return opened.ok ? judgeByStatusKey(MANIFEST, trust, opened, against) : opened
}
