/**
 * Opens the service's database and brings its schema up to date: SQLite (WAL, FULL; one file, one
 * connection), the embedded default, or PostgreSQL for several replicas. One schema, one history.
 */
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, PostgresAdapter } from 'kysely'
import { StartError } from '../errors.ts'
import type { Engine } from './columns.ts'
import { LOCKED_TOLD_MS } from './limits.ts'
import { findLockHolder, type LockHolder } from './lock-holder.ts'
import { makeFolder } from './make-folder.ts'
import { migrate } from './migrations.ts'
import type { Database, Tables } from './schema.ts'
import { nodeSqliteDialect } from './sqlite.ts'

/** Of a database of people: this user reads and writes it, nobody else. */
const PRIVATE = 0o600

/** Whether a place names a PostgreSQL database, not a file. */
export const isPostgresUrl = (place: string): boolean => /^postgres(ql)?:\/\//.test(place)

/** Which engine is under a handle. */
export const engineOf = (db: Database): Engine =>
  db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite'

/** What is heard of a database while it is open. */
export interface DatabaseEvents {
  /** A PostgreSQL connection broke. */
  readonly onLost?: (error: Error) => void
  /** Another process has a SQLite file locked for too long; undefined: it can't be known which. */
  readonly onLocked?: (holder: LockHolder | undefined) => void
}

/**
 * `place`: a path, whose folder is made when missing, `:memory:`, or a `postgres://` URL. Throws
 * StartError `DATABASE`, which never shows the URL: a password may be in it.
 */
export async function openDatabase(place: string, events: DatabaseEvents = {}): Promise<Database> {
  const engine = isPostgresUrl(place) ? 'postgres' : 'sqlite'
  const { onLost = () => {} } = events
  const db = new Kysely<Tables>({
    dialect: engine === 'postgres' ? await openServer(place, onLost) : openFile(place, events),
  })
  try {
    await migrate(db, engine)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return db
}

/** The driver is loaded only where it is used. */
async function openServer(url: string, onLost: (error: Error) => void) {
  const { postgresDialect } = await import('./postgres.ts')
  return postgresDialect(url, onLost)
}

/** Its companions get the mode of the file itself when SQLite makes them. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', PRIVATE))
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found && (found.mode & 0o777) !== PRIVATE) chmodSync(path, PRIVATE)
  }
}

/** Tells who has the lock, every few seconds at most. */
function tellHolder(file: string, { onLocked }: DatabaseEvents): () => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return () => {
    if (onLocked === undefined || performance.now() - toldAt < LOCKED_TOLD_MS) return
    toldAt = performance.now()
    void findLockHolder(file).then(onLocked)
  }
}

function openFile(file: string, events: DatabaseEvents) {
  try {
    if (file !== ':memory:') {
      makeFolder(dirname(file))
      makePrivate(file)
    }
    return nodeSqliteDialect(file, { onLocked: tellHolder(file, events) })
  } catch (error) {
    const why = `database.file: ${file} cannot be opened: ${(error as Error).message}`
    throw new StartError('DATABASE', why, { cause: error })
  }
}
