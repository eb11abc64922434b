/**
 * What the gate remembers of presentations and visits, in memory for the decision; its own are on
 * disk as the journal's projection, from which it starts. A grant reserves here at once, before
 * its row is written, so that two lanes can't race; a row that could not be written takes it back.
 * What sibling gates tell counts like its own and is kept apart, so that it pushes nothing out.
 */

import type { GrantBody } from '../contract/events.ts'
import { type MemoryView, STALE_AGAIN_MS } from '../decide/rules.ts'
import type { MemoryMax } from '../limits.ts'
import {
  FACT_AHEAD_MAX_MS,
  GRANTS_MAX,
  MEMORY_LOW_SHARE,
  MEMORY_MAX,
  PAPER_KEEP_MS,
  STALE_REFUSALS_MAX,
} from '../limits.ts'
import { beatsUse, beatsVisit, type Fact, type Use, type Visit } from './facts.ts'
import { createOwnMemory } from './own-memory.ts'
import { type MemorySnapshot, type PackedMemory, packMemory } from './packed-memory.ts'
import { type MeaningfulRow, meaningOf, type UseMeant } from './row-meaning.ts'
import { createSiblingMemory } from './sibling-memory.ts'

export interface Memory extends MemoryView {
  /**
   * A row that is on its way to the journal. `ended`: of a passage or an annulment the grant that it
   * ends; undefined where it ends none.
   */
  apply(row: MeaningfulRow, ended?: GrantBody): void
  /** Takes a grant back whose row could not be written. */
  forget(grant: GrantBody): void
  /** This certificate was refused at an exit for a stale code. */
  staleRefused(cti: string, atMs: number): void
  /** This gate's own use of a code, under way or as it ended. */
  own(cti: string, presentedAt: number): Use | undefined
  /** Called at once with each fact that arises here. */
  onFact(listener: (fact: Fact) => void): void
  /** The siblings that may tell: each gets a share, and what others have told is forgotten. */
  follow(siblings: readonly string[]): void
  /**
   * A fact that the sibling `from` has told. `known`: nothing new. `old` or `ahead`: its time is out
   * of bounds.
   */
  merge(fact: Fact, from: string, nowMs: number): 'merged' | 'known' | 'old' | 'ahead'
  /**
   * All that is remembered: codes, then visits, then emergencies, siblings' first, each the longest
   * known first. May be read while it changes.
   */
  facts(): Iterable<Fact>
  /** Drops up to `most` entries of each kind whose time is over; for a clock that is sure alone. */
  expire(nowMs: number, most: number): void
  /** What is nearly full, or of which sibling's word something was forgotten since the last call. */
  low(): string[]
}

/** `gate`: this gate's own name among its siblings. */
export function createMemory(
  snapshot: MemorySnapshot | PackedMemory,
  gate = 'this',
  max: MemoryMax = MEMORY_MAX,
): Memory {
  const ours = createOwnMemory('codes' in snapshot ? snapshot : packMemory(snapshot), gate, max)
  const theirs = createSiblingMemory(max)
  const staleRefused = new Map<string, number>()
  /** By area; of '' every one. */
  const pardons = new Map(snapshot.pardons?.map(({ area, atMs }) => [area, atMs]))
  let listener: (fact: Fact) => void = () => {}

  /** Siblings' lanes are named with their gate. */
  const laneOf = (use: Use): string => (use.gate === gate ? use.lane : `${use.gate}/${use.lane}`)

  /** OwnMemory while it is under way, unless somebody has walked elsewhere; else the one that counts. */
  function useOf(cti: string, presentedAt: number): Use | undefined {
    const our = ours.use(cti, presentedAt)
    const their = theirs.use(cti, presentedAt)
    if (our === undefined || their === undefined) return our ?? their
    const underWay = ours.open(cti, presentedAt) !== undefined
    const beaten = underWay ? their.outcome === 'passed' : beatsUse(their, our)
    return beaten ? their : our
  }

  function visitOf(area: string, cti: string): Visit | undefined {
    const our = ours.visit(area, cti)
    const their = theirs.visit(area, cti)
    if (our === undefined || their === undefined) return our ?? their
    return beatsVisit(their, our) ? their : our
  }

  function takeUse(meant: UseMeant, lane: string, at: number): void {
    const { paper, counts, area, ...shown } = meant
    const ended = counts ? undefined : ours.end(shown.cti, shown.presentedAt)
    if (!counts && ended === undefined) return
    const before = ended?.use ?? useOf(shown.cti, shown.presentedAt)
    const grants = Math.min(GRANTS_MAX, (before?.grants ?? 0) + Number(counts))
    const use: Use = {
      ...{ kind: 'use', gate, lane: ended?.use.lane ?? lane, ...shown },
      // The area is what another lane may not let it into meanwhile.
      ...(area === undefined ? {} : { area }),
      ...{ at, grants },
    }
    if (use.outcome === 'reserved') ours.reserve(use, paper)
    else ours.keep(use, paper)
    listener(use)
  }

  function voidArea(area: string, at: number): void {
    if ((pardons.get(area) ?? 0) >= at) return
    pardons.set(area, at)
    listener(pardonOf(area, at))
  }

  const pardonOf = (area: string, at: number): Fact => ({
    ...{ kind: 'pardon', gate, at },
    ...(area === '' ? {} : { area }),
  })

  return {
    staleRefusedMs: cti => staleRefused.get(cti) ?? 0,
    staleRefused(cti, atMs) {
      // The first counts: what a scanner repeats must not put the second off for ever.
      if (atMs - (staleRefused.get(cti) ?? 0) < STALE_AGAIN_MS) return
      staleRefused.delete(cti)
      staleRefused.set(cti, atMs)
      const [oldest] = staleRefused.keys()
      if (staleRefused.size > STALE_REFUSALS_MAX) staleRefused.delete(oldest as string)
    },
    presentation(cti, presentedAt) {
      const use = useOf(cti, presentedAt)
      if (use === undefined) return undefined
      const { direction, outcome, at: atMs, grants } = use
      return { lane: laneOf(use), direction, outcome, atMs, grants }
    },
    visit(area, cti) {
      const visit = visitOf(area, cti)
      return visit && { inside: visit.inside, unsure: visit.unsure, atMs: visit.at }
    },
    reserved: (area, cti, direction, nowMs) =>
      ours.reserved(area, cti, direction) || theirs.reserved(area, cti, direction, nowMs),
    hasRoom: ours.hasRoom,
    pardonedMs: area =>
      Math.max(pardons.get(area) ?? 0, pardons.get('') ?? 0, theirs.pardonedMs(area)),
    apply(row, ended) {
      const { use, visit, voids } = meaningOf(row, ended)
      if (use !== undefined) takeUse(use, row.lane, row.at)
      if (visit !== undefined) {
        const fact: Visit = { kind: 'visit', gate, ...visit, at: row.at }
        ours.keepVisit(fact)
        listener(fact)
      }
      if (voids !== undefined) voidArea(voids, row.at)
    },
    forget(grant) {
      const { cti, presentedAt } = grant
      if (cti === undefined || presentedAt === undefined) return
      const ended = ours.end(cti, presentedAt)
      if (ended === undefined) return
      const { area, ...reserved } = ended.use
      listener({ ...reserved, outcome: 'annulled' })
    },
    own: ours.use,
    onFact(told) {
      listener = told
    },
    follow: theirs.follow,
    merge(fact, from, nowMs) {
      if (fact.at > nowMs + FACT_AHEAD_MAX_MS) return 'ahead'
      if (fact.at < nowMs - PAPER_KEEP_MS) return 'old'
      return fact.gate !== gate && isNews(fact) && theirs.merge(fact, from, nowMs)
        ? 'merged'
        : 'known'
    },
    *facts() {
      yield* theirs.uses()
      yield* ours.uses()
      yield* theirs.visits()
      yield* ours.visits()
      yield* theirs.pardons()
      for (const [area, at] of pardons) yield pardonOf(area, at)
    },
    expire(nowMs, most) {
      ours.expire(nowMs, most)
      theirs.expire(nowMs, most)
    },
    low: () => [
      ...ours
        .fill()
        .filter(({ share }) => share >= MEMORY_LOW_SHARE)
        .map(({ what, share }) => `${what} ${Math.floor(share * 100)} %`),
      ...theirs.overfull().map(name => `more than its share from ${name}`),
    ],
  }

  /** A use of our own is settled by us, unless somebody has walked elsewhere. */
  function isNews(fact: Fact): boolean {
    if (fact.kind !== 'use') return true
    const our = ours.use(fact.cti, fact.presentedAt)
    if (our === undefined || fact.outcome === 'passed') return true
    return ours.open(fact.cti, fact.presentedAt) === undefined && beatsUse(fact, our)
  }
}
