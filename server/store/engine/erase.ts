/**
 * What is left of deleted rows below the database's own view. SQLite has overwritten them in its
 * pages (`secure_delete`), but its log holds pages of before until it is emptied. PostgreSQL keeps
 * deleted rows until a vacuum makes their place free; what is written there next overwrites them.
 */
import { type Kysely, sql } from 'kysely'
import type { Database, Tables } from '../schema/schema.ts'
import type { Engine } from './columns.ts'
import { engineOf } from './engines.ts'

/** SQLite: zeros in the file, and the log is empty. PostgreSQL: their place is free for other rows. */
export const ERASES = { sqlite: 'overwritten', postgres: 'vacuumed' } as const

export interface Erased {
  readonly how: (typeof ERASES)[Engine]
  /** False while a reader of before holds them: it is for the next round to do. */
  readonly done: boolean
}

/** Outside of any transaction. `tables`: where rows were deleted; SQLite takes all at once. */
export async function eraseDeleted(db: Database, tables: Iterable<string>): Promise<Erased> {
  const engine = engineOf(db)
  const done = await (engine === 'sqlite' ? emptyLog(db) : vacuum(db, tables))
  return { how: ERASES[engine], done }
}

/** Never waits for others: nothing else would run in this process meanwhile. */
function emptyLog(db: Database): Promise<boolean> {
  return db.connection().execute(async one => {
    const { timeout } = await first<{ timeout: number }>(one, 'pragma busy_timeout')
    await first(one, 'pragma busy_timeout = 0')
    try {
      const { busy } = await first<{ busy: number }>(one, 'pragma wal_checkpoint(truncate)')
      return busy === 0
    } finally {
      await first(one, `pragma busy_timeout = ${timeout}`)
    }
  })
}

async function first<T>(db: Kysely<Tables>, text: string): Promise<T> {
  const { rows } = await sql.raw<T>(text).execute(db)
  return rows[0] as T
}

/** A transaction that began before it, and still reads, keeps what it could see. */
async function vacuum(db: Database, tables: Iterable<string>): Promise<boolean> {
  const { at } = await first<{ at: string }>(db, 'select clock_timestamp()::text as at')
  for (const table of tables) await sql`vacuum ${sql.table(table)}`.execute(db)
  const { rows } = await sql`select pid from pg_stat_activity where pid <> pg_backend_pid()
    and datname = current_database() and backend_xmin is not null
    and xact_start < ${at}::timestamptz`.execute(db)
  return rows.length === 0
}
