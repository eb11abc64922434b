/**
 * Opens the service's database and brings its schema up to date: SQLite (WAL, FULL; one file, one
 * connection), the embedded default, or PostgreSQL for several replicas. One schema, one history.
 */
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Dialect, Kysely, PostgresAdapter } from 'kysely'
import { type Random, systemRandom, systemTimers, type Timers } from '../../clock.ts'
import { StartError } from '../../errors.ts'
import { makeFolder } from '../../files/make-folder.ts'
import { migrate } from '../schema/migrations.ts'
import type { Database, Tables } from '../schema/schema.ts'
import { createChanges } from './changes.ts'
import type { Engine } from './columns.ts'
import { setHandle } from './handle.ts'
import { LOCKED_TOLD_MS } from './limits.ts'
import { findLockHolder, type LockHolder } from './lock-holder.ts'
import { nodeSqliteDialect } from './sqlite.ts'
import type { DriverWatch } from './watched-driver.ts'

/** Of a database of people: this user reads and writes it, nobody else. */
const PRIVATE = 0o600

/** Whether a place names a PostgreSQL database, not a file. */
export const isPostgresUrl = (place: string): boolean => /^postgres(ql)?:\/\//.test(place)

/** Which engine is under a handle. */
export const engineOf = (db: Database): Engine =>
  db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite'

/** What is heard of a database while it is open, and what it works with. */
export interface DatabaseOptions {
  /** A PostgreSQL connection broke. */
  readonly onLost?: (error: Error) => void
  /** Another process has a SQLite file locked for too long; undefined: it can't be known which. */
  readonly onLocked?: (holder: LockHolder | undefined) => void
  /** How long a statement took; `name`: its mark (statement-mark.ts). */
  readonly onStatement?: (name: string, ms: number) => void
  /** The system's by default. */
  readonly timers?: Timers
  readonly random?: Random
}

/**
 * `place`: a path, whose folder is made when missing, `:memory:`, or a `postgres://` URL. Throws
 * StartError `DATABASE`, which never shows the URL: a password may be in it.
 */
export async function openDatabase(
  place: string,
  options: DatabaseOptions = {},
): Promise<Database> {
  const engine = isPostgresUrl(place) ? 'postgres' : 'sqlite'
  const { onLost = () => {}, timers = systemTimers, random = systemRandom, onStatement } = options
  const changes = createChanges(() => outsideVersion())
  const watch = { timers, onStatement, onCommit: changes.committed }
  const { dialect, outsideVersion } =
    engine === 'postgres'
      ? await openServer(place, onLost, watch)
      : openFile(place, { ...options, timers, random }, watch)
  const db = new Kysely<Tables>({ dialect })
  setHandle(db, { timers, random, changes })
  try {
    await migrate(db, engine)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return db
}

interface Opened {
  readonly dialect: Dialect
  /** As in `Changes`. */
  readonly outsideVersion: () => number | undefined
}

/** The driver is loaded only where it is used. */
async function openServer(
  url: string,
  onLost: (error: Error) => void,
  watch: DriverWatch,
): Promise<Opened> {
  const { postgresDialect } = await import('./postgres.ts')
  return { dialect: postgresDialect(url, onLost, watch), outsideVersion: () => undefined }
}

/** Its companions get the mode of the file itself when SQLite makes them. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', PRIVATE))
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found && (found.mode & 0o777) !== PRIVATE) chmodSync(path, PRIVATE)
  }
}

type FileOptions = DatabaseOptions & { readonly timers: Timers; readonly random: Random }

/** Tells who has the lock, every few seconds at most. */
function tellHolder(file: string, { onLocked, timers }: FileOptions): () => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return () => {
    if (onLocked === undefined || timers.monotonic() - toldAt < LOCKED_TOLD_MS) return
    toldAt = timers.monotonic()
    void findLockHolder(file).then(onLocked)
  }
}

function openFile(file: string, options: FileOptions, watch: DriverWatch): Opened {
  try {
    if (file !== ':memory:') {
      makeFolder(dirname(file))
      makePrivate(file)
    }
    const { timers, random } = options
    const waiting = { onLocked: tellHolder(file, options), timers, random }
    return nodeSqliteDialect(file, waiting, watch)
  } catch (error) {
    const why = `database.file: ${file} cannot be opened: ${(error as Error).message}`
    throw new StartError('DATABASE', why, { cause: error })
  }
}
