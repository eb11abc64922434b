/**
 * The station manifest: which gates stand in one station, and the key of each, so that siblings
 * believe each other without a server between them; and the boarding list that holds there. Signed
 * by a status key like the manifest, and held to the same rules: no older one, no second one of the
 * same version, none from the future.
 */
import { type CborValue, decodeCbor, encodeCbor } from '../cbor.ts'
import {
  bytesOf,
  checked,
  fieldsOf,
  lifetime,
  listOf,
  malformed,
  textOf,
  uint,
} from '../cbor-fields.ts'
import type { SignatureVerifier } from '../crypto.ts'
import {
  BOARDING_BYTES_MAX,
  CONFIG_BYTES_MAX,
  COORDINATE_BYTES,
  MANIFEST_LIFETIME_MAX_S,
  NAME_BYTES_MAX,
  STATION_BYTES_MAX,
  STATION_GATES_MAX,
  VERSION_MAX,
} from '../limits.ts'
import {
  judgeByStatusKey,
  openByStatusKey,
  type SignedByStatusKey,
  type StatusKind,
  type StatusResult,
} from './status-document.ts'
import type { TrustDocument } from './trust-documents.ts'
import { DOCUMENT_TYPE, type DocumentSigner, signDocument } from './trust-envelope.ts'

/** One gate of the station: its name and its Ed25519 public key, 32 bytes (RFC 8032). */
export interface StationGate {
  readonly name: string
  readonly key: Uint8Array
}

/** A gate's config by its hash: see gate-config.ts. */
export interface StationConfig {
  readonly gate: string
  readonly revision: number
  /** Of the signed document, 32 bytes, and its length in bytes. */
  readonly sha256: Uint8Array
  readonly length: number
}

/** The boarding list of a station, by its hash. */
export interface BoardingRef {
  /** When it held, Unix seconds: it says nothing of passes issued since. */
  readonly asOf: number
  /** Of its bytes, and their SHA-256 (32 bytes). */
  readonly length: number
  readonly sha256: Uint8Array
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
  /** Not there where no tickets are known. */
  readonly boarding?: BoardingRef | undefined
  /** The newest config of each gate that has one; left out where none has. */
  readonly configs?: readonly StationConfig[]
}

/** A station manifest and the status key that signed it. */
export type SignedStation = SignedByStatusKey<StationManifest>

/** `OTHER_STATION`: a good manifest, of a station that was not asked for. */
export type StationResult =
  | StatusResult<StationManifest>
  | { readonly ok: false; readonly code: 'OTHER_STATION' }

/** Labels of the map. An optional field is absent where it has nothing to say. */
const REQUIRED = [1, 2, 3, 4, 5, 6] as const
const OPTIONAL = [7, 8] as const

const STATION: StatusKind<StationManifest> = {
  type: DOCUMENT_TYPE.station,
  bytesMax: STATION_BYTES_MAX,
  read: readStation,
  write: writeStation,
}

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
  const opened = openByStatusKey(STATION, trust, bytes, crypto)
  // rule M6
  if (opened.ok && opened.manifest.station !== station) return { ok: false, code: 'OTHER_STATION' }
  return opened
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
  return opened.ok ? judgeByStatusKey(STATION, trust, opened, against) : opened
}

function writeStation(manifest: StationManifest): Uint8Array {
  const { version, trustVersion, iat, exp, station, gates, boarding, configs } = manifest
  const map = new Map<number, CborValue>([
    [1, version],
    [2, iat],
    [3, exp],
    [4, trustVersion],
    [5, station],
    [6, gates.map(({ name, key }) => [name, key])],
  ])
  if (boarding !== undefined) map.set(7, [boarding.asOf, boarding.length, boarding.sha256])
  if (configs !== undefined) {
    map.set(
      8,
      configs.map(({ gate, revision, sha256, length }) => [gate, revision, sha256, length]),
    )
  }
  return checked(encodeCbor(map), readStation)
}

function readStation(payload: Uint8Array): StationManifest {
  const map = fieldsOf(decodeCbor(payload), REQUIRED, OPTIONAL)
  const { iat, exp } = lifetime(map.get(2), map.get(3), MANIFEST_LIFETIME_MAX_S)
  const gates = listOf(map.get(6), STATION_GATES_MAX, 'gates').map(readGate)
  // rule M1
  if (new Set(gates.map(gate => gate.name)).size !== gates.length) throw malformed('a gate twice')
  return {
    version: uint(map.get(1), VERSION_MAX, 'version'),
    iat,
    exp,
    trustVersion: uint(map.get(4), VERSION_MAX, 'trust version'),
    station: textOf(map.get(5), 1, NAME_BYTES_MAX, 'station'),
    gates,
    ...(map.has(7) && { boarding: readBoarding(map.get(7), iat) }),
    ...(map.has(8) ? { configs: readConfigs(map.get(8)) } : {}),
  }
}

/** At least one, since where there is none the field is absent; none twice. */
function readConfigs(value: CborValue | undefined): StationConfig[] {
  const configs = listOf(value, STATION_GATES_MAX, 'configs').map(readConfig)
  const gates = new Set(configs.map(config => config.gate))
  // rules M1 D10
  if (configs.length === 0 || gates.size !== configs.length) throw malformed('configs')
  return configs
}

function readConfig(value: CborValue): StationConfig {
  const fields = listOf(value, 4, 'config')
  const [gate, revision, sha256, length] = fields
  return {
    gate: textOf(gate, 1, NAME_BYTES_MAX, 'gate of a config'),
    revision: uint(revision, VERSION_MAX, 'revision of a config'),
    sha256: bytesOf(sha256, 32, 32, 'sha256 of a config'),
    length: uint(length, CONFIG_BYTES_MAX, 'length of a config'),
  }
}

/** A list can't hold later than the manifest that says so. */
function readBoarding(value: CborValue | undefined, iat: number): BoardingRef {
  const [asOf, length, sha256] = listOf(value, 3, 'boarding list')
  return {
    // rule M2
    asOf: uint(asOf, iat, 'asOf'),
    length: uint(length, BOARDING_BYTES_MAX, 'length'),
    sha256: bytesOf(sha256, 32, 32, 'sha256'),
  }
}

function readGate(value: CborValue): StationGate {
  const pair = listOf(value, 2, 'gate')
  const [name, key] = pair
  return {
    name: textOf(name, 1, NAME_BYTES_MAX, 'gate name'),
    key: bytesOf(key, COORDINATE_BYTES, COORDINATE_BYTES, 'gate key'),
  }
}
