/**
 * Token Status List, draft-ietf-oauth-status-list §4: an array of small numbers, packed from the
 * least significant bit of each byte. 0 is valid, 1 invalid (revoked). Beside it, the keyed order
 * in which an issuer hands out places, so that neighbours in time aren't neighbours in the list.
 */

import { PassError } from '../errors.ts'
import { STATUS_BYTES_MAX, STATUS_ENTRIES_MAX } from '../limits.ts'
import { sipHashHalves } from './siphash.ts'

export type StatusBits = 1 | 2 | 4 | 8

/** A list; entry `i` takes `bits` bits from bit `i × bits` on. */
export interface StatusList {
  readonly bits: StatusBits
  readonly bytes: Uint8Array
}

/** Statuses of §7.1. */
export const STATUS_VALID = 0
export const STATUS_INVALID = 1
export const STATUS_SUSPENDED = 2

export function isStatusBits(value: unknown): value is StatusBits {
  return value === 1 || value === 2 || value === 4 || value === 8
}

/** A list of `entries` valid places (up to 2^20, rounded up to whole bytes). */
export function createStatusList(entries: number, bits: StatusBits): StatusList {
  if (!Number.isSafeInteger(entries) || entries < 1 || entries > STATUS_ENTRIES_MAX) {
    throw new PassError('OUT_OF_RANGE', 'a status list has 1 to 2^20 entries')
  }
  return { bits, bytes: new Uint8Array(Math.ceil((entries * bits) / 8)) }
}

/** How many places a list has. */
export function statusEntries(list: StatusList): number {
  return (list.bytes.length * 8) / list.bits
}

/** The status at `index`. Throws `OUT_OF_RANGE` past the end. */
export function statusAt(list: StatusList, index: number): number {
  const { byte, shift } = placeOf(list, index)
  return ((list.bytes[byte] as number) >> shift) & mask(list.bits)
}

/** Sets the status at `index`, in place. Throws `OUT_OF_RANGE` past the end or over the bits. */
export function setStatus(list: StatusList, index: number, status: number): void {
  const { byte, shift } = placeOf(list, index)
  const all = mask(list.bits)
  if (!Number.isSafeInteger(status) || status < 0 || status > all) {
    throw new PassError('OUT_OF_RANGE', `a status of ${list.bits} bits is 0 to ${all}`)
  }
  const others = (list.bytes[byte] as number) & ~(all << shift)
  list.bytes[byte] = others | (status << shift)
}

/**
 * `later` with nothing un-revoked that `earlier` had revoked: what a gate keeps as long as it trusts
 * the key that signed the earlier list. Throws `INVALID_ARGUMENT` for lists of different bits, and
 * for a later list that is shorter, since its missing places would forget.
 */
export function keepRevoked(earlier: StatusList, later: StatusList): StatusList {
  if (earlier.bits !== later.bits || later.bytes.length < earlier.bytes.length) {
    throw new PassError('INVALID_ARGUMENT', 'lists of different shape')
  }
  const bytes = later.bytes.slice()
  const { length } = earlier.bytes
  for (let i = 0; i < length; i++) {
    bytes[i] = (bytes[i] as number) | (earlier.bytes[i] as number)
  }
  return { bits: later.bits, bytes }
}

/**
 * What one place of a list with one bit an entry says at `nowMs` (Unix milliseconds). A set bit
 * revokes whatever else holds. A clear one is worth something inside the list alone, and only until
 * the list's `exp` (Unix seconds; undefined: no end).
 */
export function placeStatus(
  list: { readonly bytes: Uint8Array; readonly exp?: number | undefined },
  index: number,
  nowMs: number,
): 'valid' | 'invalid' | 'unknown' {
  const byte = list.bytes[Math.floor(index / 8)]
  // rule V7b
  if (byte === undefined) return 'unknown'
  // rule V7a
  if (((byte >> (index % 8)) & 1) === 1) return 'invalid'
  // rule V7c
  return list.exp !== undefined && list.exp * 1000 <= nowMs ? 'unknown' : 'valid'
}

function mask(bits: StatusBits): number {
  return (1 << bits) - 1
}

function placeOf({ bits, bytes }: StatusList, index: number): { byte: number; shift: number } {
  if (!Number.isSafeInteger(index) || index < 0 || index * bits >= bytes.length * 8) {
    throw new PassError('OUT_OF_RANGE', 'past the end of the status list')
  }
  const bit = index * bits
  return { byte: Math.floor(bit / 8), shift: bit % 8 }
}

const FEISTEL_ROUNDS = 8

/**
 * The place for the `counter`-th entry of a list of `size` places: a bijection of 0…size−1, chosen
 * by a secret key of 16 bytes. A Feistel network over the next even power of two, walked until it
 * lands inside. Throws `OUT_OF_RANGE` for a counter outside the list: it is full then.
 */
export function permuteIndex(counter: number, key: Uint8Array, size: number): number {
  if (!Number.isSafeInteger(size) || size < 1 || size > STATUS_BYTES_MAX * 8) {
    throw new PassError('OUT_OF_RANGE', 'a list has between 1 and 2^23 places')
  }
  if (!Number.isSafeInteger(counter) || counter < 0 || counter >= size) {
    throw new PassError('OUT_OF_RANGE', 'the list is full')
  }
  const halfBits = Math.max(1, Math.ceil(Math.log2(size) / 2))
  let index = counter
  do index = feistel(index, key, halfBits)
  while (index >= size)
  return index
}

function feistel(index: number, key: Uint8Array, halfBits: number): number {
  const halfMask = 2 ** halfBits - 1
  let left = index >>> halfBits
  let right = index & halfMask
  const message = new Uint8Array(5)
  const view = new DataView(message.buffer)
  for (let round = 0; round < FEISTEL_ROUNDS; round++) {
    message[0] = round
    view.setUint32(1, right)
    const scattered = sipHashHalves(key, message).low & halfMask
    ;[left, right] = [right, left ^ scattered]
  }
  return left * 2 ** halfBits + right
}
