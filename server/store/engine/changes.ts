/**
 * What this process has committed, by table: whoever runs by itself hears of it and need not ask the
 * database. What other processes commit is seen by `outsideVersion` on SQLite, and on PostgreSQL only
 * by asking.
 */
export interface Changes {
  /** How many commits so far wrote to one of `tables`. */
  count(tables: readonly string[]): number
  /** Calls `listener` after each commit that wrote to one of `tables`, until the result is called. */
  listen(tables: readonly string[], listener: () => void): () => void
  /** A commit that wrote to these. */
  committed(tables: Iterable<string>): void
  /**
   * Another figure than before when another connection has written since; undefined when only a
   * query can tell.
   */
  outsideVersion(): number | undefined
}

export function createChanges(outsideVersion: () => number | undefined): Changes {
  const counts = new Map<string, number>()
  const listeners = new Set<(table: string) => void>()
  return {
    count: tables => tables.reduce((sum, table) => sum + (counts.get(table) ?? 0), 0),
    listen(tables, listener) {
      const wanted = new Set(tables)
      const heard = (table: string) => {
        if (wanted.has(table)) listener()
      }
      listeners.add(heard)
      return () => void listeners.delete(heard)
    },
    committed(tables) {
      for (const table of tables) {
        counts.set(table, (counts.get(table) ?? 0) + 1)
        for (const heard of [...listeners]) heard(table)
      }
    },
    outsideVersion,
  }
}

/**
 * Whether one of `tables` may have been written to since `settle` was last given what `look` gave.
 * `look` is undefined when only a query can tell.
 */
export interface ChangeLook {
  look(): string | undefined
  /** What was seen at that look needs no further work. */
  settle(seen: string | undefined): void
  isSettled(seen: string | undefined): boolean
}

export function createChangeLook(changes: Changes, tables: readonly string[]): ChangeLook {
  let settled: string | undefined
  return {
    look() {
      const outside = changes.outsideVersion()
      return outside === undefined ? undefined : `${changes.count(tables)} ${outside}`
    },
    settle(seen) {
      settled = seen
    },
    isSettled: seen => seen !== undefined && seen === settled,
  }
}
