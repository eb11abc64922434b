/** Seeded randomness for the fuzzer: the same seed gives the same cases, whatever the machine. */

export interface Random {
  /** A whole number from 0 to `below` − 1. */
  below(below: number): number
  bytes(length: number): Uint8Array
  pick<T>(items: readonly T[]): T
}

/** sfc32 by Chris Doty-Humphrey, seeded with two 32-bit numbers and stirred. */
export function randomOf(seed: number, stream: number): Random {
  let a = seed | 0
  let b = stream | 0
  let c = 0x9e3779b9 | 0
  let counter = 1

  function next(): number {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + result
    return result >>> 0
  }
  for (let i = 0; i < 12; i++) next()

  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit)
  return {
    below,
    bytes: length => Uint8Array.from({ length }, () => next() & 0xff),
    pick: items => items[below(items.length)] as (typeof items)[number],
  }
}
