/** A step of the schema's history: which window a presented code serves. */
import type { Kysely } from 'kysely'
import { int, type Table, text } from '../engine/columns.ts'

export async function codeTables(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.createTable('served_codes') as unknown as Table
  await int(text(table, 'code', 'session', 'purpose'), 'expires_at')
    .addPrimaryKeyConstraint('served_codes_pk', ['code'])
    .execute()
  await db.schema
    .createIndex('served_codes_expires')
    .on('served_codes')
    .column('expires_at')
    .execute()
}
