/** A step of the schema's history: what waits for staff, approvals and appeals. */
import type { Kysely, RawBuilder } from 'kysely'
import {
  type ColumnTypes,
  int,
  intOrNull,
  type Table,
  text,
  textOrNull,
} from '../engine/columns.ts'

export async function deskTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const table = (name: string) => db.schema.createTable(name) as unknown as Table
  const bytes = types.bytes as RawBuilder<never>
  const approvals = textOrNull(
    text(table('approvals'), 'id', 'person', 'asked_by', 'reason', 'state'),
    ...['open_person', 'decided_by', 'replaces', 'certificate'],
  )
  await intOrNull(int(approvals, 'asked_at', 'expires_at'), 'decided_at')
    .addColumn('sealed', bytes, c => c.notNull())
    .addColumn('claim', bytes)
    .addPrimaryKeyConstraint('approvals_pk', ['id'])
    .addUniqueConstraint('approvals_open', ['open_person'])
    .execute()
  const appeals = textOrNull(
    text(table('appeals'), 'id', 'application'),
    ...['open_application', 'taken_by', 'outcome'],
  )
  await intOrNull(int(appeals, 'made_at', 'drop_at'), 'taken_at', 'resolved_at')
    .addColumn('sealed', bytes, c => c.notNull())
    .addColumn('note', bytes)
    .addPrimaryKeyConstraint('appeals_pk', ['id'])
    .addUniqueConstraint('appeals_open', ['open_application'])
    .execute()
  await db.schema.createIndex('appeals_drop').on('appeals').column('drop_at').execute()
}
