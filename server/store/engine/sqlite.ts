/**
 * node:sqlite under Kysely's SQLite dialect. Kysely asks a statement whether it returns rows
 * (`reader`), which node:sqlite doesn't say: without this a query silently gives none. A transaction
 * begins immediate, so that two processes queue up instead of failing when the second one writes.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import {
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from 'kysely'
import { CHECKPOINT_PAGES, OPEN_LOCKED_MS_MAX, STATEMENTS_MAX } from './limits.ts'
import { type Waiting, waitingDriver } from './waiting-driver.ts'
import { type DriverWatch, watchedDriver } from './watched-driver.ts'

/** SQLite can roll back a `create table`; Kysely's adapter assumes otherwise. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #database: DatabaseSync
  readonly #waiting: Waiting
  readonly #watch: DriverWatch

  constructor(database: DatabaseSync, waiting: Waiting, watch: DriverWatch) {
    super({ database: shim(database) })
    this.#database = database
    this.#waiting = waiting
    this.#watch = watch
  }

  override createDriver(): Driver {
    const waiting = waitingDriver(super.createDriver(), this.#database, this.#waiting)
    return watchedDriver(waiting, this.#watch)
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter()
  }
}

/**
 * A dialect over one connection, and what tells of the writes of others. `file` is a path or `:memory:`. Throws when it can't be opened.
 * SQLite waits for others while it opens, and never afterwards: that is the driver's.
 */
export function nodeSqliteDialect(file: string, waiting: Waiting, watch: DriverWatch) {
  const database = new DatabaseSync(file, { timeout: OPEN_LOCKED_MS_MAX })
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;' +
      // What is deleted or replaced becomes zeros in the file: much of it is about people.
      'pragma secure_delete = on;' +
      `pragma trusted_schema = off; pragma wal_autocheckpoint = ${CHECKPOINT_PAGES};` +
      'pragma busy_timeout = 0',
  )
  return {
    dialect: new NodeSqliteDialect(database, waiting, watch),
    outsideVersion: outsideVersionOf(database),
  }
}

/** SQLite counts what other connections commit (its documentation, `PRAGMA data_version`). */
function outsideVersionOf(database: DatabaseSync): () => number | undefined {
  const statement = database.prepare('pragma data_version')
  return () => {
    try {
      return (statement.get() as { data_version: number }).data_version
    } catch {
      return undefined
    }
  }
}

/**
 * Needs no disk of its own: the log is written in order, so whatever is done under a proof takes the
 * proof's row along. What a power cut may take is a proof under which nothing was done.
 */
const isProof = (sql: string): boolean => sql.startsWith('insert into "proofs"')

function shim(database: DatabaseSync): SqliteDatabase {
  const cache = new Map<string, SqliteStatement>()
  return {
    close: () => database.close(),
    prepare(sql) {
      const text = sql === 'begin' ? 'begin immediate' : sql
      const known = cache.get(text)
      if (known !== undefined) return known
      const statement = database.prepare(text)
      const all = (values: readonly unknown[]) => statement.all(...(values as SQLInputValue[]))
      const wrapped: SqliteStatement = {
        reader: statement.columns().length > 0,
        all: isProof(text) ? values => unsynced(database, () => all(values)) : all,
        run: values => statement.run(...(values as SQLInputValue[])),
        iterate: values => statement.iterate(...(values as SQLInputValue[])),
      }
      if (cache.size >= STATEMENTS_MAX) cache.delete(cache.keys().next().value as string)
      cache.set(text, wrapped)
      return wrapped
    },
  }
}

function unsynced<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work()
  database.exec('pragma synchronous = normal')
  try {
    return work()
  } finally {
    database.exec('pragma synchronous = full')
  }
}
