/**
 * What the gate remembers of presentations and visits, in memory for the decision; its own are on
 * disk as the journal's projection, from which it starts. A grant reserves here at once, before
 * its row is written, so that two lanes can't race; a row that could not be written takes it back.
 * What sibling gates tell is merged in and counts like its own. Bounded: the oldest go first.
 */
import { beatsUse, beatsVisit, type Fact, type Use, type Visit } from '../bus/facts.ts'
import { FACT_AHEAD_MAX_MS, RESERVATION_MS, RESERVATIONS_MAX } from '../bus/limits.ts'
import type { AnnulReason, Direction, GrantBody } from '../contract/events.ts'
import { type MemoryView, type SeenPresentation, STALE_AGAIN_MS } from '../decide/rules.ts'
import {
  PRESENTATION_KEEP_MS,
  PRESENTATIONS_MAX,
  STALE_REFUSALS_MAX,
  VISITS_MAX,
} from '../limits.ts'
import type { MemorySnapshot } from './snapshot.ts'

export interface Memory extends MemoryView {
  reserve(grant: GrantBody, lane: string, atMs: number): void
  /** Takes a reservation back whose row could not be written. */
  forget(grant: GrantBody): void
  passed(grant: GrantBody, atMs: number): void
  annulled(grant: GrantBody, reason: AnnulReason, atMs: number): void
  /** This certificate was refused at an exit for a stale code. */
  staleRefused(cti: string, atMs: number): void
  /** A fire or an emergency release, begun or over: what was known of areas is void. */
  pardon(atMs: number): void
  /** Called at once with each fact that arises here. */
  onFact(listener: (fact: Fact) => void): void
  /** A sibling's fact. `known`: nothing new. `old` or `ahead`: its time is out of bounds. */
  merge(fact: Fact, nowMs: number): 'merged' | 'known' | 'old' | 'ahead'
  /**
   * All that is remembered: codes, then visits, then emergencies, each the longest known first. May
   * be read while it changes.
   */
  facts(): Iterable<Fact>
}

/** `gate`: this gate's own name among its siblings. */
export function createMemory(snapshot: MemorySnapshot, gate = 'this'): Memory {
  const uses = new Map<string, Use>()
  const visits = new Map<string, Visit>()
  const pardons = new Map<string, number>()
  const reservations = new Map<string, number>()
  const lanes = new Map<string, string>()
  const staleRefused = new Map<string, number>()
  let listener: (fact: Fact) => void = () => {}
  if (snapshot.pardonedMs) pardons.set(gate, snapshot.pardonedMs)
  for (const { atMs: at, ...seen } of snapshot.presentations) {
    uses.set(keyOf(seen), { kind: 'use', gate, ...seen, at })
  }
  for (const { atMs: at, ...visit } of snapshot.visits) {
    visits.set(`${visit.area}:${visit.cti}`, { kind: 'visit', gate, ...visit, at })
  }

  /** Siblings' lanes are named with their gate. */
  const laneOf = (use: Use): string => (use.gate === gate ? use.lane : `${use.gate}/${use.lane}`)

  function settle(grant: GrantBody, outcome: SeenPresentation['outcome'], at: number): void {
    const { cti, presentedAt, area, direction } = grant
    if (cti === undefined || presentedAt === undefined) return
    reservations.delete(reservationOf(area, cti, direction))
    const key = keyOf({ cti, presentedAt })
    const lane = lanes.get(key)
    lanes.delete(key)
    const old = uses.get(key)
    if (lane === undefined || old === undefined) return
    const use: Use = {
      ...{ kind: 'use', gate, lane, cti, presentedAt, direction, outcome, at },
      grants: old.grants,
    }
    // A sibling let the same code pass meanwhile: that is not undone.
    if (old.gate === gate || old.outcome !== 'passed') uses.set(key, use)
    listener(use)
  }

  function mergeUse(fact: Use, nowMs: number): boolean {
    const key = keyOf(fact)
    const { cti, area, direction, outcome } = fact
    const old = uses.get(key)
    // Our own is settled by us, unless somebody has walked elsewhere.
    if (old !== undefined && lanes.has(key) && outcome !== 'passed') return false
    if (old !== undefined && !beatsUse(fact, old)) return false
    putLast(uses, key, fact)
    trim(uses, PRESENTATIONS_MAX)
    if (outcome === 'reserved' && area !== undefined) {
      const untilMs = Math.min(fact.at, nowMs) + RESERVATION_MS
      putLast(reservations, reservationOf(area, cti, direction), untilMs)
      trim(reservations, RESERVATIONS_MAX)
    } else if (old?.area !== undefined && !lanes.has(key)) {
      reservations.delete(reservationOf(old.area, cti, old.direction))
    }
    return true
  }

  function mergeVisit(fact: Visit): boolean {
    const key = `${fact.area}:${fact.cti}`
    const old = visits.get(key)
    if (old !== undefined && !beatsVisit(fact, old)) return false
    putLast(visits, key, fact)
    trim(visits, VISITS_MAX)
    return true
  }

  function addPardon(of: string, atMs: number): boolean {
    if ((pardons.get(of) ?? 0) >= atMs) return false
    pardons.set(of, atMs)
    trim(pardons, PARDONS_MAX)
    return true
  }

  return {
    staleRefusedMs: cti => staleRefused.get(cti) ?? 0,
    staleRefused(cti, atMs) {
      // The first counts: what a scanner repeats must not put the second off for ever.
      if (atMs - (staleRefused.get(cti) ?? 0) < STALE_AGAIN_MS) return
      putLast(staleRefused, cti, atMs)
      trim(staleRefused, STALE_REFUSALS_MAX)
    },
    presentation(cti, presentedAt) {
      const use = uses.get(keyOf({ cti, presentedAt }))
      if (use === undefined) return undefined
      const { direction, outcome, at: atMs, grants } = use
      return { lane: laneOf(use), direction, outcome, atMs, grants }
    },
    visit(area, cti) {
      const visit = visits.get(`${area}:${cti}`)
      return visit && { inside: visit.inside, atMs: visit.at }
    },
    reserved(area, cti, direction, nowMs) {
      return (reservations.get(reservationOf(area, cti, direction)) ?? 0) > nowMs
    },
    pardonedMs: () => Math.max(0, ...pardons.values()),
    pardon(at) {
      if (addPardon(gate, at)) listener({ kind: 'pardon', gate, at })
    },
    reserve(grant, lane, at) {
      const { cti, presentedAt, area, direction } = grant
      if (cti === undefined || presentedAt === undefined) return
      const key = keyOf({ cti, presentedAt })
      const grants = (uses.get(key)?.grants ?? 0) + 1
      const use: Use = {
        ...{ kind: 'use', gate, lane, cti, presentedAt, area, direction },
        ...{ outcome: 'reserved', at, grants },
      }
      putLast(uses, key, use)
      trim(uses, PRESENTATIONS_MAX)
      lanes.set(key, lane)
      // Its end comes from this gate's own machine, however long that takes.
      reservations.set(reservationOf(area, cti, direction), Number.POSITIVE_INFINITY)
      listener(use)
    },
    forget(grant) {
      const { cti, presentedAt } = grant
      if (cti === undefined || presentedAt === undefined) return
      const key = keyOf({ cti, presentedAt })
      settle(grant, 'annulled', uses.get(key)?.at ?? 0)
      if (uses.get(key)?.gate === gate) uses.delete(key)
    },
    passed(grant, at) {
      settle(grant, 'passed', at)
      const { cti, area, direction } = grant
      if (cti === undefined) return
      const visit: Visit = { kind: 'visit', gate, area, cti, inside: direction === 'entry', at }
      putLast(visits, `${area}:${cti}`, visit)
      trim(visits, VISITS_MAX)
      listener(visit)
    },
    annulled(grant, reason, at) {
      settle(grant, reason === 'RESTART' ? 'interrupted' : 'annulled', at)
    },
    onFact(told) {
      listener = told
    },
    merge(fact, nowMs) {
      if (fact.at > nowMs + FACT_AHEAD_MAX_MS) return 'ahead'
      if (fact.at < nowMs - PRESENTATION_KEEP_MS) return 'old'
      const merged =
        fact.kind === 'use'
          ? mergeUse(fact, nowMs)
          : fact.kind === 'visit'
            ? mergeVisit(fact)
            : addPardon(fact.gate, fact.at)
      return merged ? 'merged' : 'known'
    },
    *facts() {
      yield* uses.values()
      yield* visits.values()
      for (const [of, at] of pardons) yield { kind: 'pardon', gate: of, at }
    },
  }
}

/** One for each gate of a station. */
const PARDONS_MAX = 256

function keyOf({ cti, presentedAt }: { cti: string; presentedAt: number }): string {
  return `${cti}:${presentedAt}`
}

function reservationOf(area: string, cti: string, direction: Direction): string {
  return `${area}:${cti}:${direction}`
}

/** A Map keeps insertion order: putting anew makes an entry the youngest. */
function putLast<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
}

function trim<V>(map: Map<string, V>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return
    map.delete(key)
  }
}
