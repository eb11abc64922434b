/**
 * What trust consists of, and its bytes: three documents in deterministic CBOR with small integer
 * labels, each read in one way only, so that encoding what was decoded gives the same bytes. Who
 * signs them and what makes one acceptable is in `trust.ts`.
 */

import { toHex } from '../bytes.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../cbor.ts'
import {
  bytesOf,
  checked,
  fieldsOf,
  lifetime,
  listOf,
  malformed,
  mapOf,
  textOf,
  uint,
} from '../cbor-fields.ts'
import { CborWriter } from '../cbor-writer.ts'
import { ALGORITHM_NUMBER, algorithmOfNumber, readCoseKey, writeCoseKey } from '../cose.ts'
import { algorithmOfKey, type CoseKey, type SignatureAlgorithm } from '../crypto.ts'
import type { PassClass, PassEnvironment } from '../keys.ts'
import {
  KID_BYTES,
  MANIFEST_LIFETIME_MAX_S,
  MANIFEST_LISTS_MAX,
  NONCE_BYTES_MAX,
  NONCE_BYTES_MIN,
  REVOKED_KIDS_MAX,
  STATUS_TOKEN_BYTES_MAX,
  TIME_SECONDS_MAX,
  TRUST_KEYS_MAX,
  TRUST_LIFETIME_MAX_S,
  URI_BYTES_MAX,
  VERSION_MAX,
} from '../limits.ts'
import { type Purpose, readScope } from '../purpose.ts'

export const TRUST_ROLES = ['root', 'issuer', 'status', 'time', 'config', 'release'] as const
export type TrustRole = (typeof TRUST_ROLES)[number]

/** One key and what it may do; it counts for things dated `from ≤ iat < to` (Unix seconds). */
export interface TrustKey {
  readonly role: TrustRole
  /** 4 bytes; not unique. */
  readonly kid: Uint8Array
  readonly alg: SignatureAlgorithm
  readonly key: CoseKey
  readonly from: number
  readonly to: number
  /** Of issuer keys, and of those alone. */
  readonly passClass?: PassClass
  readonly environment?: PassEnvironment
  /** Absent in a document of the old shape: there no issuer key has it. */
  readonly purposes?: readonly Purpose[]
}

/** Whom to believe. Signed by `threshold` roots of the version before and of this one. */
export interface TrustDocument {
  /** One more than the version before. */
  readonly version: number
  /** Unix seconds; at most 90 days apart. */
  readonly iat: number
  readonly exp: number
  /** How many distinct root keys have to sign. */
  readonly threshold: number
  readonly keys: readonly TrustKey[]
}

/** One status list as the manifest names it. */
export interface ManifestList {
  readonly uri: string
  /** Goes up with every change of the list. */
  readonly version: number
  /** Bytes of the token on the wire, and their SHA-256 (32 bytes). */
  readonly length: number
  readonly sha256: Uint8Array
}

/** What holds right now. Signed by a status key. */
export interface Manifest {
  /** `max(last + 1, Unix seconds)`, a new one for each signing. */
  readonly version: number
  /** The newest trust document there is. */
  readonly trustVersion: number
  /** Unix seconds; at most 24 hours apart. */
  readonly iat: number
  readonly exp: number
  /** Issuer kids, 4 bytes each, that are believed no more. */
  readonly revokedKids: readonly Uint8Array[]
  readonly lists: readonly ManifestList[]
}

/** Signed time. Signed by a time key. */
export interface TimeAnswer {
  /** What the asker sent: 8 to 32 bytes. */
  readonly nonce: Uint8Array
  /** Unix milliseconds. */
  readonly time: number
  /** The newest manifest there is. */
  readonly manifestVersion: number
}

const CLASSES: readonly unknown[] = ['phone', 'paper'] satisfies PassClass[]
const ENVIRONMENTS: readonly unknown[] = ['production', 'test'] satisfies PassEnvironment[]

/** Key material: x alone, since whoever holds the key of (x, y) also holds that of (x, −y). */
export function materialOf(key: CoseKey): string {
  return `${key.crv}:${toHex(key.x)}`
}

/** Payload of a trust document. Throws `INVALID_ARGUMENT` for what `readTrust` would refuse. */
export function writeTrust(document: TrustDocument): Uint8Array {
  const { version, iat, exp, threshold, keys } = document
  const writer = new CborWriter(256 + 128 * keys.length).map(5)
  writer.int(1).int(version).int(2).int(iat).int(3).int(exp)
  writer.int(4).int(threshold).int(5).array(keys.length)
  for (const key of keys) writeKey(writer, key)
  return checked(writer.finish(), readTrust)
}

function writeKey(writer: CborWriter, key: TrustKey): void {
  const { passClass, environment, purposes } = key
  const some = [passClass, environment, purposes].filter(field => field !== undefined)
  writer.map(6 + some.length)
  writer.int(1).text(key.role).int(2).bytes(key.kid).int(3).int(ALGORITHM_NUMBER[key.alg])
  writer.int(4)
  writeCoseKey(writer, key.key)
  writer.int(5).int(key.from).int(6).int(key.to)
  if (passClass !== undefined) writer.int(7).text(passClass)
  if (environment !== undefined) writer.int(8).text(environment)
  if (purposes === undefined) return
  writer.int(9).array(purposes.length)
  for (const purpose of purposes) writer.text(purpose)
}

/** Reads a trust document's payload. Throws `MALFORMED` for anything missing, unknown or outside. */
export function readTrust(payload: Uint8Array): TrustDocument {
  const map = mapOf(decodeCbor(payload), 5)
  const version = uint(map.get(1), VERSION_MAX, 'version')
  const { iat, exp } = lifetime(map.get(2), map.get(3), TRUST_LIFETIME_MAX_S)
  const keys = listOf(map.get(5), TRUST_KEYS_MAX, 'keys').map(readKey)
  // rule G2b
  if (isHalfScoped(keys)) throw malformed('some issuer keys without purposes')
  const roots = new Set(keys.filter(key => key.role === 'root').map(key => materialOf(key.key)))
  // rule G2
  const threshold = uint(map.get(4), roots.size, 'threshold')
  // rule G2
  if (threshold < 1) throw malformed('threshold')
  return { version, iat, exp, threshold, keys }
}

/** Whether a document says what its issuer keys are good for: those of the old shape don't. */
export function isScoped(keys: readonly TrustKey[]): boolean {
  return keys.every(key => key.role !== 'issuer' || key.purposes !== undefined)
}

/**
 * What the issuer keys of one environment are good for. `unsaid`: the document is of the old shape, which
 * is read as rail travel. `no entry`: there are keys, and none is good for `entry`: nobody is admitted.
 */
export type ScopeState = 'good' | 'unsaid' | 'no entry'

export function scopeState(keys: readonly TrustKey[], environment: PassEnvironment): ScopeState {
  if (!isScoped(keys)) return 'unsaid'
  const issuers = keys.filter(key => key.role === 'issuer' && key.environment === environment)
  const admits = issuers.length === 0 || issuers.some(key => key.purposes?.includes('entry'))
  return admits ? 'good' : 'no entry'
}

/** All or none: who leaves out the scope of one key must not widen it. */
function isHalfScoped(keys: readonly TrustKey[]): boolean {
  return !isScoped(keys) && keys.some(key => key.purposes !== undefined)
}

function readKey(value: CborValue): TrustKey {
  const isIssuer = value instanceof Map && value.get(1) === 'issuer'
  const map = fieldsOf(
    value,
    isIssuer ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 2, 3, 4, 5, 6],
    isIssuer ? [9] : [],
  )
  const role = TRUST_ROLES.find(name => name === map.get(1))
  const kid = bytesOf(map.get(2), KID_BYTES, KID_BYTES, 'kid')
  const alg = algorithmOfNumber(map.get(3))
  const key = readCoseKey(map.get(4))
  const from = uint(map.get(5), TIME_SECONDS_MAX, 'from')
  const to = uint(map.get(6), TIME_SECONDS_MAX, 'to')
  if (role === undefined || alg === undefined || map.get(3) !== ALGORITHM_NUMBER[alg]) {
    // rule D10
    throw malformed('role or alg')
  }
  // rule G1
  if (alg !== algorithmOfKey(key) || from >= to) throw malformed('key window or alg')
  const common = { role, kid, alg, key, from, to }
  if (role !== 'issuer') return common
  const passClass = map.get(7)
  const environment = map.get(8)
  if (!CLASSES.includes(passClass) || !ENVIRONMENTS.includes(environment)) {
    // rule D10
    throw malformed('class or environment')
  }
  return {
    ...common,
    passClass: passClass as PassClass,
    environment: environment as PassEnvironment,
    ...(map.has(9) && { purposes: readScope(map.get(9)) }),
  }
}

/** Payload of a manifest. Throws `INVALID_ARGUMENT` for what `readManifest` would refuse. */
export function writeManifest(manifest: Manifest): Uint8Array {
  const { version, trustVersion, iat, exp, revokedKids, lists } = manifest
  const map = new Map<number, CborValue>([
    [1, version],
    [2, iat],
    [3, exp],
    [4, trustVersion],
    [5, [...revokedKids]],
    [6, lists.map(list => [list.uri, list.version, list.length, list.sha256])],
  ])
  return checked(encodeCbor(map), readManifest)
}

/** Reads a manifest's payload. Throws `MALFORMED` for anything missing, unknown or outside. */
export function readManifest(payload: Uint8Array): Manifest {
  const map = mapOf(decodeCbor(payload), 6)
  const version = uint(map.get(1), VERSION_MAX, 'version')
  const { iat, exp } = lifetime(map.get(2), map.get(3), MANIFEST_LIFETIME_MAX_S)
  const trustVersion = uint(map.get(4), VERSION_MAX, 'trust version')
  const revokedKids = listOf(map.get(5), REVOKED_KIDS_MAX, 'revoked kids').map(kid =>
    bytesOf(kid, KID_BYTES, KID_BYTES, 'kid'),
  )
  const lists = listOf(map.get(6), MANIFEST_LISTS_MAX, 'lists').map(readList)
  // rule M3
  if (new Set(lists.map(list => list.uri)).size !== lists.length) throw malformed('a uri twice')
  return { version, trustVersion, iat, exp, revokedKids, lists }
}

function readList(value: CborValue): ManifestList {
  const [uri, version, length, sha256] = listOf(value, 4, 'list')
  return {
    uri: textOf(uri, 0, URI_BYTES_MAX, 'uri'),
    version: uint(version, VERSION_MAX, 'list version'),
    length: uint(length, STATUS_TOKEN_BYTES_MAX, 'length'),
    sha256: bytesOf(sha256, 32, 32, 'sha256'),
  }
}

/** Payload of a time answer. Throws `INVALID_ARGUMENT` for what `readTimeAnswer` would refuse. */
export function writeTimeAnswer({ nonce, time, manifestVersion }: TimeAnswer): Uint8Array {
  const map = new Map<number, CborValue>([
    [1, nonce],
    [2, time],
    [3, manifestVersion],
  ])
  return checked(encodeCbor(map), readTimeAnswer)
}

/** Reads a time answer's payload. Throws `MALFORMED` for anything missing, unknown or outside. */
export function readTimeAnswer(payload: Uint8Array): TimeAnswer {
  const map = mapOf(decodeCbor(payload), 3)
  return {
    nonce: bytesOf(map.get(1), NONCE_BYTES_MIN, NONCE_BYTES_MAX, 'nonce'),
    time: uint(map.get(2), TIME_SECONDS_MAX * 1000, 'time'),
    manifestVersion: uint(map.get(3), VERSION_MAX, 'manifest version'),
  }
}
