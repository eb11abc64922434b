/**
 * The station manifest: which gates stand in one station, and the key of each, so that siblings
 * believe each other without a server between them. Signed by a status key like the manifest, and
 * held to the same rules: no older one, no second one of the same version, none from the future.
 */
import { equalBytes } from './bytes.ts'
import { type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import type { SignatureVerifier } from './crypto.ts'
import {
  bytesOf,
  checked,
  lifetime,
  listOf,
  malformed,
  mapOf,
  readOrUndefined,
  uint,
} from './document-fields.ts'
import {
  COORDINATE_BYTES,
  DOCUMENT_AHEAD_MAX_S,
  MANIFEST_LIFETIME_MAX_S,
  NAME_CHARS_MAX,
  STATION_BYTES_MAX,
  STATION_GATES_MAX,
  VERSION_MAX,
} from './limits.ts'
import type { TrustCode } from './trust.ts'
import type { TrustDocument, TrustKey } from './trust-documents.ts'
import { DOCUMENT_TYPE, type DocumentSigner, openDocument, signDocument } from './trust-envelope.ts'
import { holdsRole, signersOf } from './trust-keys.ts'

/** One gate of the station: its name and its Ed25519 public key, 32 bytes (RFC 8032). */
export interface StationGate {
  readonly name: string
  readonly key: Uint8Array
}

/** What holds in one station right now. Signed by a status key. */
export interface StationManifest {
  /** `max(last + 1, Unix seconds)`, a new one for each signing. */
  readonly version: number
  /** The newest trust document there is. */
  readonly trustVersion: number
  /** Unix seconds; at most 24 hours apart. */
  readonly iat: number
  readonly exp: number
  readonly station: string
  readonly gates: readonly StationGate[]
}

/** A station manifest and the status key that signed it. */
export interface SignedStation {
  readonly manifest: StationManifest
  readonly signer: TrustKey
}

/** `OTHER_STATION`: a good manifest, of a station that was not asked for. */
export type StationResult =
  | ({ readonly ok: true; readonly changed: boolean } & SignedStation)
  | { readonly ok: false; readonly code: TrustCode | 'OTHER_STATION' }

/** The signed bytes of a station manifest. Throws `INVALID_ARGUMENT` for one out of its limits. */
export async function signStation(
  manifest: StationManifest,
  signer: DocumentSigner,
): Promise<Uint8Array> {
  return signDocument(DOCUMENT_TYPE.station, writeStation(manifest), signer)
}

/** Opens one that was accepted before, as at boot: signature and station, no clock and no order. */
export function openStation<K>(
  trust: TrustDocument,
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
  station: string,
): StationResult {
  if (bytes.length > STATION_BYTES_MAX) return { ok: false, code: 'LENGTH' }
  const opened = openDocument(DOCUMENT_TYPE.station, bytes)
  if (!opened.ok) return opened
  const { payload, signatures } = opened.document
  const manifest = readOrUndefined(payload, readStation)
  if (manifest === undefined) return { ok: false, code: 'MALFORMED' }
  const [signer] = signersOf(trust, 'status', signatures, manifest.iat, crypto).values()
  if (signer === undefined) {
    return { ok: false, code: manifest.trustVersion > trust.version ? 'TRUST_GAP' : 'UNSIGNED' }
  }
  if (manifest.station !== station) return { ok: false, code: 'OTHER_STATION' }
  return { ok: true, manifest, signer, changed: true }
}

/**
 * Judges a fetched station manifest against the clock and against `current`, the newest accepted
 * one, which binds as long as its key is a status key.
 */
export function verifyStation<K>(
  trust: TrustDocument,
  bytes: Uint8Array,
  crypto: SignatureVerifier<K>,
  against: {
    readonly station: string
    readonly nowMs: number
    readonly current?: SignedStation | undefined
  },
): StationResult {
  const opened = openStation(trust, bytes, crypto, against.station)
  if (!opened.ok) return opened
  const { manifest, signer } = opened
  if (manifest.trustVersion > trust.version) return { ok: false, code: 'TRUST_GAP' }
  const { nowMs, current } = against
  const binding = current !== undefined && holdsRole(trust, 'status', current.signer)
  if (binding) {
    const before = current.manifest
    if (manifest.version < before.version || manifest.trustVersion < before.trustVersion) {
      return { ok: false, code: 'ROLLBACK' }
    }
    const same = manifest.version === before.version
    if (same && !equalBytes(writeStation(manifest), writeStation(before))) {
      return { ok: false, code: 'EQUIVOCATION' }
    }
  }
  if ((manifest.iat - DOCUMENT_AHEAD_MAX_S) * 1000 > nowMs) {
    return { ok: false, code: 'FROM_FUTURE' }
  }
  if (manifest.exp * 1000 <= nowMs) return { ok: false, code: 'EXPIRED' }
  const changed = !binding || manifest.version !== current.manifest.version
  return { ok: true, manifest, signer, changed }
}

function writeStation(manifest: StationManifest): Uint8Array {
  const { version, trustVersion, iat, exp, station, gates } = manifest
  const map = new Map<number, CborValue>([
    [1, version],
    [2, iat],
    [3, exp],
    [4, trustVersion],
    [5, station],
    [6, gates.map(({ name, key }) => [name, key])],
  ])
  return checked(encodeCbor(map), readStation)
}

function readStation(payload: Uint8Array): StationManifest {
  const map = mapOf(decodeCbor(payload), 6)
  const { iat, exp } = lifetime(map.get(2), map.get(3), MANIFEST_LIFETIME_MAX_S)
  const gates = listOf(map.get(6), STATION_GATES_MAX, 'gates').map(readGate)
  if (new Set(gates.map(gate => gate.name)).size !== gates.length) throw malformed('a gate twice')
  return {
    version: uint(map.get(1), VERSION_MAX, 'version'),
    iat,
    exp,
    trustVersion: uint(map.get(4), VERSION_MAX, 'trust version'),
    station: nameOf(map.get(5), 'station'),
    gates,
  }
}

function readGate(value: CborValue): StationGate {
  const pair = listOf(value, 2, 'gate')
  const [name, key] = pair
  return {
    name: nameOf(name, 'gate name'),
    key: bytesOf(key, COORDINATE_BYTES, COORDINATE_BYTES, 'gate key'),
  }
}

function nameOf(value: CborValue | undefined, field: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= NAME_CHARS_MAX) return value
  throw malformed(field)
}
