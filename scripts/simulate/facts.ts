/** What a simulation has done to its world, as its invariants may ask. */
import type { Fault } from './faults.ts'

export interface Facts {
  /** `lane`: '' where the fault is of no lane. */
  begins(fault: Fault, lane: string, atMs: number): void
  ends(fault: Fault, lane: string, atMs: number): void
  /** Something else than a grant may hold this lane open at `atMs`. */
  mayBeOpen(lane: string, atMs: number): boolean
  /**
   * Staff let somebody through by hand while the disk gave no answer: that waits for no row
   * (gate/promises.md).
   */
  mayReleaseUnwritten(lane: string, atMs: number): boolean
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

/** The same, and no longer than it takes. */
export const RELAY_TEST = 'relay test'

const RELEASE = 'staff release'
/** From the button to the relay: the row is waited for for 2.5 s. */
const RELEASE_LAG_MS = 10_000
const DISK = ['disk full', 'disk fails', 'disk hangs']
/** A disk that stood still is written to again after a while. */
const DISK_LAG_MS = 60_000

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
  const releasedMs = new Map<string, number>()
  let diskBadUntilMs = 0

  const of = (lane: string): Map<string, number> => {
    const found = acting.get(lane) ?? new Map<string, number>()
    acting.set(lane, found)
    return found
  }

  return {
    revoked,
    begins({ kind }, lane, atMs) {
      of(lane).set(kind, (of(lane).get(kind) ?? 0) + 1)
      if (kind === RELEASE) releasedMs.set(lane, atMs)
      if (!troublesAll(kind, lane)) return
      const last = calms.at(-1)
      if (count === 0 && last !== undefined) last.toMs = atMs
      count += 1
    },
    ends({ kind }, lane, atMs) {
      const left = (of(lane).get(kind) ?? 1) - 1
      if (left === 0) of(lane).delete(kind)
      else of(lane).set(kind, left)
      if (DISK.includes(kind)) diskBadUntilMs = atMs + DISK_LAG_MS
      if (OPENS.includes(kind)) openUntilMs.set(lane, atMs + OPEN_LAG_MS)
      if (!troublesAll(kind, lane)) return
      count -= 1
      if (count === 0) calms.push({ fromMs: atMs, toMs: Number.POSITIVE_INFINITY })
    },
    mayBeOpen: (lane, atMs) =>
      [...OPENS, RELAY_TEST].some(kind => of(lane).has(kind)) ||
      (openUntilMs.get(lane) ?? 0) > atMs,
    mayReleaseUnwritten(lane, atMs) {
      const agoMs = atMs - (releasedMs.get(lane) ?? Number.NEGATIVE_INFINITY)
      const isBad = DISK.some(kind => of('').has(kind)) || diskBadUntilMs > atMs
      return isBad && agoMs < RELEASE_LAG_MS
    },
    acting: lane => new Set([...of(lane).keys(), ...of('').keys()]),
    wasCalm: (forMs, fromMs, toMs) =>
      calms.some(calm => Math.min(calm.toMs, toMs) - Math.max(calm.fromMs, fromMs) >= forMs),
  }
}
