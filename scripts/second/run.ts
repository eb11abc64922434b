/** Makes documents by seed, asks both verifiers, and counts what they said. */

import { isDeepStrictEqual } from 'node:util'
import { randomOf } from '../fuzz/random.ts'
import { CONFIG, LIST, TIME } from './answers.ts'
import { BOARDING, TICKET } from './boarding.ts'
import { BASE45, CBOR, SCAN } from './cbor-items.ts'
import type { Kind, Request, Verdict } from './kind.ts'
import { PASS } from './passes.ts'
import type { Second } from './python.ts'
import { MANIFEST, STATION_MANIFEST } from './status-documents.ts'
import { FIRST, TRUST } from './trust.ts'

/** Passes and trust come twice as often as the others. */
const TURNS: readonly Kind[] = [
  ...[PASS, PASS, TRUST, TRUST, MANIFEST, MANIFEST, STATION_MANIFEST],
  ...[FIRST, TIME, CONFIG, LIST, BOARDING, TICKET, CBOR, BASE45, SCAN],
]

/** A document on which the two differ: seed and number make it again. */
export interface Difference {
  readonly number: number
  readonly request: Request
  readonly ours: Verdict
  readonly theirs: Verdict
}

export interface Comparison {
  readonly documents: number
  /** By kind, then by our verdict. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly differences: readonly Difference[]
}

export interface Limits {
  readonly seed: number
  readonly documents: number
  readonly onProgress?: (documents: number) => void
  /** True ends it after the round that runs. */
  readonly stopped?: () => boolean
}

const ROUND = 250

/** Compares so many documents. Document `n` depends on the seed and `n` alone. */
export async function compare(second: Second, limits: Limits): Promise<Comparison> {
  const counts = new Map([...new Set(TURNS)].map(({ name }) => [name, new Map<string, number>()]))
  const differences: Difference[] = []
  let done = 0
  while (done < limits.documents && limits.stopped?.() !== true) {
    const size = Math.min(ROUND, limits.documents - done)
    const made = Array.from({ length: size }, (_, i) => makeOne(limits.seed, done + i))
    // Python judges while we do.
    const asked = second.ask(made.map(({ request }) => request))
    const ours = made.map(({ kind, request }) => judged(kind, request))
    const theirs = await asked
    for (const [i, { kind, request }] of made.entries()) {
      const [our, their] = [ours[i] as Verdict, theirs[i] as Verdict]
      const byVerdict = counts.get(kind.name) as Map<string, number>
      byVerdict.set(our.verdict, (byVerdict.get(our.verdict) ?? 0) + 1)
      if (isDeepStrictEqual(our, their)) continue
      differences.push({ number: done + i, request, ours: our, theirs: their })
    }
    done += size
    limits.onProgress?.(done)
  }
  return { documents: done, counts, differences }
}

function makeOne(seed: number, number: number): { kind: Kind; request: Request } {
  const kind = TURNS[number % TURNS.length] as Kind
  return { kind, request: kind.make(randomOf(seed, number)) }
}

/** A thrown error is a verdict too, and always a difference. */
function judged(kind: Kind, request: Request): Verdict {
  try {
    return kind.judge(request)
  } catch (error) {
    return { verdict: `CRASH ${error instanceof Error ? error.stack : String(error)}` }
  }
}
