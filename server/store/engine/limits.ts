/**
 * Maxima of the database: connections, waits, what tells an old copy. Times in milliseconds.
 */

/** Connections of one replica to PostgreSQL. */
export const DATABASE_CONNECTIONS_MAX = 10
/** A connection to PostgreSQL must stand within this time, a statement end within the next. */
export const CONNECT_MS_MAX = 5_000
export const STATEMENT_MS_MAX = 10_000
/** An answer that hasn't come by then will not: the network hangs, and the connection is ended. */
export const QUERY_MS_MAX = STATEMENT_MS_MAX + 1_000
/** A process that did nothing for so long was stopped: what it knows is read anew, within the next. */
export const PAUSE_MS_MAX = 2_000
export const AWAKE_MS_MAX = 2_000
export const HEARTBEAT_MS = 1_000
/** How often a replica compares its clock with the database server's, and how far it may be off. */
export const CLOCK_CHECK_MS = 10_000
export const CLOCK_OFF_MS_MAX = 5_000
/** Clocks of replicas may be this far apart. */
export const REPLICA_SKEW_MS_MAX = 2 * 60_000
/** Readiness is said within this time. */
export const READY_MS_MAX = 4_000
/** A stop that takes longer is one that hangs: the process ends. */
export const STOP_IN_ALL_MS_MAX = 30_000
/** So many gates that hold a manifest unknown here show that the database is an old copy. */
export const GATES_AHEAD_MIN = 2
/** The file that says how far was published. */
export const MARK_BYTES_MAX = 1024
/** After a restore: list numbers and manifest versions that may have been used since the backup. */
export const RESTORE_LISTS_GAP = 1000
export const RESTORE_VERSIONS_GAP = 2 ** 20
/** How often a transaction that lost against others is tried. */
export const TRANSACTION_TRIES_MAX = 8
/** Pages of SQLite's log before it is moved into the file: 16 MiB, so that a hot page moves once. */
export const CHECKPOINT_PAGES = 4096
/** A SQLite file that another process has locked: waited for at the opening, and then in all. */
export const OPEN_LOCKED_MS_MAX = 5_000
export const LOCKED_MS_MAX = 3_000
/** The longest pause between two tries, and how often it is told who has the lock. */
export const LOCKED_PAUSE_MS_MAX = 20
export const LOCKED_TOLD_MS = 5_000
/** What a refused client is told to wait, seconds. */
export const DATABASE_RETRY_S = 2
/** Whether writing works is tried this often at most, with a row of so many bytes. */
export const PROBE_MS = 2_000
export const PROBE_BYTES = 32 * 1024
/** Places of a status list that a replica fetches at once; it fetches again when fewer are left. */
export const PLACES_AT_ONCE = 256
export const PLACES_LOW = 64
/** Prepared statements kept by the SQLite shim. */
export const STATEMENTS_MAX = 256
/** Issues of phones that are done in one go, and goes at a time: SQLite has one connection. */
export const ISSUE_GOES = {
  sqlite: { callers: 32, atOnce: 1 },
  postgres: { callers: 32, atOnce: 2 },
} as const
