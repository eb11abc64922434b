/** Noise on a serial line, from a seeded source, so that a failing run can be repeated. */
import { seeded } from './seeded.ts'

export interface Noise {
  /** Time from one burst to the next, milliseconds. */
  readonly everyMs: number
  /** Bytes that nobody sent. */
  burst(): Uint8Array
  /** What arrives of bytes that were sent. */
  spoil(bytes: Uint8Array): Uint8Array
}

export type NoiseKind = keyof typeof kinds

type Random = () => number
const below = (random: Random, limit: number) => Math.floor(random() * limit)
const list = (random: Random, length: number, limit: number) =>
  Array.from({ length }, () => below(random, limit))

/** Messages that are whole, and that nobody sent. */
const lookAlikes: readonly ((random: Random) => number[])[] = [
  random => [0x90 | below(random, 3), ...list(random, 1, 128), below(random, 2)],
  random => [0x90 | below(random, 3), ...list(random, 1, 128), below(random, 2)],
  random => [0xf5, 2 + below(random, 3), 1],
  random => [0xf4, 2 + below(random, 3), 1],
  random => [0xd0 | below(random, 3), 1],
  random => [0xf9, 2, 5].slice(0, 1 + below(random, 3)),
  random => [0xf0, 1 + below(random, 3), ...list(random, below(random, 12), 128), 0xf7],
  random => [0xf0, 0x6e, 2 + below(random, 3), ...list(random, 2, 2), 0xf7],
  random => [0xf0, 0x71, ...list(random, 8, 128), 0xf7],
  random => [0xa0 | below(random, 16), ...list(random, 6, 128)],
]

const same = (bytes: Uint8Array) => bytes

function flips(random: Random, chance: number) {
  return (bytes: Uint8Array) =>
    bytes.map(byte => (random() < chance ? byte ^ (1 << below(random, 8)) : byte))
}

function cutOrRepeated(random: Random, chance: number) {
  return (bytes: Uint8Array) => {
    if (random() >= chance) return bytes
    const part = bytes.subarray(0, below(random, bytes.length + 1))
    return random() < 0.5 ? part : Uint8Array.from([...bytes, ...part, ...bytes])
  }
}

const kinds = {
  'random bytes': (random: Random): Noise => ({
    everyMs: 5,
    burst: () => Uint8Array.from(list(random, below(random, 6), 256)),
    spoil: flips(random, 0.01),
  }),
  'messages that look real': (random: Random): Noise => ({
    everyMs: 5,
    burst: () => Uint8Array.from(lookAlikes[below(random, lookAlikes.length)]!(random)),
    spoil: same,
  }),
  'flipped bits': (random: Random): Noise => ({
    everyMs: 5,
    burst: () => new Uint8Array(0),
    spoil: flips(random, 0.02),
  }),
  'cut and repeated frames': (random: Random): Noise => ({
    everyMs: 5,
    burst: () => new Uint8Array(0),
    spoil: cutOrRepeated(random, 0.2),
  }),
  'nothing but noise': (random: Random): Noise => ({
    everyMs: 2,
    burst: () => Uint8Array.from(list(random, 11, 256)),
    spoil: flips(random, 0.5),
  }),
}

export const noiseKinds = Object.keys(kinds) as NoiseKind[]

export function createNoise(kind: NoiseKind, seed: number): Noise {
  return kinds[kind](seeded(seed))
}
