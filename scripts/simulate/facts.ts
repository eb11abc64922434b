/** What a simulation has done to its world, as its invariants may ask. */
import type { Fault } from './faults.ts'

export interface Facts {
  /** `lane`: '' where the fault is of no lane. */
  begins(fault: Fault, lane: string, atMs: number): void
  ends(fault: Fault, lane: string, atMs: number): void
  /** Something else than a grant may hold this lane open at `atMs`. */
  mayBeOpen(lane: string, atMs: number): boolean
  /** Kinds that act on this lane or on the whole station. */
  acting(lane: string): ReadonlySet<string>
  /** For `forMs` without a break between two times nothing troubled the whole station. */
  wasCalm(forMs: number, fromMs: number, toMs: number): boolean
  /** Names of certificates that were ended, and when. */
  readonly revoked: ReadonlyMap<string, number>
}

/** Of a lane: may hold its barrier open without a grant. */
const OPENS = ['fire', 'lane free', 'emergency release']
/** A mode that ends waits for the passage under way; staff reset a fire after a while. */
const OPEN_LAG_MS = 120_000

/** Of the whole station, and no trouble for a gate that is to hear of a revocation. */
const DESK = ['revocation', 'run on the quota']
/** Network, disk, power, clock. */
const troublesAll = (kind: string, lane: string): boolean => lane === '' && !DESK.includes(kind)

export function createFacts(revoked: ReadonlyMap<string, number>): Facts {
  /** By lane and kind: how many act. */
  const acting = new Map<string, Map<string, number>>()
  const openUntilMs = new Map<string, number>()
  /** Times without trouble of the whole station, the last one going on. */
  const calms: { fromMs: number; toMs: number }[] = [{ fromMs: 0, toMs: Number.POSITIVE_INFINITY }]
  let count = 0

  const of = (lane: string): Map<string, number> => {
    const found = acting.get(lane) ?? new Map<string, number>()
    acting.set(lane, found)
    return found
  }

  return {
    revoked,
    begins({ kind }, lane, atMs) {
      of(lane).set(kind, (of(lane).get(kind) ?? 0) + 1)
      if (!troublesAll(kind, lane)) return
      const last = calms.at(-1)
      if (count === 0 && last !== undefined) last.toMs = atMs
      count += 1
    },
    ends({ kind }, lane, atMs) {
      const left = (of(lane).get(kind) ?? 1) - 1
      if (left === 0) of(lane).delete(kind)
      else of(lane).set(kind, left)
      if (OPENS.includes(kind)) openUntilMs.set(lane, atMs + OPEN_LAG_MS)
      if (!troublesAll(kind, lane)) return
      count -= 1
      if (count === 0) calms.push({ fromMs: atMs, toMs: Number.POSITIVE_INFINITY })
    },
    mayBeOpen: (lane, atMs) =>
      OPENS.some(kind => of(lane).has(kind)) || (openUntilMs.get(lane) ?? 0) > atMs,
    acting: lane => new Set([...of(lane).keys(), ...of('').keys()]),
    wasCalm: (forMs, fromMs, toMs) =>
      calms.some(calm => Math.min(calm.toMs, toMs) - Math.max(calm.fromMs, fromMs) >= forMs),
  }
}
