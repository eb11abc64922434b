/** What a kind of document is to the comparison: a maker of requests, and our verdict on one. */

import { fromHex } from '../../pass/bytes.ts'
import type { Random } from '../fuzz/random.ts'

/** One request: a case as the vector files have them (section 11 of pass/specification.md). */
export interface Request {
  readonly kind: string
  /** Hexadecimal. */
  readonly bytes?: string
  readonly text?: string
  /** What it is judged with. */
  readonly [more: string]: unknown
}

/** `OK` with what was read, or a code alone. */
export interface Verdict {
  readonly verdict: string
  readonly [fact: string]: unknown
}

export interface Kind {
  readonly name: string
  /** The same random numbers make the same request. */
  make(random: Random): Request
  judge(request: Request): Verdict
}

/** A verdict without facts. */
export function refused(code: string): Verdict {
  return { verdict: code }
}

/** What is usual; once in `times` one of the others. */
export function usually<T>(random: Random, times: number, usual: T, others: readonly T[]): T {
  return rarely(random, times) ? random.pick(others) : usual
}

/** Seldom as many members as there may be, or one more; else those given. */
export function crowded<T>(
  random: Random,
  max: number,
  members: readonly T[],
  make: (number: number) => T,
): readonly T[] {
  if (!rarely(random, 80)) return members
  const more = max + random.below(2) - members.length
  return [...members, ...Array.from({ length: more }, (_, i) => make(i))]
}

/** The bytes of a request, zeros up to `padTo` after them. */
export function bytesOf({ bytes = '', padTo = 0 }: Request): Uint8Array {
  const given = fromHex(bytes)
  const padded = new Uint8Array(Math.max(given.length, padTo as number))
  padded.set(given)
  return padded
}

/** Seldom zeros up to the longest that a document may be, or one more. */
export function padding(random: Random, bytesMax: number): { readonly padTo?: number } {
  return rarely(random, 50) ? { padTo: bytesMax + random.below(2) } : {}
}

/** True once in `times`. */
export function rarely(random: Random, times: number): boolean {
  return random.below(times) === 0
}
