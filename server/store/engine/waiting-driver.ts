/**
 * Waits for a SQLite file that another process has locked without holding up the event loop: SQLite
 * itself gives up at once, and what begins a transaction, or is one by itself, is tried again after
 * a pause in which others may read. The wait is bounded in all: while the lock has stood for longer
 * than that, whoever comes tries once.
 */
import type { DatabaseSync } from 'node:sqlite'
import type {
  CompiledQuery,
  DatabaseConnection,
  Driver,
  QueryResult,
  TransactionSettings,
} from 'kysely'
import { type Random, sleep, type Timers } from '../../clock.ts'
import { LOCKED_MS_MAX, LOCKED_PAUSE_MS_MAX } from './limits.ts'
import { tellTrouble, troubleOf } from './trouble.ts'

/** Reading succeeds beside a writer, so it doesn't say that the lock is gone. */
const isRead = (sql: string): boolean => /^\s*select\b/i.test(sql)

export interface Waiting {
  /** Called when a wait was given up. */
  readonly onLocked: () => void
  readonly timers: Timers
  readonly random: Random
}

/** `driver`: Kysely's for SQLite, over the one connection `database`. */
export function waitingDriver(driver: Driver, database: DatabaseSync, waiting: Waiting): Driver {
  const { timers, random } = waiting
  /** By the monotonic clock; undefined while the file is free. */
  let lockedSince: number | undefined

  async function whenFree<T>(sql: string, connection: DatabaseConnection, work: () => Promise<T>) {
    for (let tries = 1; ; tries++) {
      try {
        const result = await work()
        if (!isRead(sql)) lockedSince = undefined
        return result
      } catch (error) {
        tellTrouble(error)
        if (troubleOf(error) !== 'DATABASE_BUSY' || database.isTransaction) throw error
        lockedSince ??= timers.monotonic()
        if (timers.monotonic() - lockedSince >= LOCKED_MS_MAX) {
          waiting.onLocked()
          throw error
        }
      }
      await driver.releaseConnection(connection)
      try {
        await sleep(timers, random.integer(Math.min(2 * tries, LOCKED_PAUSE_MS_MAX)) + 1)
      } finally {
        await driver.acquireConnection()
      }
    }
  }

  const asked = new WeakMap<DatabaseConnection, DatabaseConnection>()
  const innerOf = new WeakMap<DatabaseConnection, DatabaseConnection>()
  const inner = (connection: DatabaseConnection) => innerOf.get(connection) as DatabaseConnection

  function waitingConnection(connection: DatabaseConnection): DatabaseConnection {
    const known = asked.get(connection)
    if (known !== undefined) return known
    const made: DatabaseConnection = {
      executeQuery: <R>(query: CompiledQuery): Promise<QueryResult<R>> =>
        whenFree(query.sql, connection, async () => connection.executeQuery<R>(query)),
      streamQuery: (query, size) => connection.streamQuery(query, size),
    }
    asked.set(connection, made)
    innerOf.set(made, connection)
    return made
  }
  return {
    init: () => driver.init(),
    acquireConnection: async () => waitingConnection(await driver.acquireConnection()),
    // Through the connection that waits: that is where another process is met.
    beginTransaction: (connection, settings: TransactionSettings) =>
      driver.beginTransaction(connection, settings),
    commitTransaction: connection => driver.commitTransaction(connection),
    async rollbackTransaction(connection) {
      // A full disk has rolled it back by itself: a second one would hide why.
      if (database.isTransaction) await driver.rollbackTransaction(connection)
    },
    releaseConnection: connection => driver.releaseConnection(inner(connection)),
    destroy: () => driver.destroy(),
  }
}
