/**
 * What this gate itself has seen: grants under way, codes and paper passes used, and who is where.
 * On disk it is the journal's projection. Nothing of it is forgotten before its time: at its bound
 * an entry is refused, and what is left beyond is for those who leave.
 */

import type { Direction, GrantBody } from '../contract/events.ts'
import {
  EXITS_SHARE,
  type MemoryMax,
  NAMES_MAX,
  PAPER_KEEP_MS,
  PHONE_KEEP_MS,
  VISIT_KEEP_MS,
} from '../limits.ts'
import type { Use, Visit } from './facts.ts'
import { createLedger, type Ledger } from './ledger.ts'
import {
  createNames,
  interrupted,
  packUse,
  packVisit,
  unpackUse,
  unpackVisit,
  useLaneName,
} from './ledger-entries.ts'
import type { PackedEntries, PackedMemory } from './packed-memory.ts'

export interface OwnMemory {
  /** The grant under way for this presentation. */
  open(cti: string, presentedAt: number): Use | undefined
  /** Under way, or as it ended. */
  use(cti: string, presentedAt: number): Use | undefined
  visit(area: string, cti: string): Visit | undefined
  reserved(area: string, cti: string, direction: Direction): boolean
  /** Whether another grant like this one could be remembered. */
  hasRoom(grant: RoomFor): boolean
  reserve(use: Use, paper: boolean): void
  /** Ends the grant under way; undefined when there is none. */
  end(cti: string, presentedAt: number): { use: Use; paper: boolean } | undefined
  keep(use: Use, paper: boolean): void
  keepVisit(visit: Visit): void
  /** Drops up to `most` of each kind whose time is over. */
  expire(nowMs: number, most: number): void
  /** How full each kind is, 0 to 1. */
  fill(): readonly { readonly what: string; readonly share: number }[]
  uses(): Iterable<Use>
  visits(): Iterable<Visit>
}

/** What `reserve` needs to know of a grant to find room. */
export type RoomFor = Pick<GrantBody, 'cti' | 'presentedAt' | 'area' | 'direction' | 'paper'>

/** All entries here are of one owner. */
const SELF = 0

/** `start`: what a start has read. */
export function createOwnMemory(start: PackedMemory, gate: string, max: MemoryMax): OwnMemory {
  const codes = createLedger(max.codes)
  const papers = createLedger(max.papers)
  const visits = createLedger(max.visits)
  const names = createNames(NAMES_MAX)
  const open = new Map<string, { use: Use; paper: boolean }>()

  function keep(use: Use, paper: boolean): void {
    const entry = packUse(use, names)
    if (entry !== undefined) (paper ? papers : codes).put(SELF, entry)
  }

  function keepVisit(visit: Visit): void {
    const entry = packVisit(visit, names)
    if (entry !== undefined) visits.put(SELF, entry)
  }

  /** The last of it is kept for exits. */
  function isRoomIn(ledger: Ledger, direction: Direction): boolean {
    const { entriesMax } = ledger
    const max = direction === 'exit' ? entriesMax : Math.floor(entriesMax * (1 - EXITS_SHARE))
    return ledger.size() < max
  }

  function visitEntry(area: string, cti: string) {
    const number = names.known(area)
    return number === undefined ? undefined : visits.find(SELF, cti, number)
  }

  /** A lane without a number any more takes its uses with it. */
  function loadUses(ledger: Ledger, uses: PackedEntries): void {
    const numbers = uses.names.map(lane => names.numberOf(useLaneName({ gate, lane })))
    const laneOf = (i: number) => numbers[uses.named[i] as number]
    ledger.load(SELF, {
      ...uses,
      bits: uses.bits.map(interrupted),
      lanes: uses.named.map((_, i) => laneOf(i) ?? 0),
      numbers: uses.numbers.map((at, i) => (laneOf(i) === undefined ? Number.NaN : at)),
    })
  }

  function loadVisits(entries: PackedEntries): void {
    const lane = names.numberOf(gate) ?? 0
    const areas = entries.names.map(area => names.numberOf(area) ?? Number.NaN)
    visits.load(SELF, {
      ...entries,
      lanes: entries.named.map(() => lane),
      numbers: entries.numbers.map((_, i) => areas[entries.named[i] as number] as number),
    })
  }

  loadUses(codes, start.codes)
  loadUses(papers, start.papers)
  loadVisits(start.visits)

  const ofOpen = (cti: string, presentedAt: number) => open.get(keyOf(cti, presentedAt))?.use
  return {
    open: ofOpen,
    use(cti, presentedAt) {
      const entry = codes.find(SELF, cti, presentedAt) ?? papers.find(SELF, cti, presentedAt)
      return ofOpen(cti, presentedAt) ?? (entry && unpackUse(entry, names))
    },
    visit(area, cti) {
      const entry = visitEntry(area, cti)
      return entry && unpackVisit(entry, names)
    },
    reserved(area, cti, direction) {
      for (const { use } of open.values()) {
        if (use.cti === cti && use.area === area && use.direction === direction) return true
      }
      return false
    },
    hasRoom({ cti = '', presentedAt = 0, area, direction, paper = false }) {
      const uses = paper ? papers : codes
      const forUse = isRoomIn(uses, direction) || uses.find(SELF, cti, presentedAt) !== undefined
      return forUse && (isRoomIn(visits, direction) || visitEntry(area, cti) !== undefined)
    },
    reserve(use, paper) {
      open.set(keyOf(use.cti, use.presentedAt), { use, paper })
    },
    end(cti, presentedAt) {
      const key = keyOf(cti, presentedAt)
      const one = open.get(key)
      open.delete(key)
      return one
    },
    keep,
    keepVisit,
    expire(nowMs, most) {
      codes.expire(SELF, nowMs - PHONE_KEEP_MS, most)
      papers.expire(SELF, nowMs - PAPER_KEEP_MS, most)
      visits.expire(SELF, nowMs - VISIT_KEEP_MS, most)
    },
    fill: () =>
      Object.entries({ codes, 'paper passes': papers, visits }).map(([what, ledger]) => ({
        what,
        share: ledger.size() / ledger.entriesMax,
      })),
    *uses() {
      for (const ledger of [papers, codes]) {
        for (const entry of ledger.entriesOf(SELF)) yield unpackUse(entry, names)
      }
      for (const { use } of open.values()) yield use
    },
    *visits() {
      for (const entry of visits.entriesOf(SELF)) yield unpackVisit(entry, names)
    },
  }
}

function keyOf(cti: string, presentedAt: number): string {
  return `${cti}:${presentedAt}`
}
