/**
 * What siblings have told, each in a share of its own: who says too much, or lies, loses the oldest
 * of its own word, and nothing of this gate's or of another sibling's. It counts by who said it, not
 * by whom it is about.
 */

import type { Direction } from '../contract/events.ts'
import type { MemoryMax } from '../limits.ts'
import {
  PAPER_KEEP_MS,
  RESERVATION_MS,
  RESERVATIONS_MAX,
  SIBLING_NAMES_MAX,
  VISIT_KEEP_MS,
} from '../limits.ts'
import { beatsUse, beatsVisit, type Fact, type Pardon, type Use, type Visit } from './facts.ts'
import { createLedger, type Ledger, type LedgerEntry } from './ledger.ts'
import {
  createNames,
  type Names,
  packUse,
  packVisit,
  unpackUse,
  unpackVisit,
} from './ledger-entries.ts'

export interface SiblingMemory {
  /** The gates that may tell: the shares are for them, and what others have told is forgotten. */
  follow(names: readonly string[]): void
  /** False when it was known, or is older than all of a full share. */
  merge(fact: Fact, from: string, nowMs: number): boolean
  use(cti: string, presentedAt: number): Use | undefined
  visit(area: string, cti: string): Visit | undefined
  reserved(area: string, cti: string, direction: Direction, nowMs: number): boolean
  pardonedMs(area: string): number
  expire(nowMs: number, most: number): void
  /** Siblings of whose word something was forgotten since the last call. */
  overfull(): string[]
  uses(): Iterable<Use>
  visits(): Iterable<Visit>
  pardons(): Iterable<Pardon>
}

interface Teller {
  readonly id: number
  readonly names: Names
  /** Its grants under way, by area, certificate and direction: until when. */
  readonly reservations: Map<string, number>
  /** The last of each area. */
  readonly pardons: Map<string | undefined, Pardon>
  overfull: boolean
}

export function createSiblingMemory(max: MemoryMax): SiblingMemory {
  const uses = createLedger(max.siblingUses)
  const visits = createLedger(max.siblingVisits)
  const tellers = new Map<string, Teller>()
  const byId: (Teller | undefined)[] = []
  let followed = 0

  function tellerOf(name: string): Teller {
    const known = tellers.get(name)
    if (known !== undefined) return known
    const free = byId.indexOf(undefined)
    const id = free < 0 ? byId.length : free
    const names = createNames(SIBLING_NAMES_MAX)
    const kept = { reservations: new Map(), pardons: new Map() }
    const teller = { id, names, ...kept, overfull: false }
    byId[id] = teller
    tellers.set(name, teller)
    return teller
  }

  function forget(name: string, { id }: Teller): void {
    for (const ledger of [uses, visits]) shrink(ledger, id, 0)
    byId[id] = undefined
    tellers.delete(name)
  }

  const shareOf = ({ entriesMax }: Ledger): number =>
    Math.floor(entriesMax / Math.max(1, followed, tellers.size))

  function shrink(ledger: Ledger, id: number, to: number): void {
    while (ledger.count(id) > to) ledger.dropOldest(id)
  }

  /** The oldest of a full share goes. */
  function put(ledger: Ledger, teller: Teller, entry: LedgerEntry | undefined): boolean {
    if (entry === undefined) {
      teller.overfull = true
      return false
    }
    const { id } = teller
    const known = ledger.find(id, entry.cti, entry.number) !== undefined
    if (!known && ledger.count(id) >= shareOf(ledger)) {
      teller.overfull = true
      if (entry.at <= (ledger.oldest(id)?.at ?? 0)) return false
      shrink(ledger, id, shareOf(ledger) - 1)
    }
    return ledger.put(id, entry)
  }

  function ownUse(name: string, cti: string, presentedAt: number): Use | undefined {
    const teller = tellers.get(name)
    const entry = teller && uses.find(teller.id, cti, presentedAt)
    return entry && unpackUse(entry, teller.names)
  }

  function mergeUse(fact: Use, from: string, nowMs: number): boolean {
    const { cti, presentedAt, area, direction, outcome } = fact
    const teller = tellerOf(from)
    const old = ownUse(from, cti, presentedAt)
    // What a gate has said of itself needs no second witness.
    const firstHand = fact.gate === from ? undefined : ownUse(fact.gate, cti, presentedAt)
    if ([old, firstHand].some(one => one !== undefined && !beatsUse(fact, one))) return false
    if (!put(uses, teller, packUse(fact, teller.names))) return false
    const { reservations } = teller
    if (outcome === 'reserved' && area !== undefined) {
      const key = reservationOf(area, cti, direction)
      reservations.delete(key)
      reservations.set(key, Math.min(fact.at, nowMs) + RESERVATION_MS)
      trim(reservations, RESERVATIONS_MAX)
    } else if (old?.area !== undefined) {
      reservations.delete(reservationOf(old.area, cti, old.direction))
    }
    return true
  }

  function mergeVisit(fact: Visit, from: string): boolean {
    const teller = tellerOf(from)
    const area = teller.names.numberOf(fact.area)
    const old = area === undefined ? undefined : visits.find(teller.id, fact.cti, area)
    if (old !== undefined && !beatsVisit(fact, unpackVisit(old, teller.names))) return false
    return put(visits, teller, packVisit(fact, teller.names))
  }

  function mergePardon(fact: Pardon, from: string): boolean {
    const { pardons } = tellerOf(from)
    if ((pardons.get(fact.area)?.at ?? 0) >= fact.at) return false
    pardons.delete(fact.area)
    pardons.set(fact.area, fact)
    trim(pardons, SIBLING_NAMES_MAX)
    return true
  }

  return {
    follow(names) {
      followed = names.length
      for (const [name, teller] of tellers) if (!names.includes(name)) forget(name, teller)
      for (const { id } of tellers.values()) {
        for (const ledger of [uses, visits]) shrink(ledger, id, shareOf(ledger))
      }
    },
    merge(fact, from, nowMs) {
      if (fact.kind === 'use') return mergeUse(fact, from, nowMs)
      return fact.kind === 'visit' ? mergeVisit(fact, from) : mergePardon(fact, from)
    },
    use(cti, presentedAt) {
      let best: Use | undefined
      for (const [id, entry] of uses.all(cti, presentedAt)) {
        const use = unpackUse(entry, (byId[id] as Teller).names)
        if (best === undefined || beatsUse(use, best)) best = use
      }
      return best
    },
    visit(area, cti) {
      let best: Visit | undefined
      for (const { id, names } of tellers.values()) {
        const number = names.known(area)
        const entry = number === undefined ? undefined : visits.find(id, cti, number)
        const visit = entry && unpackVisit(entry, names)
        if (visit && (best === undefined || beatsVisit(visit, best))) best = visit
      }
      return best
    },
    reserved(area, cti, direction, nowMs) {
      const key = reservationOf(area, cti, direction)
      for (const { reservations } of tellers.values()) {
        if ((reservations.get(key) ?? 0) > nowMs) return true
      }
      return false
    },
    pardonedMs(area) {
      let last = 0
      for (const { pardons } of tellers.values()) {
        last = Math.max(last, pardons.get(area)?.at ?? 0, pardons.get(undefined)?.at ?? 0)
      }
      return last
    },
    expire(nowMs, most) {
      for (const { id } of tellers.values()) {
        uses.expire(id, nowMs - PAPER_KEEP_MS, most)
        visits.expire(id, nowMs - VISIT_KEEP_MS, most)
      }
    },
    overfull() {
      const found = [...tellers].filter(([, teller]) => teller.overfull)
      for (const [, teller] of found) teller.overfull = false
      return found.map(([name]) => name)
    },
    *uses() {
      for (const { id, names } of tellers.values()) {
        for (const entry of uses.entriesOf(id)) yield unpackUse(entry, names)
      }
    },
    *visits() {
      for (const { id, names } of tellers.values()) {
        for (const entry of visits.entriesOf(id)) yield unpackVisit(entry, names)
      }
    },
    *pardons() {
      for (const { pardons } of tellers.values()) yield* pardons.values()
    },
  }
}

function reservationOf(area: string, cti: string, direction: Direction): string {
  return `${area}:${cti}:${direction}`
}

/** A Map keeps insertion order: the first went in first. */
function trim(map: Map<unknown, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return
    map.delete(key)
  }
}
