/** What a start reads from the journal for the gate's memory. */
import type { DatabaseSync } from 'node:sqlite'
import { MEMORY_MAX, type MemoryMax } from '../limits.ts'
import { USE_BITS } from './ledger-entries.ts'
import {
  numbered,
  type PackedEntries,
  type PackedMemory,
  type PardonedArea,
} from './packed-memory.ts'
import { pardonedArea } from './projection.ts'

const CTI_BYTES = 16

/** What a table's columns are, as SQL. */
interface Columns {
  readonly number: string
  readonly bits: string
  readonly name: string
  readonly grants: string
}

const USES: Columns = { number: 'presented_at', bits: USE_BITS, name: 'lane', grants: 'grants' }
const VISITS: Columns = { number: '0', bits: 'inside', name: 'area', grants: '0' }

/** `max`: of each kind so many of the youngest, 1 and up. */
export function readMemory(db: DatabaseSync, max: MemoryMax = MEMORY_MAX): PackedMemory {
  return {
    codes: youngest(db, 'presentations', USES, max.codes),
    papers: youngest(db, 'papers', USES, max.papers),
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
 * The youngest `max`, oldest first. SQLite puts each column together itself: to hand over rows one by
 * one takes ten times as long. Read in the table's own order, for which the plus keeps SQLite from the
 * index, and sorted here: by the index of time each row would be looked up for itself. A certificate
 * that is none, which nobody can show, is left out.
 */
function youngest(
  db: DatabaseSync,
  table: 'presentations' | 'papers' | 'visits',
  { number, bits, name, grants }: Columns,
  max: number,
): PackedEntries {
  const found = db
    .prepare(
      `SELECT CAST(group_concat(unhex(cti), '') AS BLOB) AS ctis, json_group_array(at) AS ats,
         json_group_array(${number}) AS numbers, json_group_array(${bits}) AS bits,
         json_group_array(${name}) AS names, json_group_array(${grants}) AS grants
       FROM ${table} WHERE +at >= coalesce(
         (SELECT at FROM ${table} ORDER BY at DESC LIMIT 1 OFFSET ?), 0)
         AND length(unhex(cti)) = ${CTI_BYTES}`,
    )
    .get(max - 1) as unknown as Found
  const ats = Float64Array.from(JSON.parse(found.ats))
  const order = byTime(ats).slice(-max)
  const { named, names } = numbered(JSON.parse(found.names))
  return {
    words: wordsOf(found.ctis ?? new Uint8Array(), order),
    ats: inOrder(ats, order),
    numbers: inOrder(Float64Array.from(JSON.parse(found.numbers)), order),
    bits: inOrder(Uint8Array.from(JSON.parse(found.bits)), order),
    grants: inOrder(Uint16Array.from(JSON.parse(found.grants)), order),
    named: inOrder(named, order),
    names,
  }
}

/** One element of each row; lists are JSON. */
interface Found {
  /** Null of no row. */
  readonly ctis: Uint8Array | null
  readonly ats: string
  readonly numbers: string
  readonly bits: string
  readonly names: string
  readonly grants: string
}

const WORD_BYTES = 4
const CTI_WORDS = CTI_BYTES / WORD_BYTES

function wordsOf(ctis: Uint8Array, order: Uint32Array): Uint32Array {
  const found = new Uint32Array(ctis.length / WORD_BYTES)
  // The first digits are the highest of a word.
  Buffer.from(found.buffer).set(ctis)
  Buffer.from(found.buffer).swap32()
  const words = new Uint32Array(order.length * CTI_WORDS)
  for (let i = 0; i < words.length; i++) {
    words[i] = found[(order[i >>> 2] as number) * CTI_WORDS + (i & 3)] as number
  }
  return words
}

function inOrder<Column extends Float64Array | Uint16Array | Uint8Array>(
  column: Column,
  order: Uint32Array,
): Column {
  const sorted = column.slice(0, order.length) as Column
  for (let i = 0; i < order.length; i++) sorted[i] = column[order[i] as number] as number
  return sorted
}

/** More than any kind of memory holds, and so a place's share of a number that is exact. */
const PLACES = 2 ** 20

/**
 * The places of `ats` from the oldest to the youngest. Time and place are sorted as one number, which
 * takes half as long as by a comparison, where all came within the 99 days for which it is exact.
 */
function byTime(ats: Float64Array): Uint32Array {
  const places = new Uint32Array(ats.length)
  let first = Number.POSITIVE_INFINITY
  let last = 0
  for (let place = 0; place < ats.length; place++) {
    const at = ats[place] as number
    places[place] = place
    first = Math.min(first, at)
    last = Math.max(last, at)
  }
  if ((last - first + 1) * PLACES > Number.MAX_SAFE_INTEGER || ats.length > PLACES) {
    return places.sort((a, b) => (ats[a] as number) - (ats[b] as number))
  }
  const keys = ats.map((at, place) => (at - first) * PLACES + place).sort()
  return places.map(place => (keys[place] as number) % PLACES)
}
