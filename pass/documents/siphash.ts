/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a small keyed function whose output looks random to
 * whoever lacks the key. Used to scatter status indices, where speed hardly matters.
 */

import { PassError } from '../errors.ts'

const MASK = (1n << 64n) - 1n

function rotate(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK
}

function littleEndian(bytes: Uint8Array, from: number, to: number): bigint {
  let value = 0n
  for (let i = to - 1; i >= from; i--) value = (value << 8n) | BigInt(bytes[i] as number)
  return value
}

/** The 64-bit hash of a message under a key of 16 bytes. Throws `INVALID_ARGUMENT` for others. */
export function sipHash24(key: Uint8Array, message: Uint8Array): bigint {
  if (key.length !== 16) throw new PassError('INVALID_ARGUMENT', 'a SipHash key has 16 bytes')
  const k0 = littleEndian(key, 0, 8)
  const k1 = littleEndian(key, 8, 16)
  let v0 = k0 ^ 0x736f6d6570736575n
  let v1 = k1 ^ 0x646f72616e646f6dn
  let v2 = k0 ^ 0x6c7967656e657261n
  let v3 = k1 ^ 0x7465646279746573n

  function rounds(count: number): void {
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) & MASK
      v1 = rotate(v1, 13n) ^ v0
      v0 = rotate(v0, 32n)
      v2 = (v2 + v3) & MASK
      v3 = rotate(v3, 16n) ^ v2
      v0 = (v0 + v3) & MASK
      v3 = rotate(v3, 21n) ^ v0
      v2 = (v2 + v1) & MASK
      v1 = rotate(v1, 17n) ^ v2
      v2 = rotate(v2, 32n)
    }
  }

  function absorb(word: bigint): void {
    v3 ^= word
    rounds(2)
    v0 ^= word
  }

  const whole = message.length - (message.length % 8)
  for (let i = 0; i < whole; i += 8) absorb(littleEndian(message, i, i + 8))
  const lengthByte = BigInt(message.length & 0xff) << 56n
  absorb(lengthByte | littleEndian(message, whole, message.length))
  v2 ^= 0xffn
  rounds(4)
  return v0 ^ v1 ^ v2 ^ v3
}
