/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a small keyed function whose output looks random to
 * whoever lacks the key. Used to scatter status indices. Words of 64 bits are two numbers of 32, the
 * low one first: seven times as fast as bigints.
 */

import { PassError } from '../errors.ts'

/** `somepseudorandomlygeneratedbytes`, as four words. */
const START = Uint32Array.of(
  ...[0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261],
  ...[0x6e657261, 0x6c796765, 0x79746573, 0x74656462],
)
/** Where the four words of the state begin. */
const [V0, V1, V2, V3] = [0, 2, 4, 6] as const

/** The 64-bit hash of a message under a key of 16 bytes. Throws `INVALID_ARGUMENT` for others. */
export function sipHash24(key: Uint8Array, message: Uint8Array): bigint {
  const { low, high } = sipHashHalves(key, message)
  return (BigInt(high) << 32n) | BigInt(low)
}

/** The same hash as its two halves, each 0 to 2^32 - 1. */
export function sipHashHalves(
  key: Uint8Array,
  message: Uint8Array,
): { readonly low: number; readonly high: number } {
  if (key.length !== 16) throw new PassError('INVALID_ARGUMENT', 'a SipHash key has 16 bytes')
  const v = START.slice()
  for (let i = 0; i < 8; i++) v[i] = at(v, i) ^ littleEndian(key, (i % 4) * 4, 16)
  for (let i = 0; i + 8 <= message.length; i += 8) absorb(v, message, i, 0)
  absorb(v, message, message.length - (message.length % 8), message.length & 0xff)
  v[V2] = at(v, V2) ^ 0xff
  for (let i = 0; i < 4; i++) round(v)
  return { low: folded(v, 0), high: folded(v, 1) }
}

/** The word of the message at `from`, short of bytes at its end; `length` is its uppermost byte. */
function absorb(v: Uint32Array, message: Uint8Array, from: number, length: number): void {
  const low = littleEndian(message, from, message.length)
  const high = littleEndian(message, from + 4, message.length) | (length << 24)
  v[V3] = at(v, V3) ^ low
  v[V3 + 1] = at(v, V3 + 1) ^ high
  round(v)
  round(v)
  v[V0] = at(v, V0) ^ low
  v[V0 + 1] = at(v, V0 + 1) ^ high
}

function round(v: Uint32Array): void {
  add(v, V0, V1)
  rotate(v, V1, 13)
  xor(v, V1, V0)
  swap(v, V0)
  add(v, V2, V3)
  rotate(v, V3, 16)
  xor(v, V3, V2)
  add(v, V0, V3)
  rotate(v, V3, 21)
  xor(v, V3, V0)
  add(v, V2, V1)
  rotate(v, V1, 17)
  xor(v, V1, V2)
  swap(v, V2)
}

const at = (v: Uint32Array, i: number): number => v[i] as number

function add(v: Uint32Array, to: number, by: number): void {
  const low = at(v, to) + at(v, by)
  v[to] = low
  v[to + 1] = at(v, to + 1) + at(v, by + 1) + (low >= 2 ** 32 ? 1 : 0)
}

function xor(v: Uint32Array, to: number, by: number): void {
  v[to] = at(v, to) ^ at(v, by)
  v[to + 1] = at(v, to + 1) ^ at(v, by + 1)
}

/** To the left, by 1 to 31 bits. */
function rotate(v: Uint32Array, word: number, by: number): void {
  const low = at(v, word)
  const high = at(v, word + 1)
  v[word] = (low << by) | (high >>> (32 - by))
  v[word + 1] = (high << by) | (low >>> (32 - by))
}

/** A rotation by 32 bits. */
function swap(v: Uint32Array, word: number): void {
  const low = at(v, word)
  v[word] = at(v, word + 1)
  v[word + 1] = low
}

const folded = (v: Uint32Array, half: number): number =>
  (at(v, V0 + half) ^ at(v, V1 + half) ^ at(v, V2 + half) ^ at(v, V3 + half)) >>> 0

/** Up to four bytes from `from` on, none from `end` on. */
function littleEndian(bytes: Uint8Array, from: number, end: number): number {
  let value = 0
  for (let i = Math.min(from + 4, end) - 1; i >= from; i--)
    value = (value << 8) | (bytes[i] as number)
  return value
}
