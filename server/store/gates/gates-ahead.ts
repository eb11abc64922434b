/**
 * Gates that hold a manifest which this database never published: it is an old copy of the one that
 * did. They are kept until `restored` takes numbers that nobody has seen.
 */
import type { Kysely } from 'kysely'
import { int, type Table, text } from '../engine/columns.ts'
import { GATES_AHEAD_MIN } from '../engine/limits.ts'
import type { Database, Tx } from '../schema/schema.ts'

/** A step of the schema's history. */
export async function gatesAheadTable(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.createTable('gates_ahead') as unknown as Table
  await int(text(table, 'gate'), 'version', 'at')
    .addPrimaryKeyConstraint('gates_ahead_pk', ['gate'])
    .execute()
}

/**
 * Remembers a gate whose manifest is unknown here, and gives whether it is. Older ones than are kept
 * can't be judged.
 */
export async function noteManifest(
  tx: Tx,
  gate: string,
  version: number,
  now: number,
): Promise<boolean> {
  const { oldest, found } = await tx
    .selectFrom('published_manifests')
    .select(eb => [
      eb.fn.min('version').as('oldest'),
      eb.fn.countAll<number>().filterWhere('version', '=', version).as('found'),
    ])
    .executeTakeFirstOrThrow()
  if (Number(found) > 0 || oldest === null || version < Number(oldest)) return false
  await tx
    .insertInto('gates_ahead')
    .values({ gate, version, at: now })
    .onConflict(c => c.column('gate').doUpdateSet({ version, at: now }))
    .execute()
  return true
}

/**
 * Gates that are ahead, when there are enough of them: two, or the only one that is enrolled, since
 * one that lies must not stop everything. Empty otherwise.
 */
export async function gatesAhead(db: Database): Promise<string[]> {
  const ahead = await db
    .selectFrom('gates_ahead')
    .select('gate')
    .orderBy('gate')
    .limit(10)
    .execute()
  if (ahead.length === 0) return []
  const { n } = await db
    .selectFrom('gates')
    .where('retired_at', 'is', null)
    .select(eb => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  const enough = Math.min(GATES_AHEAD_MIN, Number(n))
  return ahead.length >= enough ? ahead.map(row => row.gate) : []
}

/** After `restored`: what gates hold from before `version` says nothing any more. */
export async function forgetManifestsBefore(tx: Tx, version: number): Promise<void> {
  await tx.deleteFrom('published_manifests').where('version', '<', version).execute()
  await tx.deleteFrom('gates_ahead').execute()
}
