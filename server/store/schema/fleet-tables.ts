/**
 * A step of the schema's history, for who looks at the fleet: gates that are retired, what each gate
 * told over the last day, and finding rows of the audit.
 */
import type { Kysely } from 'kysely'
import { int, type Table, text } from '../engine/columns.ts'

export async function fleetTables(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('gates').addColumn('retired_at', 'bigint').execute()
  const points = db.schema.createTable('gate_health_points') as unknown as Table
  await int(text(points, 'gate', 'body'), 'slot', 'at')
    .addPrimaryKeyConstraint('gate_health_points_pk', ['gate', 'slot'])
    .execute()
  for (const column of ['actor', 'action', 'subject']) {
    await db.schema.createIndex(`audit_${column}`).on('audit').columns([column, 'id']).execute()
  }
}
