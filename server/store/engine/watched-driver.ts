/**
 * Around a driver of Kysely: says how long each statement took, and after each commit which tables
 * were written to. A statement outside of a transaction is committed when it ends.
 */
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'
import type { Timers } from '../../clock.ts'
import { createMarks } from './statement-mark.ts'

export interface DriverWatch {
  readonly timers: Pick<Timers, 'monotonic'>
  /** `name`: the statement's mark. */
  readonly onStatement?: ((name: string, ms: number) => void) | undefined
  readonly onCommit: (tables: Iterable<string>) => void
}

interface Watched extends DatabaseConnection {
  readonly inner: DatabaseConnection
  /** What the open transaction wrote to; undefined outside of one. */
  written: Set<string> | undefined
}

export function watchedDriver(driver: Driver, watch: DriverWatch): Driver {
  const { timers, onStatement, onCommit } = watch
  const markOf = createMarks()
  const known = new WeakMap<DatabaseConnection, Watched>()

  async function execute<R>(of: Watched, query: CompiledQuery): Promise<QueryResult<R>> {
    const { name, writes } = markOf(query.sql)
    const began = onStatement && timers.monotonic()
    try {
      const result = await of.inner.executeQuery<R>(query)
      if (writes.length > 0) {
        if (of.written === undefined) onCommit(writes)
        else for (const table of writes) of.written.add(table)
      }
      return result
    } finally {
      // One that failed as well: it may have taken longest.
      if (began !== undefined) onStatement?.(name, timers.monotonic() - began)
    }
  }

  function watched(inner: DatabaseConnection): Watched {
    const found = known.get(inner)
    if (found !== undefined) return found
    const made: Watched = {
      inner,
      written: undefined,
      executeQuery: query => execute(made, query),
      streamQuery: (query, size) => inner.streamQuery(query, size),
    }
    known.set(inner, made)
    return made
  }

  return {
    init: () => driver.init(),
    acquireConnection: async () => watched(await driver.acquireConnection()),
    async beginTransaction(connection, settings) {
      await driver.beginTransaction(connection, settings)
      const of = connection as Watched
      of.written = new Set()
    },
    async commitTransaction(connection) {
      await driver.commitTransaction(connection)
      const of = connection as Watched
      const { written = [] } = of
      of.written = undefined
      onCommit(written)
    },
    async rollbackTransaction(connection) {
      const of = connection as Watched
      of.written = undefined
      await driver.rollbackTransaction(connection)
    },
    releaseConnection: connection => driver.releaseConnection((connection as Watched).inner),
    destroy: () => driver.destroy(),
  }
}
