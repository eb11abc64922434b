/**
 * The signed claims of a pass: a CWT (RFC 8392) of exactly our claims, with the holder's key in
 * `cnf` (RFC 8747) and the place in a Token Status List (draft-ietf-oauth-status-list, `status`).
 */

import { type CborMap, type CborValue, decodeCbor } from './cbor.ts'
import { CborWriter } from './cbor-writer.ts'
import { readCoseKey, writeCoseKey } from './cose.ts'
import type { Ec2Key } from './crypto.ts'
import { PassError } from './errors.ts'
import { CTI_BYTES, STATUS_INDEX_MAX, STATUS_LIST_DIGITS_MAX, TIME_SECONDS_MAX } from './limits.ts'

/** What the issuer signs. */
export interface PassClaims {
  /** The certificate's random name, 16 bytes; the same in all passes of one certificate. */
  readonly cti: Uint8Array
  /** Issued at, Unix seconds. */
  readonly iat: number
  /** Expires at, Unix seconds, later than `iat`. */
  readonly exp: number
  /** The phone's P-256 key; undefined in a paper pass. */
  readonly holderKey: Ec2Key | undefined
  /** Place in the status list. */
  readonly statusIndex: number
  /** `tsl:N`, N the list's number in lower-case base 36 without leading zeros. */
  readonly statusList: string
}

/** Claim numbers: CWT registry, and `status` of the status list draft. */
const CLAIM = { exp: 4, iat: 6, cti: 7, cnf: 8, status: 65535 } as const
const CNF_COSE_KEY = 1
const LIST_URI = new RegExp(`^tsl:(?:0|[1-9a-z][0-9a-z]{0,${STATUS_LIST_DIGITS_MAX - 1}})$`)

/** The uri of list `number` (0 and up). */
export function statusListUri(number: number): string {
  const uri = `tsl:${number.toString(36)}`
  if (!Number.isSafeInteger(number) || !LIST_URI.test(uri)) {
    throw new PassError('INVALID_ARGUMENT', 'a list number is a small non-negative integer')
  }
  return uri
}

/** The payload's bytes, brief ones (brief-bytes.ts). Throws `INVALID_ARGUMENT` for claims that `decodeClaims` would refuse. */
export function encodeClaims(claims: PassClaims): Uint8Array {
  const problem = problemOf(claims)
  if (problem !== undefined) throw new PassError('INVALID_ARGUMENT', `claims: ${problem}`)
  const { holderKey } = claims
  const writer = new CborWriter(128)
  writer.map(holderKey === undefined ? 4 : 5)
  writer.int(CLAIM.exp).int(claims.exp)
  writer.int(CLAIM.iat).int(claims.iat)
  writer.int(CLAIM.cti).bytes(claims.cti)
  if (holderKey !== undefined) {
    writer.int(CLAIM.cnf).map(1).int(CNF_COSE_KEY)
    writeCoseKey(writer, holderKey)
  }
  writer.int(CLAIM.status).map(1).raw(STATUS_LIST)
  writer.map(2).raw(IDX).int(claims.statusIndex).raw(URI).text(claims.statusList)
  return writer.finishBriefly()
}

const STATUS_LIST = new CborWriter(12).text('status_list').finish()
const IDX = new CborWriter(4).text('idx').finish()
const URI = new CborWriter(4).text('uri').finish()

/** Reads a payload; throws `MALFORMED` unless it holds exactly the claims above, each in range. */
export function decodeClaims(payload: Uint8Array): PassClaims {
  // rule K1
  const map = mapOf(decodeCbor(payload), 'payload')
  const cnf = map.get(CLAIM.cnf)
  // rule K1
  if (map.size !== (cnf === undefined ? 4 : 5)) throw malformed('a claim missing or unknown')
  const status = only(map.get(CLAIM.status), 'status_list', 'status')
  const place = mapOf(status, 'status_list')
  // rule K8
  if (place.size !== 2) throw malformed('status_list has idx and uri')
  const claims = {
    cti: map.get(CLAIM.cti),
    iat: map.get(CLAIM.iat),
    exp: map.get(CLAIM.exp),
    holderKey: cnf === undefined ? undefined : readCoseKey(only(cnf, CNF_COSE_KEY, 'cnf')),
    statusIndex: place.get('idx'),
    statusList: place.get('uri'),
  }
  const problem = problemOf(claims)
  // rules K2 K3 K4 K5 K6 K7
  if (problem !== undefined) throw malformed(problem)
  return claims as PassClaims
}

type Unchecked = { readonly [Name in keyof PassClaims]?: unknown }

/** What is wrong with claims of any origin; undefined when nothing is. */
function problemOf(claims: Unchecked): string | undefined {
  const { cti, iat, exp, holderKey, statusIndex, statusList } = claims
  // rule K2
  if (!(cti instanceof Uint8Array) || cti.length !== CTI_BYTES) return 'cti is not 16 bytes'
  // rule K3
  if (!isUnsigned(iat, TIME_SECONDS_MAX)) return 'iat is not in seconds'
  // rule K3
  if (!isUnsigned(exp, TIME_SECONDS_MAX)) return 'exp is not in seconds'
  // rule K4
  if (exp <= iat) return 'exp is not after iat'
  // rule K6
  if (!isUnsigned(statusIndex, STATUS_INDEX_MAX)) return 'idx out of range'
  // rule K7
  if (typeof statusList !== 'string' || !LIST_URI.test(statusList)) return 'uri is not tsl:N'
  // rule K5
  if (holderKey !== undefined && (holderKey as Ec2Key).kty !== 'EC2') return 'cnf is not P-256'
  return undefined
}

function isUnsigned(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max
}

function malformed(what: string): PassError {
  return new PassError('MALFORMED', `claims: ${what}`)
}

function mapOf(value: CborValue | undefined, name: string): CborMap {
  if (value instanceof Map) return value
  // rules K1 K8
  throw malformed(`${name} is not a map`)
}

/** The value of a map's one entry. */
function only(value: CborValue | undefined, key: number | string, name: string): CborValue {
  const map = mapOf(value, name)
  const entry = map.get(key)
  // rules K5 K8
  if (entry === undefined || map.size !== 1) throw malformed(`${name} has other entries`)
  return entry
}
