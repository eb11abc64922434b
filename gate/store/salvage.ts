/**
 * What can still be read of a damaged journal, copied into a new one: the memory of presentations
 * and visits, open grants, marks, and each epoch's rows that the service does not have, as far as
 * their chain holds. All else stays in the damaged file, which is kept.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { TIME_MS_MAX } from '../limits.ts'
import { faultOf, type StoredRow, type WalkPlace } from './integrity.ts'

/** A table, its key, and a column of time that must be one. */
const TABLES: readonly (readonly [name: string, key: string, time: string | undefined])[] = [
  ['presentations', 'cti, presented_at', 'at'],
  ['papers', 'cti, presented_at', 'at'],
  ['visits', 'area, cti', 'at'],
  ['open_grants', 'ordinal, seq', undefined],
  ['marks', 'name', 'at'],
  ['life', 'one', 'at'],
  ['known', 'name', undefined],
  ['refused_rows', 'ordinal, seq', 'refused_at'],
]

/**
 * Says up to where the youngest epoch could be read; undefined when none could. Never throws for
 * what is damaged; throws when the new journal can't be written.
 */
export function salvage(damaged: string, into: DatabaseSync): string | undefined {
  const from = openForReading(damaged)
  if (from === undefined) return undefined
  try {
    return carryOver(from, into)
  } finally {
    from.close()
  }
}

/** As `salvage`, from a database that is open. */
export function carryOver(from: DatabaseSync, into: DatabaseSync): string | undefined {
  into.exec('BEGIN IMMEDIATE')
  try {
    const epochs = copyTable(from, into, 'epochs', 'ordinal', undefined)
    const heads = epochs.map(epoch => copyChain(from, into, epoch))
    for (const table of TABLES) copyTable(from, into, ...table)
    into.exec('COMMIT')
    return heads.at(-1)
  } catch (error) {
    if (into.isTransaction) into.exec('ROLLBACK')
    throw error
  }
}

function openForReading(file: string): DatabaseSync | undefined {
  try {
    return new DatabaseSync(file, { readOnly: true, timeout: 2000 })
  } catch {
    return undefined
  }
}

type Row = Record<string, SQLInputValue>

/** From its beginning until damage, then from its end: what lies between is lost. */
function copyTable(
  from: DatabaseSync,
  into: DatabaseSync,
  name: string,
  key: string,
  time: string | undefined,
): Row[] {
  const columns = into
    .prepare(`PRAGMA table_info(${name})`)
    .all()
    .map(one => String(one.name))
  const insert = into.prepare(
    `INSERT OR IGNORE INTO ${name} (${columns.join(', ')})
     VALUES (${columns.map(() => '?').join(', ')})`,
  )
  const sane = time === undefined ? '' : `WHERE ${time} BETWEEN 0 AND ${TIME_MS_MAX}`
  const copied: Row[] = []
  for (const way of ['ASC', 'DESC']) {
    const order = key.split(', ').map(column => `${column} ${way}`)
    const sql = `SELECT * FROM ${name} ${sane} ORDER BY ${order.join(', ')}`
    const whole = eachRow(from, sql, [], row => {
      const values = columns.map(column => row[column] ?? null)
      const { changes } = insertRow(() => insert.run(...values)) ?? { changes: 0 }
      if (name === 'epochs' && changes > 0) copied.push(row)
      return true
    })
    if (whole) break
  }
  return copied
}

/** Until `take` says false. False when it came upon damage. */
function eachRow(
  from: DatabaseSync,
  sql: string,
  values: readonly SQLInputValue[],
  take: (row: Row) => boolean,
): boolean {
  let rows: Iterator<unknown>
  try {
    rows = from.prepare(sql).iterate(...values)
  } catch {
    return false
  }
  for (;;) {
    let next: IteratorResult<unknown>
    try {
      next = rows.next()
    } catch {
      return false
    }
    if (next.done === true || !take(next.value as Row)) return true
  }
}

/** A row of a damaged page may hold anything: what does not fit the schema is left out. */
function insertRow<T>(insert: () => T): T | undefined {
  try {
    return insert()
  } catch (error) {
    if (isMisfit(error)) return undefined
    throw error
  }
}

/** SQLITE_CONSTRAINT (19) and SQLITE_MISMATCH (20), or a value that can't be bound. */
function isMisfit(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string }
  if (errcode === undefined) return String(code).startsWith('ERR_')
  return (errcode & 0xff) === 19 || (errcode & 0xff) === 20
}

/** From the last row that the service has, which is the anchor, until damage or a broken chain. */
function copyChain(
  from: DatabaseSync,
  into: DatabaseSync,
  { ordinal, epoch, acknowledged }: Row,
): string {
  const rows = `SELECT ? AS epoch, * FROM rows WHERE ordinal = ${Number(ordinal)}
    AND seq >= ${Number(acknowledged)} ORDER BY seq`
  const insert = into.prepare(
    `INSERT INTO rows (ordinal, seq, at, clock, lane, kind, body_hash, body, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  let before: WalkPlace = {
    ordinal: Number(ordinal),
    seq: Number(acknowledged) - 1,
    hash: undefined,
  }
  eachRow(from, rows, [epoch as string], row => {
    const stored = row as unknown as StoredRow
    if (before.hash === undefined && stored.seq > Math.max(1, Number(acknowledged))) return false
    if (faultOf(stored, before) !== undefined) return false
    const { seq, at, clock, lane, kind, body_hash, body, hash } = stored
    const put = () => insert.run(stored.ordinal, seq, at, clock, lane, kind, body_hash, body, hash)
    before = { ordinal: stored.ordinal, seq, hash }
    return insertRow(put) !== undefined
  })
  return before.hash === undefined
    ? `of epoch ${epoch} no row is kept`
    : `epoch ${epoch} is kept up to row ${before.seq}, head ${before.hash}`
}
