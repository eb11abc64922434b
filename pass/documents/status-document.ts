/**
 * What one online status key signs (the manifest, a station's manifest), and the rules that hold
 * for each: its versions and its trust version go up, the same version has the same bytes, it is
 * dated, and it binds only while the key that signed it is a status key of trust. Clauses are of
 * The Update Framework 1.0.34; its threshold is 1 here.
 */
import { equalBytes } from '../bytes.ts'
import { readOrUndefined } from '../cbor-fields.ts'
import type { SignatureVerifier } from '../crypto.ts'
import { DOCUMENT_AHEAD_MAX_S } from '../limits.ts'
import { type Refused, refuse } from './trust-codes.ts'
import type { TrustDocument, TrustKey } from './trust-documents.ts'
import { openDocument } from './trust-envelope.ts'
import { holdsRole, signersOf } from './trust-keys.ts'

/** Times in Unix seconds. */
interface StatusDocument {
  readonly version: number
  readonly trustVersion: number
  readonly iat: number
  readonly exp: number
}

/** One kind of document, as data. */
export interface StatusKind<D extends StatusDocument> {
  readonly type: string
  readonly bytesMax: number
  /** Throws PassError `MALFORMED`. */
  readonly read: (payload: Uint8Array) => D
  readonly write: (document: D) => Uint8Array
  /** What else of a later version must not go back. */
  readonly orderFault?: (current: D, next: D) => 'ROLLBACK' | 'EQUIVOCATION' | undefined
}

/** A document and the status key that signed it. */
export interface SignedByStatusKey<D> {
  readonly manifest: D
  readonly signer: TrustKey
}

export type StatusResult<D> =
  | ({ readonly ok: true; readonly changed: boolean } & SignedByStatusKey<D>)
  | Refused

/** Signature and shape alone: no clock and no order. */
export function openByStatusKey<D extends StatusDocument, K>(
  kind: StatusKind<D>,
  trust: TrustDocument,
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
): StatusResult<D> {
  // TUF 5.4.1: up to X bytes.
  // rule D1
  if (bytes.length > kind.bytesMax) return refuse('LENGTH')
  const opened = openDocument(kind.type, bytes)
  if (!opened.ok) return opened
  const { payload, signatures } = opened.document
  const manifest = readOrUndefined(payload, kind.read)
  // rule D10
  if (manifest === undefined) return refuse('MALFORMED')
  // TUF 5.4.2: signed by a key of the trusted root.
  const [signer] = signersOf(trust, 'status', signatures, manifest.iat, crypto).values()
  if (signer !== undefined) return { ok: true, manifest, signer, changed: true }
  // rules M4 M5
  return refuse(manifest.trustVersion > trust.version ? 'TRUST_GAP' : 'UNSIGNED')
}

/** Judges what was opened against the clock and against `current`, the newest one accepted. */
export function judgeByStatusKey<D extends StatusDocument>(
  kind: StatusKind<D>,
  trust: TrustDocument,
  { manifest, signer }: SignedByStatusKey<D>,
  against: { readonly nowMs: number; readonly current?: SignedByStatusKey<D> | undefined },
): StatusResult<D> {
  // rule M7
  if (manifest.trustVersion > trust.version) return refuse('TRUST_GAP')
  const { nowMs, current } = against
  // TUF 5.3.11: after the key was rotated, what it signed binds no more.
  const binding = current !== undefined && holdsRole(trust, 'status', current.signer)
  const fault = binding ? orderFault(kind, current.manifest, manifest) : undefined
  if (fault !== undefined) return refuse(fault)
  // Beyond TUF: dated ahead of our clock.
  // rule M13
  if ((manifest.iat - DOCUMENT_AHEAD_MAX_S) * 1000 > nowMs) return refuse('FROM_FUTURE')
  // TUF 5.4.4: a freeze attack.
  // rule M14
  if (manifest.exp * 1000 <= nowMs) return refuse('EXPIRED')
  const changed = !binding || manifest.version !== current.manifest.version
  // rule M15
  return { ok: true, manifest, signer, changed }
}

function orderFault<D extends StatusDocument>(
  kind: StatusKind<D>,
  current: D,
  next: D,
): 'ROLLBACK' | 'EQUIVOCATION' | undefined {
  // TUF 5.4.3.1: a rollback attack.
  // rule M8
  if (next.version < current.version) return 'ROLLBACK'
  if (next.version === current.version) {
    // TUF 5.4.3.1: the same version is no news. Beyond TUF: its bytes must be the same.
    // rule M9
    return equalBytes(kind.write(next), kind.write(current)) ? undefined : 'EQUIVOCATION'
  }
  // TUF 5.4.3.2: what it refers to does not go back.
  // rule M10
  if (next.trustVersion < current.trustVersion) return 'ROLLBACK'
  return kind.orderFault?.(current, next)
}
