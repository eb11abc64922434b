/**
 * What this process has committed, by table: whoever runs by itself hears of it and need not ask the
 * database. What other processes commit is seen by `outsideVersion` on SQLite, whoever asks for it: then
 * all who listen are told. On PostgreSQL only a query sees it.
 */
export interface Changes {
  /** How many commits so far wrote to one of `tables`. */
  count(tables: readonly string[]): number
  /**
   * Calls `listener` after each commit that wrote to one of `tables`, or that was another process's,
   * until the result is called.
   */
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
  /** Called with a table, or with nothing where any may have been written to. */
  const listeners = new Set<(table?: string) => void>()
  let outside: number | undefined
  const tell = (table?: string): void => {
    for (const heard of [...listeners]) heard(table)
  }
  return {
    count: tables => tables.reduce((sum, table) => sum + (counts.get(table) ?? 0), 0),
    listen(tables, listener) {
      const wanted = new Set(tables)
      const heard = (table?: string) => {
        if (table === undefined || wanted.has(table)) listener()
      }
      listeners.add(heard)
      return () => void listeners.delete(heard)
    },
    committed(tables) {
      for (const table of tables) {
        counts.set(table, (counts.get(table) ?? 0) + 1)
        tell(table)
      }
    },
    outsideVersion() {
      const before = outside
      outside = outsideVersion()
      if (before !== undefined && outside !== before) tell()
      return outside
    },
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
