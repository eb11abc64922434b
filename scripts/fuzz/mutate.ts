/** Ways to spoil bytes and texts, from a turned bit to pieces of two passes put together. */

import { concatBytes } from '../../pass/bytes.ts'
import type { Random } from './random.ts'

type Mutation = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array

const INTERESTING = [
  0, 1, 0x17, 0x18, 0x1b, 0x40, 0x5f, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xd2, 0xf6, 0xff,
]

const MUTATIONS: readonly Mutation[] = [
  function turnBit(bytes, random) {
    const copy = bytes.slice()
    const at = random.below(copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8))
    return copy
  },
  function setByte(bytes, random) {
    const copy = bytes.slice()
    copy[random.below(copy.length)] = random.pick(INTERESTING)
    return copy
  },
  function cut(bytes, random) {
    return bytes.slice(0, random.below(bytes.length + 1))
  },
  function remove(bytes, random) {
    const from = random.below(bytes.length)
    const to = from + 1 + random.below(8)
    return concatBytes(bytes.subarray(0, from), bytes.subarray(to))
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length + 1)
    const more = random.bytes(1 + random.below(8))
    return concatBytes(bytes.subarray(0, at), more, bytes.subarray(at))
  },
  function repeat(bytes, random) {
    const from = random.below(bytes.length)
    const piece = bytes.subarray(from, from + 1 + random.below(80))
    return concatBytes(bytes.subarray(0, from), piece, bytes.subarray(from))
  },
  function splice(bytes, random, others) {
    const other = random.pick(others)
    const at = random.below(Math.min(bytes.length, other.length))
    return concatBytes(bytes.subarray(0, at), other.subarray(at))
  },
  function graft(bytes, random, others) {
    const other = random.pick(others)
    const copy = bytes.slice()
    const from = random.below(Math.min(copy.length, other.length))
    copy.set(other.subarray(from, Math.min(from + 1 + random.below(70), copy.length)), from)
    return copy
  },
]

/** The bytes with one to three mutations; `others` give pieces to put in. */
export function spoil(
  bytes: Uint8Array,
  random: Random,
  others: readonly Uint8Array[],
): Uint8Array {
  let spoilt = bytes
  for (let left = 1 + random.below(3); left > 0 && spoilt.length > 0; left--) {
    spoilt = random.pick(MUTATIONS)(spoilt, random, others)
  }
  return spoilt
}

const CHARACTERS = [
  '0',
  'A',
  'Z',
  ' ',
  ':',
  '%',
  'a',
  '\n',
  '\u0000',
  'é',
  '中',
  '\ufeff',
  '\ud800',
]

/** A text with a character changed, put in, taken out, or the rest cut off. */
export function spoilText(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  const before = text.slice(0, at)
  switch (random.below(4)) {
    case 0:
      return before + random.pick(CHARACTERS) + text.slice(at + 1)
    case 1:
      return before + random.pick(CHARACTERS) + text.slice(at)
    case 2:
      return before + text.slice(at + 1)
    default:
      return before
  }
}

/** A text of characters from here and there, often with a pass's beginning. */
export function anyText(random: Random): string {
  const base45 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
  const length = random.below(random.below(8) === 0 ? 1200 : 60)
  let text = random.pick(['', 'RP1:', 'RP1:', 'RP2:', 'rp1:', 'https://', ']Q1RP1:'])
  for (let i = 0; i < length; i++) {
    text += random.below(30) === 0 ? random.pick(CHARACTERS) : base45.charAt(random.below(45))
  }
  return text
}

/** Bytes that look like CBOR more often than chance: heads with short arguments, now and then long. */
export function cborLike(random: Random): Uint8Array {
  const parts: Uint8Array[] = []
  for (let left = random.below(40); left > 0; left--) {
    const major = random.below(8) << 5
    const info = random.below(6) === 0 ? 24 + random.below(8) : random.below(6)
    parts.push(Uint8Array.of(major | info))
    if (random.below(3) === 0) parts.push(random.bytes(random.below(9)))
  }
  return concatBytes(...parts)
}
