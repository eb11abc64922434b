/**
 * Opens the gate's journal database: WAL, `synchronous=FULL`, schema by version. A file that
 * SQLite calls damaged is set aside under a name, never deleted, and a new one takes its place.
 */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type Gone, TAILS } from '../files/file-identity.ts'
import { makeFolder } from '../files/make-folder.ts'
import { setAside } from '../files/set-aside.ts'
import { damageError, hasTable, isDamage, layoutOf, openDatabase } from '../files/sqlite.ts'
import { PAPERS_TABLE } from '../memory/projection.ts'
import { KNOWN_TABLE } from './high-water-marks.ts'
import { LIFE_TABLE } from './life.ts'
import { REFUSED_TABLE } from './refused.ts'
import { carryOver, salvage } from './salvage.ts'

export interface OpenedDatabase {
  readonly db: DatabaseSync
  /** Where a damaged predecessor was put, and what of it goes on here. */
  readonly setAside: SetAside | undefined
}

export interface SetAside {
  readonly name: string
  /** Undefined when no epoch could be read. */
  readonly kept: string | undefined
}

const SCHEMA_VERSION = 2
const SCHEMA = `
  CREATE TABLE epochs (
    ordinal INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL UNIQUE,
    -- The last seq that the service has stored.
    acknowledged INTEGER NOT NULL DEFAULT 0,
    -- 1 when the service holds other rows for this epoch: kept, never sent again.
    forked INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE rows (
    ordinal INTEGER NOT NULL REFERENCES epochs,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    clock TEXT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    body TEXT,
    hash TEXT NOT NULL,
    PRIMARY KEY (ordinal, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE open_grants (
    ordinal INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    lane TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (ordinal, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE presentations (
    cti TEXT NOT NULL,
    presented_at INTEGER NOT NULL,
    lane TEXT NOT NULL,
    direction TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at INTEGER NOT NULL,
    grants INTEGER NOT NULL,
    PRIMARY KEY (cti, presented_at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX presentations_at ON presentations (at);
  CREATE TABLE visits (
    area TEXT NOT NULL,
    cti TEXT NOT NULL,
    inside INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (area, cti)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX visits_at ON visits (at);
`
/** What version 2 added: moments that decisions look back to. */
const MARKS =
  'CREATE TABLE marks (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;'

/**
 * Opens `file`, or ':memory:'. One that SQLite calls damaged is set aside, and what can be read of
 * it is in the new one. `nowMs` names a file set aside. Throws what SQLite throws when the place
 * itself can't be written.
 */
export function openJournalDatabase(file: string, nowMs: number): OpenedDatabase {
  settleNext(file)
  try {
    if (isEmptyFile(file)) throw damageError('the journal is empty')
    const db = isThere(file) ? openDatabase(file, prepare) : openNew(file)
    return { db, setAside: undefined }
  } catch (error) {
    if (!isDamage(error) || !isThere(file)) throw error
    return openAnew(file, nowMs)
  }
}

/** The journal's tables in a database that is open: one in memory. */
export function openJournalIn(db: DatabaseSync): DatabaseSync {
  return openDatabase(':memory:', prepare, () => db)
}

/**
 * Sets `file`, which is closed, aside and opens a new one with what can still be read. Throws what
 * SQLite throws when that can't be written; then `file` is where it was.
 */
export function openAnew(
  file: string,
  nowMs: number,
): { readonly db: DatabaseSync; readonly setAside: SetAside } {
  const name = aside(file, nowMs, 'damaged')
  let db: DatabaseSync | undefined
  try {
    db = openNew(file)
    const kept = name === undefined ? undefined : salvage(name, db)
    return { db, setAside: { name: name ?? 'nothing', kept } }
  } catch (error) {
    db?.close()
    remove(file)
    if (name !== undefined) move(name, file)
    throw error
  }
}

/** What became of a journal whose files were deleted or replaced while it was open. */
export interface Moved {
  readonly how: Gone
  /** The name under which what lies at its path now was set aside; undefined when nothing does. */
  readonly setAside: string | undefined
  /** Undefined when no epoch could be read. */
  readonly kept: string | undefined
}

/**
 * Goes on with `from`, whose files are not at `file` any more and can still be read as long as it is
 * open: in a new one there, whole or not at all. Then `from` is closed. Throws what SQLite throws
 * when that can't be written: then nothing has changed, or, with `from` closed, the new one is whole
 * and could not be opened.
 *
 * A closing SQLite deletes log and index by their path, so the new one has another name until then.
 */
export function openAtItsPlace(
  from: DatabaseSync,
  file: string,
  { how, nowMs }: { readonly how: Gone; readonly nowMs: number },
): { readonly db: DatabaseSync; readonly moved: Moved } {
  const next = file + NEXT
  makeFolder(dirname(file))
  remove(next)
  const into = openNew(next)
  let kept: string | undefined
  try {
    kept = carryOver(from, into)
  } catch (error) {
    into.close()
    remove(next)
    throw error
  }
  into.close()
  const replaced = aside(file, nowMs, 'replaced')
  from.close()
  move(next, file)
  return { db: openDatabase(file, prepare), moved: { how, setAside: replaced, kept } }
}

/** Until it is whole and has its place. */
const NEXT = '.next'

/** A process that ended between the two steps left a whole one; beside the journal it is a rest. */
function settleNext(file: string): void {
  if (!isThere(file) && isThere(file + NEXT)) move(file + NEXT, file)
  else if (isThere(file)) remove(file + NEXT)
}

/** Leaves nothing behind when there is no room for it: an empty file is a damaged one. */
function openNew(file: string): DatabaseSync {
  try {
    return openDatabase(file, prepare)
  } catch (error) {
    remove(file)
    throw error
  }
}

function move(from: string, to: string): void {
  for (const tail of TAILS) if (existsSync(from + tail)) renameSync(from + tail, to + tail)
}

function remove(file: string): void {
  for (const tail of TAILS) rmSync(file + tail, { force: true })
}

/** Its new name with the folder. All are kept: the rows in them may be nowhere else. */
function aside(file: string, nowMs: number, why: 'damaged' | 'replaced'): string | undefined {
  const name = setAside(dirname(file), basename(file), nowMs, { why, keepAll: true })
  return name && join(dirname(file), name)
}

/** SQLite takes a file cut to nothing for a new one. */
function isEmptyFile(file: string): boolean {
  return isThere(file) && statSync(file).size === 0
}

function isThere(file: string): boolean {
  return file !== ':memory:' && existsSync(file)
}

function prepare(db: DatabaseSync): void {
  db.exec('PRAGMA foreign_keys = ON')
  const version = layoutOf(db)
  if (version !== 0 && !hasTable(db, 'epochs')) throw damageError('it is another database')
  if (version === 0) {
    db.exec(`BEGIN IMMEDIATE; ${SCHEMA} ${MARKS} PRAGMA user_version = 2; COMMIT`)
  } else if (version === 1) {
    db.exec(`BEGIN IMMEDIATE; ${MARKS} PRAGMA user_version = 2; COMMIT`)
  } else if (version !== SCHEMA_VERSION) {
    throw new Error(`journal has schema ${version}, this gate knows ${SCHEMA_VERSION}`)
  }
  db.exec(LIFE_TABLE)
  db.exec(REFUSED_TABLE)
  db.exec(PAPERS_TABLE)
  db.exec(KNOWN_TABLE)
  for (const look of LOOKS) db.prepare(look).get()
}

/** Damage in what is not read at a start would show later, in the middle of the work. */
const LOOKS = [
  'SELECT count(*) FROM open_grants',
  'SELECT count(*) FROM refused_rows',
  'SELECT lane FROM papers ORDER BY cti LIMIT 1',
  'SELECT at FROM papers INDEXED BY papers_at ORDER BY at LIMIT 1',
  'SELECT at FROM life LIMIT 1',
  'SELECT max(value) FROM known',
]
