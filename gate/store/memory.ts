/**
 * What the gate remembers of presentations and visits, in memory for the decision; the same is on
 * disk as the journal's projection, from which it starts. A grant reserves here at once, before
 * its row is written, so that two lanes can't race; a row that could not be written takes it back.
 * Bounded: the oldest go first.
 */
import type { AnnulReason, Direction, GrantBody } from '../contract/events.ts'
import type { AreaVisit, MemoryView, SeenPresentation } from '../decide/rules.ts'
import { PRESENTATIONS_MAX, VISITS_MAX } from '../limits.ts'
import type { MemorySnapshot } from './snapshot.ts'

export interface Memory extends MemoryView {
  reserve(grant: GrantBody, lane: string, atMs: number): void
  /** Takes a reservation back whose row could not be written. */
  forget(grant: GrantBody): void
  passed(grant: GrantBody, atMs: number): void
  annulled(grant: GrantBody, reason: AnnulReason, atMs: number): void
  /** A fire or an emergency release, begun or over: what was known of areas is void. */
  pardon(atMs: number): void
}

export function createMemory(snapshot: MemorySnapshot): Memory {
  const presentations = new Map<string, SeenPresentation>()
  const visits = new Map<string, AreaVisit>()
  const reservations = new Set<string>()
  let pardonedMs = snapshot.pardonedMs ?? 0
  for (const { cti, presentedAt, ...seen } of snapshot.presentations) {
    presentations.set(`${cti}:${presentedAt}`, seen)
  }
  for (const { area, cti, ...visit } of snapshot.visits) visits.set(`${area}:${cti}`, visit)

  const keyOf = (grant: GrantBody): string | undefined =>
    grant.cti === undefined || grant.presentedAt === undefined
      ? undefined
      : `${grant.cti}:${grant.presentedAt}`
  const reservationOf = (area: string, cti: string, direction: Direction): string =>
    `${area}:${cti}:${direction}`

  function settle(grant: GrantBody, outcome: SeenPresentation['outcome'], atMs: number): void {
    if (grant.cti !== undefined) {
      reservations.delete(reservationOf(grant.area, grant.cti, grant.direction))
    }
    const key = keyOf(grant)
    const seen = key === undefined ? undefined : presentations.get(key)
    if (key !== undefined && seen !== undefined) presentations.set(key, { ...seen, outcome, atMs })
  }

  return {
    presentation: (cti, presentedAt) => presentations.get(`${cti}:${presentedAt}`),
    visit: (area, cti) => visits.get(`${area}:${cti}`),
    reserved: (area, cti, direction) => reservations.has(reservationOf(area, cti, direction)),
    pardonedMs: () => pardonedMs,
    pardon(atMs) {
      pardonedMs = Math.max(pardonedMs, atMs)
    },
    reserve(grant, lane, atMs) {
      const key = keyOf(grant)
      if (key === undefined || grant.cti === undefined) return
      const grants = (presentations.get(key)?.grants ?? 0) + 1
      const { direction } = grant
      putLast(presentations, key, { lane, direction, outcome: 'reserved', atMs, grants })
      trim(presentations, PRESENTATIONS_MAX)
      reservations.add(reservationOf(grant.area, grant.cti, grant.direction))
    },
    forget(grant) {
      settle(grant, 'annulled', 0)
      const key = keyOf(grant)
      if (key !== undefined) presentations.delete(key)
    },
    passed(grant, atMs) {
      settle(grant, 'passed', atMs)
      if (grant.cti === undefined) return
      putLast(visits, `${grant.area}:${grant.cti}`, { inside: grant.direction === 'entry', atMs })
      trim(visits, VISITS_MAX)
    },
    annulled(grant, reason, atMs) {
      settle(grant, reason === 'RESTART' ? 'interrupted' : 'annulled', atMs)
    },
  }
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
