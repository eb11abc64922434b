/**
 * One way to open the gate's SQLite files, and what their errors mean: WAL, so that readers never
 * wait, and `synchronous=FULL`, so that what was answered is on disk.
 *
 * The index of a WAL is a file of its own beside it, which a disk without a free byte can't hold.
 * In exclusive locking mode SQLite keeps it in memory (https://sqlite.org/wal.html#noshm): what is
 * there can be read, and writes fail until there is room. Another program can't read the file
 * meanwhile.
 *
 * On a read-only disk neither works, since both want to lock or to make a file. What is there is read
 * without a lock: nobody can write it.
 */
import { existsSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** Waits this long for another connection, milliseconds. */
const BUSY_MS = 2000

/**
 * `prepare` reads the layout and makes the tables; what it throws is thrown, with the file closed.
 * `open` is for tests that watch each statement.
 */
export function openDatabase(
  path: string,
  prepare: (database: DatabaseSync) => void,
  open: (path: string) => DatabaseSync = path => new DatabaseSync(path),
): DatabaseSync {
  const begin = (mode: string): DatabaseSync => {
    const database = open(path)
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; ${mode}`)
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      prepare(database)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  }
  try {
    return begin('')
  } catch (error) {
    if (!mayBeTheDisk(error)) throw error
    return begin('PRAGMA locking_mode = EXCLUSIVE')
  }
}

/**
 * Opens a file on a disk that takes no writes, for reading alone. With a log beside it the log is
 * read too, its index made in memory; without one the file is whole (https://sqlite.org/uri.html).
 * Throws what SQLite throws.
 */
export function openForReading(path: string): DatabaseSync {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const url = pathToFileURL(path)
  url.search = log > 0 ? 'vfs=unix-none' : 'immutable=1'
  const database = new DatabaseSync(url, { readOnly: true })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    layoutOf(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Tables that are made once, named by the number of their layout. */
export interface Layout {
  readonly layout: number
  /** One of them, by which a file of another kind with the same number is known. */
  readonly table: string
  readonly tables: string
}

/** As `openDatabase`, for a file with one layout; throws when it has another. */
export function openTables(
  path: string,
  how: Layout,
  open?: (path: string) => DatabaseSync,
): DatabaseSync {
  const isNew = !existsSync(path)
  try {
    return openDatabase(path, database => makeTables(database, how), open)
  } catch (error) {
    // An empty file would be taken for a damaged one.
    if (isNew) remove(path)
    throw error
  }
}

/** As `openTables`, of a database that is open: one in memory. */
export function openTablesIn(database: DatabaseSync, how: Layout): DatabaseSync {
  return openDatabase(
    ':memory:',
    one => makeTables(one, how),
    () => database,
  )
}

function makeTables(database: DatabaseSync, how: Layout): void {
  if (isOfLayout(database, how)) return
  const { layout, tables } = how
  database.exec(`BEGIN IMMEDIATE; ${tables}; PRAGMA user_version = ${layout}; COMMIT`)
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // A disk that takes no writes has not taken this one either.
  }
}

/** As `openTables`, of a file that is there, to be read and closed: also on a read-only disk. */
export function openToRead(path: string, how: Layout): DatabaseSync {
  try {
    return openTables(path, how)
  } catch (error) {
    const database = mayBeTheDisk(error) ? readable(path) : undefined
    if (database !== undefined && isOfLayout(database, how)) return database
    database?.close()
    throw error
  }
}

function readable(path: string): DatabaseSync | undefined {
  try {
    return openForReading(path)
  } catch {
    return undefined
  }
}

/** False for a file without tables. */
function isOfLayout(database: DatabaseSync, { layout, table }: Layout): boolean {
  const found = layoutOf(database)
  if (found !== 0 && found !== layout) throw new Error(`layout ${found} is not known`)
  if (found !== 0 && !hasTable(database, table)) throw damageError('it is another database')
  return found === layout
}

export function hasTable(database: DatabaseSync, name: string): boolean {
  const asked = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
  return database.prepare(asked).get(name) !== undefined
}

/** Said by us of what SQLite itself would take. */
export function damageError(what: string): Error {
  return Object.assign(new Error(what), { errcode: NOT_A_DATABASE })
}

/** The layout's version; 0 for a file without tables. */
export function layoutOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}

const BUSY = 5
const READ_ONLY = 8
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const CANT_OPEN = 14
const NOT_A_DATABASE = 26
/** SQLITE_IOERR_SHORT_READ: the file ends before its last page. */
const SHORT_READ = 522

/** What SQLite wrote is damaged, or was never its own. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error)
  return isPlain(error, CORRUPT, NOT_A_DATABASE) || code === SHORT_READ
}

/** Another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  return isPlain(error, BUSY)
}

/** A write found no room. */
export function isFull(error: unknown): boolean {
  return isPlain(error, FULL)
}

/**
 * The disk may be to blame: full, read-only or failing. SQLite also says then that it can't open, or
 * just that something failed.
 */
export function mayBeTheDisk(error: unknown): boolean {
  return isPlain(error, FULL, READ_ONLY, IO_ERROR, CANT_OPEN) && !isDamage(error)
}

/** An extended code holds the plain one in its low byte. */
function isPlain(error: unknown, ...plain: number[]): boolean {
  const code = codeOf(error)
  return code !== undefined && plain.includes(code & 0xff)
}

function codeOf(error: unknown): number | undefined {
  return (error as { errcode?: number }).errcode
}
