/**
 * What the gate remembers of presentations and visits, in memory for the decision; its own are on
 * disk as the journal's projection, from which it starts. A grant reserves here at once, before
 * its row is written, so that two lanes can't race; a row that could not be written takes it back.
 * What sibling gates tell counts like its own and is kept apart, so that it pushes nothing out.
 */
import { beatsUse, beatsVisit, type Fact, type Use, type Visit } from '../bus/facts.ts'
import { FACT_AHEAD_MAX_MS } from '../bus/limits.ts'
import type { GrantBody, ScanBody } from '../contract/events.ts'
import { type Annulment, mayHaveWalked, settlesVisit, whereAfter } from '../contract/visits.ts'
import { type MemoryView, type SeenPresentation, STALE_AGAIN_MS } from '../decide/rules.ts'
import {
  GRANTS_MAX,
  MEMORY_LOW_SHARE,
  MEMORY_MAX,
  PAPER_KEEP_MS,
  STALE_REFUSALS_MAX,
} from '../limits.ts'
import { createOurs, type MemoryMax } from './ours.ts'
import type { MemorySnapshot } from './snapshot.ts'
import { createTheirs } from './theirs.ts'

export interface Memory extends MemoryView {
  reserve(grant: GrantBody, lane: string, atMs: number): void
  /** Takes a reservation back whose row could not be written. */
  forget(grant: GrantBody): void
  passed(grant: GrantBody, atMs: number): void
  annulled(grant: GrantBody, end: Annulment, atMs: number): void
  /** What was scanned on a free way, which has no grants: used, and through, where it says so. */
  walkedFree(scan: ScanBody, lane: string, atMs: number): void
  /** This certificate was refused at an exit for a stale code. */
  staleRefused(cti: string, atMs: number): void
  /** A fire or an emergency release, begun or over: what was known of its lane's area is void. */
  pardon(area: string, atMs: number): void
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
  snapshot: MemorySnapshot,
  gate = 'this',
  max: MemoryMax = MEMORY_MAX,
): Memory {
  const ours = createOurs(snapshot, gate, max)
  const theirs = createTheirs(max)
  const staleRefused = new Map<string, number>()
  /** By area; of '' every one. */
  const pardons = new Map(snapshot.pardons?.map(({ area, atMs }) => [area, atMs]))
  let listener: (fact: Fact) => void = () => {}

  /** Siblings' lanes are named with their gate. */
  const laneOf = (use: Use): string => (use.gate === gate ? use.lane : `${use.gate}/${use.lane}`)

  /** Ours while it is under way, unless somebody has walked elsewhere; else the one that counts. */
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

  function settle(grant: GrantBody, outcome: SeenPresentation['outcome'], at: number): void {
    const ended = endOf(grant)
    if (ended === undefined) return
    const { area, ...reserved } = ended.use
    const use: Use = { ...reserved, outcome, at }
    ours.keep(use, ended.paper)
    listener(use)
  }

  /** Somebody went through on the grant; not `seen`: they may have. */
  function went(grant: GrantBody, at: number, seen: boolean): void {
    const { cti, area, direction } = grant
    if (cti === undefined || !settlesVisit(grant)) return
    keepVisit({ cti, area, ...whereAfter(direction, seen), at })
  }

  function keepVisit(where: Omit<Visit, 'kind' | 'gate'>): void {
    const visit: Visit = { kind: 'visit', gate, ...where }
    ours.keepVisit(visit)
    listener(visit)
  }

  function endOf({ cti, presentedAt }: GrantBody): ReturnType<typeof ours.end> {
    return cti === undefined || presentedAt === undefined ? undefined : ours.end(cti, presentedAt)
  }

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
    pardon(area, at) {
      if ((pardons.get(area) ?? 0) >= at) return
      pardons.set(area, at)
      listener({ kind: 'pardon', gate, area, at })
    },
    reserve(grant, lane, at) {
      const { cti, presentedAt, area, direction, paper = false } = grant
      if (cti === undefined || presentedAt === undefined) return
      const grants = Math.min(GRANTS_MAX, (useOf(cti, presentedAt)?.grants ?? 0) + 1)
      const use: Use = {
        ...{ kind: 'use', gate, lane, cti, presentedAt, direction },
        // The area is what another lane may not let it into meanwhile.
        ...(settlesVisit(grant) ? { area } : {}),
        ...{ outcome: 'reserved', at, grants },
      }
      ours.reserve(use, paper)
      listener(use)
    },
    forget(grant) {
      const ended = endOf(grant)
      if (ended === undefined) return
      const { area, ...reserved } = ended.use
      listener({ ...reserved, outcome: 'annulled' })
    },
    passed(grant, at) {
      settle(grant, 'passed', at)
      went(grant, at, true)
    },
    walkedFree({ cti, presentedAt, area, direction, paper = false }, lane, at) {
      if (cti === undefined || area === undefined) return
      if (presentedAt !== undefined) {
        const use: Use = {
          ...{ kind: 'use', gate, lane, cti, presentedAt, direction },
          ...{ outcome: 'passed', at, grants: 1 },
        }
        ours.keep(use, paper)
        listener(use)
      }
      keepVisit({ cti, area, ...whereAfter(direction, true), at })
    },
    annulled(grant, end, at) {
      const used = mayHaveWalked(end)
      settle(grant, used ? 'interrupted' : 'annulled', at)
      if (used) went(grant, at, false)
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
      for (const [area, at] of pardons) {
        yield { kind: 'pardon', gate, ...(area === '' ? {} : { area }), at }
      }
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
