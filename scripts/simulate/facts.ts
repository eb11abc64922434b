/** What a simulation has done to its world, as its invariants may ask. */
import { type Calm, createCalm } from './calm.ts'
import type { Fault } from './fault-kind.ts'
import { type Places, placesOf } from './places.ts'
import { createUsesBegun, type UsesBegun } from './uses-begun.ts'

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
  /**
   * A gate has counted a use of this certificate, or of this code of it, up to 180 s before, and had no
   * power or a troubled disk since: there may be no row of it, and its siblings believe in it all the same.
   */
  mayBeUnwritten(cti: string, presentedAt: number | undefined, atMs: number): boolean
  /** Kinds that act on this lane, on its whole gate or on the station. */
  acting(lane: string): ReadonlySet<string>
  /** The gate that this lane is of: its place. */
  gateOf(lane: string): string
  /** For `forMs` without a break between two times nothing troubled the whole gate of this lane. */
  wasCalm(lane: string, forMs: number, fromMs: number, toMs: number): boolean
  /** Between two times nothing troubled the bus, nor the gates of these lanes. */
  wasBusCalm(lanes: readonly string[], fromMs: number, toMs: number): boolean
  /** Names of certificates that were ended, and when. */
  readonly revoked: ReadonlyMap<string, number>
  /** Names of certificates that a sibling told lies about. */
  readonly slandered: ReadonlySet<string>
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

/** Grants that are under way when it begins may leave no row. */
const UNWRITTEN = [...DISK, 'power cut']

/** Of the whole station, and no trouble for a gate that is to hear of a revocation. */
const DESK = ['revocation', 'run on the quota']
/** Bus faults after which every gate knows all the same what it should (gate/bus/rules.md). */
const HARMLESS = ['bus twice', 'sibling forged', 'sibling repeated', 'sibling lied']
const BUS = 'the bus'

/** What it troubles: the whole gate that is its place, the bus, or neither. */
function troubledBy(kind: string, place: string, { gates }: Places): string | undefined {
  if (DESK.includes(kind) || HARMLESS.includes(kind)) return undefined
  if (kind.startsWith('bus ') || kind.startsWith('sibling ')) return BUS
  return gates.includes(place) ? place : undefined
}

export interface FactsParts {
  readonly revoked: ReadonlyMap<string, number>
  readonly slandered?: ReadonlySet<string>
  readonly usesBegun?: UsesBegun
  /** One gate alone unless given. */
  readonly places?: Places
}

export function createFacts(parts: FactsParts): Facts {
  const { revoked, slandered = new Set(), usesBegun = createUsesBegun() } = parts
  const { places = placesOf({ lanes: 2 }) } = parts
  /** By lane and kind: how many act. */
  const acting = new Map<string, Map<string, number>>()
  const openUntilMs = new Map<string, number>()
  const calms = new Map([...places.gates, BUS].map(place => [place, createCalm()] as const))
  const releasedMs = new Map<string, number>()
  const diskBadUntilMs = new Map<string, number>()
  /** Of each gate: when it could write rows. */
  const writing = new Map(places.gates.map(gate => [gate, createCalm()] as const))

  const of = (lane: string): Map<string, number> => {
    const found = acting.get(lane) ?? new Map<string, number>()
    acting.set(lane, found)
    return found
  }
  const calmOf = (kind: string, place: string): Calm | undefined =>
    calms.get(troubledBy(kind, place, places) ?? 'nothing')

  return {
    ...{ revoked, slandered, gateOf: places.gateOf },
    begins({ kind }, lane, atMs) {
      of(lane).set(kind, (of(lane).get(kind) ?? 0) + 1)
      if (kind === RELEASE) releasedMs.set(lane, atMs)
      if (UNWRITTEN.includes(kind)) writing.get(lane)?.breaks(atMs)
      calmOf(kind, lane)?.breaks(atMs)
    },
    ends({ kind }, lane, atMs) {
      const left = (of(lane).get(kind) ?? 1) - 1
      if (left === 0) of(lane).delete(kind)
      else of(lane).set(kind, left)
      if (DISK.includes(kind)) diskBadUntilMs.set(lane, atMs + DISK_LAG_MS)
      if (UNWRITTEN.includes(kind)) writing.get(lane)?.returns(atMs)
      if (OPENS.includes(kind)) openUntilMs.set(lane, atMs + OPEN_LAG_MS)
      calmOf(kind, lane)?.returns(atMs)
    },
    mayBeOpen: (lane, atMs) =>
      [...OPENS, RELAY_TEST].some(kind => of(lane).has(kind)) ||
      (openUntilMs.get(lane) ?? 0) > atMs,
    mayReleaseUnwritten(lane, atMs) {
      const gate = places.gateOf(lane)
      const agoMs = atMs - (releasedMs.get(lane) ?? Number.NEGATIVE_INFINITY)
      const isBad = DISK.some(kind => of(gate).has(kind)) || (diskBadUntilMs.get(gate) ?? 0) > atMs
      return isBad && agoMs < RELEASE_LAG_MS
    },
    mayBeUnwritten: (cti, presentedAt, atMs) =>
      usesBegun
        .of(cti, presentedAt, atMs)
        .some(
          use => !writing.get(places.gateOf(use.lane))?.lasted(atMs - use.atMs, use.atMs, atMs),
        ),
    acting: lane =>
      new Set([lane, places.gateOf(lane), ''].flatMap(place => [...of(place).keys()])),
    wasCalm: (lane, ...times) => calms.get(places.gateOf(lane))?.lasted(...times) === true,
    wasBusCalm: (lanes, fromMs, toMs) =>
      [BUS, ...lanes.map(places.gateOf)].every(
        place => calms.get(place)?.lasted(toMs - fromMs, fromMs, toMs) === true,
      ),
  }
}
