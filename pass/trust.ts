/**
 * Rules of trust, those of The Update Framework in two documents: `trust` (offline roots, by
 * threshold, one version after the other) and `manifest` (an online status key).
 * Everything here is pure: the caller keeps what was accepted and gives the time.
 */

import { equalBytes, toHex } from './bytes.ts'
import type { SignatureVerifier } from './crypto.ts'
import { readOrUndefined } from './document-fields.ts'
import { PassError } from './errors.ts'
import type { IssuerKey } from './keys.ts'
import { DOCUMENT_AHEAD_MAX_S, MANIFEST_BYTES_MAX, TRUST_BYTES_MAX } from './limits.ts'
import {
  type Manifest,
  readManifest,
  readTrust,
  type TrustDocument,
  type TrustKey,
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
import { holdsRole, signersOf } from './trust-keys.ts'

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
 * - `MALFORMED WRONG_TYPE LENGTH HASH EXPIRED FROM_FUTURE`: try again, the last good state stays.
 * - `TRUST_GAP`: fetch the next version of trust first.
 * - `UNSIGNED ROLLBACK EQUIVOCATION`: a security alarm, the last good state stays.
 */
export type TrustCode =
  | 'MALFORMED'
  | 'WRONG_TYPE'
  | 'LENGTH'
  | 'HASH'
  | 'EXPIRED'
  | 'FROM_FUTURE'
  | 'TRUST_GAP'
  | 'UNSIGNED'
  | 'ROLLBACK'
  | 'EQUIVOCATION'

export interface Refused {
  readonly ok: false
  readonly code: TrustCode
}

function refuse(code: TrustCode): Refused {
  return { ok: false, code }
}

/** The signed bytes of a trust document. Throws `INVALID_ARGUMENT` for one out of its limits. */
export async function signTrust(
  document: TrustDocument,
  signers: readonly DocumentSigner[],
): Promise<Uint8Array> {
  return signByMany(writeTrust(document), signers)
}

/** The same document with one more signature: roots sign one after the other. Throws `MALFORMED`. */
export async function addTrustSignature(
  bytes: Uint8Array,
  signer: DocumentSigner,
): Promise<Uint8Array> {
  const opened = openTrust(bytes)
  if (!opened.ok) throw new PassError('MALFORMED', 'not a trust document')
  return signByMany(opened.document.payload, [signer], opened.raw)
}

/** What a trust document says, nothing verified. Throws `MALFORMED`. */
export function decodeTrust(bytes: Uint8Array): TrustDocument {
  const opened = openTrust(bytes)
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
  if (trust.version < current.version) return refuse('ROLLBACK')
  if (trust.version > current.version + 1) return refuse('TRUST_GAP')
  for (const roots of [current, trust]) {
    if (signersOf(roots, 'root', signatures, trust.iat, crypto).size < roots.threshold) {
      return refuse('UNSIGNED')
    }
  }
  const changed = trust.version !== current.version
  if (!changed && !equalBytes(payload, writeTrust(current))) return refuse('EQUIVOCATION')
  return dated(trust, changed, nowMs)
}

/** Judges a first trust document, as it comes with the gate: signed by a threshold of its own roots. */
export function verifyFirstTrust<K>(
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
  nowMs: number,
): TrustResult {
  const read = readTrustBytes(bytes)
  if (!read.ok) return read
  const { trust, signatures } = read
  const signers = signersOf(trust, 'root', signatures, trust.iat, crypto)
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
  if (bytes.length > TRUST_BYTES_MAX) return refuse('LENGTH')
  const opened = openTrust(bytes)
  if (!opened.ok) return opened
  const { payload, signatures } = opened.document
  const trust = readOrUndefined(payload, readTrust)
  return trust === undefined ? refuse('MALFORMED') : { ok: true, trust, signatures, payload }
}

function dated(trust: TrustDocument, changed: boolean, nowMs: number): TrustResult {
  if ((trust.iat - DOCUMENT_AHEAD_MAX_S) * 1000 > nowMs) return refuse('FROM_FUTURE')
  return { ok: true, trust, changed, expired: trust.exp * 1000 <= nowMs }
}

const issuersOf = new WeakMap<TrustDocument, Map<string, IssuerKey[]>>()

/** Issuer keys with this kid; the same objects for the same document. Windows aren't judged here. */
export function issuerKeysOf(trust: TrustDocument, kid: Uint8Array): readonly IssuerKey[] {
  let byKid = issuersOf.get(trust)
  if (byKid === undefined) {
    byKid = new Map()
    for (const { role, kid: id, alg, key, from, to, passClass, environment } of trust.keys) {
      if (role !== 'issuer' || passClass === undefined || environment === undefined) continue
      const hex = toHex(id)
      const issuer = { kid: id, alg, key, from, to, passClass, environment }
      byKid.set(hex, [...(byKid.get(hex) ?? []), issuer])
    }
    issuersOf.set(trust, byKid)
  }
  return byKid.get(toHex(kid)) ?? []
}

/** A manifest and the status key that signed it. */
export interface SignedManifest {
  readonly manifest: Manifest
  readonly signer: TrustKey
}

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
  if (!opened.ok) throw new PassError('MALFORMED', 'not a manifest')
  return readManifest(opened.document.payload)
}

export type ManifestResult =
  | ({ readonly ok: true; readonly changed: boolean } & SignedManifest)
  | Refused

/**
 * Opens a manifest that was accepted before, as at boot: signature alone, no clock and no order.
 * `TRUST_GAP` when no key we know signed it and it says a newer trust exists.
 */
export function openManifest<K>(
  trust: TrustDocument,
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
): ManifestResult {
  if (bytes.length > MANIFEST_BYTES_MAX) return refuse('LENGTH')
  const opened = openDocument(DOCUMENT_TYPE.manifest, bytes)
  if (!opened.ok) return opened
  const manifest = readOrUndefined(opened.document.payload, readManifest)
  if (manifest === undefined) return refuse('MALFORMED')
  const { signatures } = opened.document
  const [signer] = signersOf(trust, 'status', signatures, manifest.iat, crypto).values()
  if (signer !== undefined) return { ok: true, manifest, signer, changed: true }
  return refuse(manifest.trustVersion > trust.version ? 'TRUST_GAP' : 'UNSIGNED')
}

/**
 * Judges a fetched manifest against the clock and against `current`, the newest one accepted. When
 * the key of `current` has left `trust`, its version binds no more: so a stolen key is recovered from.
 */
export function verifyManifest<K>(
  trust: TrustDocument,
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
  against: { readonly nowMs: number; readonly current?: SignedManifest | undefined },
): ManifestResult {
  const opened = openManifest(trust, bytes, crypto)
  if (!opened.ok) return opened
  const { manifest, signer } = opened
  if (manifest.trustVersion > trust.version) return refuse('TRUST_GAP')
  const { nowMs, current } = against
  const binding = current !== undefined && holdsRole(trust, 'status', current.signer)
  const fault = binding ? orderFault(current.manifest, manifest) : undefined
  if (fault !== undefined) return refuse(fault)
  if ((manifest.iat - DOCUMENT_AHEAD_MAX_S) * 1000 > nowMs) return refuse('FROM_FUTURE')
  if (manifest.exp * 1000 <= nowMs) return refuse('EXPIRED')
  const changed = !binding || manifest.version !== current.manifest.version
  return { ok: true, manifest, signer, changed }
}

/** Versions of the manifest, of trust and of each list go up; the same version has the same bytes. */
function orderFault(current: Manifest, next: Manifest): 'ROLLBACK' | 'EQUIVOCATION' | undefined {
  if (next.version < current.version) return 'ROLLBACK'
  if (next.version === current.version) {
    return equalBytes(writeManifest(next), writeManifest(current)) ? undefined : 'EQUIVOCATION'
  }
  if (next.trustVersion < current.trustVersion) return 'ROLLBACK'
  const known = new Map(current.lists.map(list => [list.uri, list]))
  for (const list of next.lists) {
    const before = known.get(list.uri)
    if (before === undefined || list.version > before.version) continue
    if (list.version < before.version) return 'ROLLBACK'
    if (!equalBytes(list.sha256, before.sha256)) return 'EQUIVOCATION'
  }
  return undefined
}
