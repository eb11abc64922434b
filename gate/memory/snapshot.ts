/** What a start reads from the journal for the gate's memory. */
import assert from 'node:assert/strict'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { MEMORY_MAX, type MemoryMax } from '../limits.ts'
import { byTime } from './by-time.ts'
import { USE_BITS } from './ledger-entries.ts'
import {
  createColumns,
  createNumbering,
  inOrder,
  type PackedColumns,
  type PackedEntries,
  type PackedMemory,
  type PardonedArea,
} from './packed-memory.ts'
import { pardonedArea } from './projection.ts'

/** How a table is read, as SQL. */
interface Kind {
  readonly table: 'presentations' | 'papers' | 'visits'
  /** What its key has before the certificate. */
  readonly under: 'area' | undefined
  /** Undefined where all are 0. */
  readonly number: string | undefined
  /** Bits, and above them how often it was granted. */
  readonly state: string
  readonly name: string
}

const STATE_BITS = 3

const USES = {
  ...{ under: undefined, number: 'presented_at', name: 'lane' },
  state: `(${USE_BITS}) + (grants << ${STATE_BITS})`,
} as const
const CODES: Kind = { table: 'presentations', ...USES }
const PAPERS: Kind = { table: 'papers', ...USES }
const VISITS: Kind = {
  ...{ table: 'visits', under: 'area', number: undefined, state: 'inside', name: 'area' },
}

/** `max`: of each kind so many of the youngest, 1 and up. Throws what SQLite throws. */
export function readMemory(db: DatabaseSync, max: MemoryMax = MEMORY_MAX): PackedMemory {
  db.exec('BEGIN')
  try {
    return {
      codes: youngest(db, CODES, max.codes),
      papers: youngest(db, PAPERS, max.papers),
      visits: youngest(db, VISITS, max.visits),
      pardons: readPardons(db),
    }
  } finally {
    // Some errors have ended it already.
    if (db.isTransaction) db.exec('COMMIT')
  }
}

function readPardons(db: DatabaseSync): PardonedArea[] {
  const rows = db.prepare('SELECT name, at FROM marks ORDER BY at').all()
  return rows.flatMap(({ name, at }) => {
    const area = pardonedArea(name as string)
    return area === undefined ? [] : [{ area, atMs: at as number }]
  })
}

/** The youngest `max`, oldest first. */
function youngest(db: DatabaseSync, kind: Kind, max: number): PackedEntries {
  const found = readPieces(db, kind) ?? readEntries(db, kind, 'TRUE', [[]])
  assert(found !== undefined, 'all rows of a table are all rows')
  const { columns, count, names } = found
  const order = byTime(columns.ats.subarray(0, count)).slice(-max)
  return { ...inOrder(columns, order), names }
}

/** Entries in the table's order: so many, in columns that have room for more. */
interface Found {
  readonly columns: PackedColumns
  readonly count: number
  readonly names: readonly string[]
}

/**
 * Certificates are random: between these are equal pieces, small enough that the memory of one serves
 * the next. Read in one they take a quarter longer, and 70 MiB. No text is as high as the last.
 */
const BOUNDS = Array.from({ length: 64 }, (_, i) =>
  i === 0 ? '' : (4 * i).toString(16).padStart(2, '0'),
)
const PIECES = BOUNDS.map((from, i) => [from, BOUNDS[i + 1] ?? new Uint8Array()] as const)

/** Undefined where the table is not in the order of its key, as after damage: then rows are missed. */
function readPieces(db: DatabaseSync, kind: Kind): Found | undefined {
  const where = 'cti >= ? AND cti < ?'
  if (kind.under === undefined) return readEntries(db, kind, where, PIECES)
  const pieces = areasOf(db).flatMap(area => PIECES.map(bounds => [area, ...bounds]))
  return readEntries(db, kind, `${kind.under} = ? AND ${where}`, pieces)
}

/** Each looked up by the key after the one before, since a `DISTINCT` would read the whole table. */
function areasOf(db: DatabaseSync): string[] {
  const areas = db.prepare(
    `WITH RECURSIVE areas (area) AS (
       SELECT min(area) FROM visits
       UNION ALL
       SELECT (SELECT min(area) FROM visits v WHERE v.area > a.area) FROM areas a
       WHERE a.area IS NOT NULL
     ) SELECT area FROM areas WHERE area IS NOT NULL`,
  )
  return areas.all().map(({ area }) => area as string)
}

/**
 * `pieces`: what `where` is asked with. Undefined unless together they are all rows. None is met twice,
 * whatever the order: a search for a higher key never ends before one for a lower.
 */
function readEntries(
  db: DatabaseSync,
  kind: Kind,
  where: string,
  pieces: readonly (readonly SQLInputValue[])[],
): Found | undefined {
  const rows = rowsOf(db, kind)
  const columns = createColumns(rows)
  const names = createNumbering()
  const readPiece = pieceReader(db, kind, where)
  let seen = 0
  let count = 0
  for (const within of pieces) {
    let piece = readPiece(...within)
    seen += piece.ats.length
    if (!areCertificates(piece)) piece = pieceReader(db, kind, `${where} AND ${IS_ONE}`)(...within)
    take(columns, count, piece, names.numberOf)
    count += piece.ats.length
  }
  return seen === rows ? { columns, count, names: names.all() } : undefined
}

function rowsOf(db: DatabaseSync, { table }: Kind): number {
  return db.prepare(`SELECT count(*) AS rows FROM ${table} NOT INDEXED`).get()?.rows as number
}

/** Rows that SQLite has put together: of each 16 bytes of `ctis`, and one element of each list. */
interface Piece {
  readonly ctis: Buffer
  /** The length of a certificate's digits is another in one of the rows. */
  readonly odd: boolean
  readonly ats: readonly number[]
  /** Empty where all are 0. */
  readonly numbers: readonly number[]
  readonly states: readonly number[]
  readonly names: readonly string[]
}

const CTI_BYTES = 16
/** A certificate that is none, which nobody can show, is left out. To ask of each row takes long. */
const IS_ONE = `length(unhex(cti)) = ${CTI_BYTES}`

function areCertificates({ odd, ctis, ats }: Piece): boolean {
  return !odd && ctis.length === ats.length * CTI_BYTES
}

/**
 * In the table's own order: by the index of time each row would be looked up for itself. SQLite puts
 * each column together itself: to hand over rows one by one takes ten times as long.
 */
function pieceReader(db: DatabaseSync, { table, number, state, name }: Kind, where: string) {
  const statement = db.prepare(
    `SELECT group_concat(cti, '') AS ctis, max(octet_length(cti) <> ${2 * CTI_BYTES}) AS odd,
       json_group_array(at) AS ats,
       ${number === undefined ? "'[]'" : `json_group_array(${number})`} AS numbers,
       json_group_array(${state}) AS states, json_group_array(${name}) AS names
     FROM ${table} NOT INDEXED WHERE ${where}`,
  )
  return (...within: readonly SQLInputValue[]): Piece => {
    const found = statement.get(...within) as Record<string, string | number | null>
    const list = (column: string) => JSON.parse(found[column] as string)
    return {
      ...{ ctis: Buffer.from((found.ctis ?? '') as string, 'hex'), odd: found.odd === 1 },
      ...{ ats: list('ats'), numbers: list('numbers') },
      ...{ states: list('states'), names: list('names') },
    }
  }
}

/** Puts a piece into the columns from `start` on. */
function take(
  { words, ats, numbers, bits, grants, named }: PackedColumns,
  start: number,
  piece: Piece,
  numberOf: (name: string) => number,
): void {
  ats.set(piece.ats, start)
  numbers.set(piece.numbers, start)
  // The first digits are the highest of a word.
  new Uint8Array(words.buffer).set(piece.ctis.swap32(), start * CTI_BYTES)
  for (let i = 0; i < piece.ats.length; i++) {
    const state = piece.states[i] as number
    bits[start + i] = state & (2 ** STATE_BITS - 1)
    grants[start + i] = state >>> STATE_BITS
    named[start + i] = numberOf(piece.names[i] as string)
  }
}
