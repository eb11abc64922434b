/** One kind of thing that retention deletes, and the counts of what went. */
import type { RawBuilder } from 'kysely'
import type { Cutoffs } from '../../domain/retention.ts'
import type { Database, Tx } from '../schema/schema.ts'

/** Kind → how many went. */
export type Counts = Readonly<Record<string, number>>

export interface Sweep {
  readonly kind: string
  /**
   * Whether it is deleted by the clock's word alone: what nobody accepts any more after minutes or
   * hours. The rest goes only while something else says that the clock is right.
   */
  readonly brief: boolean
  /** Where rows, or what stands in them, may go. */
  readonly tables: readonly string[]
  /** A condition in SQL: false where `remove` would find nothing. */
  due(at: Cutoffs): RawBuilder<unknown>
  /** Where less than `limit` went, no more is due; others take a list, or a journal, at a time. */
  readonly inBatches: boolean
  /** Deletes up to `limit` rows. Gives what went; nothing when nothing is due. */
  remove(tx: Tx, at: Cutoffs, limit: number): Promise<Counts>
}

/** Those of `sweeps` that may find something, by one statement that writes nothing. */
export async function dueSweeps(
  db: Database,
  sweeps: readonly Sweep[],
  at: Cutoffs,
): Promise<readonly Sweep[]> {
  const row: Readonly<Record<string, unknown>> = await db
    .selectNoFrom(sweeps.map(({ kind, due }) => due(at).as(kind)))
    .executeTakeFirstOrThrow()
  // 0 and 1 in SQLite.
  return sweeps.filter(({ kind }) => Boolean(row[kind]))
}
