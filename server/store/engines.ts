/**
 * Opens the service's database and brings its schema up to date: SQLite (WAL, FULL; one file, one
 * connection), the embedded default, or PostgreSQL for several replicas. One schema, one history.
 */
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, PostgresAdapter } from 'kysely'
import { StartError } from '../errors.ts'
import type { Engine } from './columns.ts'
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

/**
 * `place`: a path, whose folder is made when missing, `:memory:`, or a `postgres://` URL. `onLost`
 * hears of each PostgreSQL connection that broke. Throws StartError `DATABASE`, which never shows
 * the URL: a password may be in it.
 */
export async function openDatabase(
  place: string,
  onLost: (error: Error) => void = () => {},
): Promise<Database> {
  const engine = isPostgresUrl(place) ? 'postgres' : 'sqlite'
  const db = new Kysely<Tables>({
    dialect: engine === 'postgres' ? await openServer(place, onLost) : openFile(place),
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

function openFile(file: string) {
  try {
    if (file !== ':memory:') {
      makeFolder(dirname(file))
      makePrivate(file)
    }
    return nodeSqliteDialect(file)
  } catch (error) {
    const why = `database.file: ${file} cannot be opened: ${(error as Error).message}`
    throw new StartError('DATABASE', why, { cause: error })
  }
}
