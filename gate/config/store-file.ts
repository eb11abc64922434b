/**
 * `config.db`: the revisions as rows. One SQLite file (WAL, `synchronous=FULL`) and one transaction
 * a change, so that a power cut at any byte leaves the old history or the new one. What the journal
 * is to be told of a change is written with it and stays until the journal has it.
 *
 * A file of its own, not tables of `trust.db`: it is read before there is a trust keeper, outlives
 * each one that a change of the config ends and begins, and a damaged trust cache, which is set
 * aside and fetched again, must not take the revisions with it, which nobody could fetch.
 */
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { EventKind } from '../contract/events.ts'
import { type Layout, openTables } from '../files/sqlite.ts'
import {
  createStoredFile,
  createStoredMemory,
  type StoredDatabase,
} from '../files/stored-database.ts'
import { REVISIONS_MAX, UNSAID_MAX } from './limits.ts'
import type { History, Revision } from './revisions.ts'

/** The file's name inside the gate's data folder. */
export const STORE_FILE = 'config.db'

/** A row for the journal. */
export interface Said {
  readonly kind: Extract<EventKind, 'config' | 'alarm'>
  readonly body: object
}

/** One that the journal does not have yet. */
export interface Unsaid extends Said {
  readonly id: number
}

export interface StoredConfig {
  /** Undefined before the first start. */
  readonly history: History | undefined
  /** Oldest first. */
  readonly unsaid: readonly Unsaid[]
}

const LAYOUT: Layout = {
  layout: 1,
  table: 'revision',
  tables: `
    CREATE TABLE revision (
      number INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL,
      text TEXT NOT NULL, sha256 TEXT NOT NULL, reverted TEXT) STRICT;
    CREATE TABLE running (
      one INTEGER PRIMARY KEY CHECK (one = 1), current INTEGER NOT NULL,
      previous INTEGER, confirm_ms INTEGER, file_sha256 TEXT NOT NULL,
      service_revision INTEGER NOT NULL, service_sha256 TEXT NOT NULL) STRICT;
    CREATE TABLE unsaid (
      id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL) STRICT`,
}

/** Opens or creates the file. Throws what SQLite throws when it is no database or can't be read. */
export function openStoreFile(path: string, open?: (path: string) => DatabaseSync): DatabaseSync {
  return openTables(path, LAYOUT, open)
}

/** The file of a data folder. */
export function storeIn(dataDir: string): StoredDatabase {
  return createStoredFile(dataDir, STORE_FILE, LAYOUT)
}

/** In memory; see `createStoredMemory`. */
export function storeInMemory(database: DatabaseSync): StoredDatabase {
  return createStoredMemory(database, LAYOUT)
}

interface RunningRow {
  readonly current: number
  readonly previous: number | null
  readonly confirmMs: number | null
  readonly fileSha256: string
  readonly serviceRevision: number
  readonly serviceSha256: string
}

/** All rows. Throws when a page is damaged or a text is not the one that was written. */
export function readStore(database: DatabaseSync): StoredConfig {
  const check = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (check.quick_check !== 'ok') throw new Error('the database is damaged')
  const unsaid = database
    .prepare(`SELECT id, kind, body FROM unsaid ORDER BY id LIMIT ${UNSAID_MAX}`)
    .all() as { id: number; kind: Said['kind']; body: string }[]
  return {
    history: readHistory(database),
    unsaid: unsaid.map(row => ({ ...row, body: JSON.parse(row.body) as object })),
  }
}

function readHistory(database: DatabaseSync): History | undefined {
  const running = database
    .prepare(
      `SELECT current, previous, confirm_ms AS confirmMs, file_sha256 AS fileSha256,
       service_revision AS serviceRevision, service_sha256 AS serviceSha256 FROM running`,
    )
    .get() as RunningRow | undefined
  if (running === undefined) return undefined
  const revisions = database
    .prepare(
      `SELECT number, at, who AS by, reason, text, sha256, reverted FROM revision
       ORDER BY number LIMIT ${REVISIONS_MAX + 1}`,
    )
    .all() as unknown as Revision[]
  const { current, previous, confirmMs, ...seen } = running
  const there = new Set(revisions.filter(isWhole).map(({ number }) => number))
  if (!there.has(current) || there.size !== revisions.length) throw new Error('a text is damaged')
  if (previous !== null && !there.has(previous)) throw new Error('a revision is missing')
  const trial = previous === null ? null : { previous, confirmMs }
  return { revisions: revisions.map(row => ({ ...row })), current, trial, seen: { ...seen } }
}

function isWhole({ text, sha256 }: Revision): boolean {
  return createHash('sha256').update(text, 'utf8').digest('hex') === sha256
}

/** One change: the history after it, and what the journal is told of it. */
export interface StoreChange {
  readonly before: History | undefined
  readonly after: History
  readonly says: readonly Said[]
  /** Rows that the journal has by now. */
  readonly said: readonly number[]
  /** The file was deleted or replaced: everything goes into a new one. Names what lies there now. */
  readonly anewMs?: number
}

/** Applies one change in one transaction. Gives the ids of its rows for the journal, in order. */
export function writeStoreChange(database: DatabaseSync, change: StoreChange): number[] {
  database.exec('BEGIN IMMEDIATE')
  try {
    const ids = writeRows(database, change)
    database.exec('COMMIT')
    return ids
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function writeRows(database: DatabaseSync, { before, after, says, said }: StoreChange): number[] {
  const put = database.prepare('INSERT OR REPLACE INTO revision VALUES (?, ?, ?, ?, ?, ?, ?)')
  const old = new Map(before?.revisions.map(row => [row.number, row]))
  for (const row of after.revisions) {
    if (old.get(row.number)?.reverted === row.reverted) continue
    put.run(row.number, row.at, row.by, row.reason, row.text, row.sha256, row.reverted)
  }
  const kept = new Set(after.revisions.map(({ number }) => number))
  const drop = database.prepare('DELETE FROM revision WHERE number = ?')
  for (const number of old.keys()) if (!kept.has(number)) drop.run(number)
  const { current, trial, seen } = after
  database
    .prepare('INSERT OR REPLACE INTO running VALUES (1, ?, ?, ?, ?, ?, ?)')
    .run(
      current,
      trial?.previous ?? null,
      trial?.confirmMs ?? null,
      seen.fileSha256,
      seen.serviceRevision,
      seen.serviceSha256,
    )
  const forget = database.prepare('DELETE FROM unsaid WHERE id = ?')
  for (const id of said) forget.run(id)
  const tell = database.prepare('INSERT INTO unsaid (kind, body) VALUES (?, ?)')
  const ids = says.map(({ kind, body }) =>
    Number(tell.run(kind, JSON.stringify(body)).lastInsertRowid),
  )
  database.prepare('DELETE FROM unsaid WHERE id <= ?').run((ids.at(-1) ?? 0) - UNSAID_MAX)
  return ids
}
