/** What a start reads from the journal for the gate's memory. */
import type { DatabaseSync } from 'node:sqlite'
import type { AreaVisit } from '../decide/areas.ts'
import type { SeenPresentation } from '../decide/rules.ts'
import { MEMORY_MAX, type MemoryMax } from '../limits.ts'
import { whereIn } from './ledger-entries.ts'
import { pardonedArea } from './projection.ts'

/** A presentation used here. */
export interface SnapshotUse extends SeenPresentation {
  readonly cti: string
  readonly presentedAt: number
  /** Of a paper pass. */
  readonly paper?: boolean
}

/** What memory is made of at start, each kind oldest first. */
export interface MemorySnapshot {
  readonly presentations: readonly SnapshotUse[]
  readonly visits: readonly (AreaVisit & { area: string; cti: string })[]
  readonly pardons?: readonly PardonedArea[]
}

/** When the last fire or emergency release of an area was, Unix milliseconds; '': of every one. */
export interface PardonedArea {
  readonly area: string
  readonly atMs: number
}

const PRESENTATIONS = {
  ...{ cti: 'cti', presentedAt: 'presented_at', lane: 'lane', direction: 'direction' },
  ...{ outcome: 'outcome', atMs: 'at', grants: 'grants' },
}
const VISITS = { area: 'area', cti: 'cti', inside: 'inside', atMs: 'at' }

/** `max`: of each kind so many of the youngest, 1 and up. */
export function readMemory(db: DatabaseSync, max: MemoryMax = MEMORY_MAX): PackedMemory {
  return {
    presentations: youngest(db, 'presentations', PRESENTATIONS, max.codes),
    papers: youngest(db, 'papers', PRESENTATIONS, max.papers),
    visits: youngest(db, 'visits', VISITS, max.visits),
    pardons: readPardons(db),
  }
}

function readPardons(db: DatabaseSync): PardonedArea[] {
  const rows = db.prepare('SELECT name, at FROM marks ORDER BY at').all()
  return rows.flatMap(({ name, at }) => {
    const area = pardonedArea(name as string)
    return area === undefined ? [] : [{ area, atMs: at as number }]
  })
}

/**
 * The youngest `max`, oldest first. Read in the table's own order, for which the plus keeps SQLite from
 * the index, and sorted here: by the index of time each row would be looked up for itself, which takes
 * twice as long.
 */
function youngest(
  db: DatabaseSync,
  table: 'presentations' | 'papers' | 'visits',
  columns: Readonly<Record<string, string>>,
  max: number,
): Columns {
  const names = Object.keys(columns)
  const read = db.prepare(
    `SELECT ${Object.values(columns).join(', ')} FROM ${table} WHERE +at >= coalesce(
       (SELECT at FROM ${table} ORDER BY at DESC LIMIT 1 OFFSET ?), 0)`,
  )
  read.setReturnArrays(true)
  const time = names.indexOf('atMs')
  const rows = read.all(max - 1) as unknown as readonly unknown[][]
  const sorted = [...rows].sort((a, b) => Number(a[time]) - Number(b[time])).slice(-max)
  return Object.fromEntries(names.map((name, column) => [name, sorted.map(row => row[column])]))
}

/** Rows turned into one list a column: from thread to thread a tenth of the work of as many objects. */
export interface PackedMemory {
  readonly presentations: Columns
  readonly papers: Columns
  readonly visits: Columns
  readonly pardons: readonly PardonedArea[]
}
type Columns = Readonly<Record<string, readonly unknown[]>>

export const NO_MEMORY: PackedMemory = {
  ...{ presentations: {}, papers: {}, visits: {} },
  pardons: [],
}

export function unpackMemory(packed: PackedMemory): MemorySnapshot {
  const { presentations, papers, visits, pardons } = packed
  return {
    presentations: [
      ...toRows<SnapshotUse>(presentations),
      ...toRows<SnapshotUse>(papers).map(one => ({ ...one, paper: true })),
    ],
    visits: toRows<PackedVisit>(visits).map(visit => ({ ...visit, ...whereIn(visit.inside) })),
    pardons,
  }
}

type PackedVisit = Omit<MemorySnapshot['visits'][number], 'inside' | 'unsure'> & { inside: number }

function toRows<Row>(columns: Columns): Row[] {
  const names = Object.keys(columns)
  const count = columns[names[0] ?? '']?.length ?? 0
  return Array.from({ length: count }, (_, index) => {
    const row: Record<string, unknown> = {}
    for (const name of names) row[name] = columns[name]?.[index]
    return row as Row
  })
}
