/** A step of the schema's history: what retention has deleted, and from where on bodies are left. */
import type { Kysely, RawBuilder } from 'kysely'
import { type ColumnTypes, int, intOrNull, type Table, text } from '../engine/columns.ts'

export async function retention(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const table = db.schema.createTable('retention_reports') as unknown as Table
  await intOrNull(int(text(table, 'counts'), 'number', 'begun_at'), 'closed_at')
    .addColumn('bytes', types.bytes as RawBuilder<never>)
    .addPrimaryKeyConstraint('retention_reports_pk', ['number'])
    .execute()
  await db.schema
    .alterTable('gate_epochs')
    .addColumn('bodies_from', 'bigint', c => c.notNull().defaultTo(1))
    .execute()
}
