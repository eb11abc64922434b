/** A step of the schema's history: people on file, applications, and challenges for face checks. */
import type { Kysely, RawBuilder } from 'kysely'
import {
  type ColumnTypes,
  int,
  intOrNull,
  type Table,
  text,
  textOrNull,
} from '../engine/columns.ts'

export async function applicationTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const table = (name: string) => db.schema.createTable(name) as unknown as Table
  const bytes = types.bytes as RawBuilder<never>
  await int(table('registry'), 'added_at')
    .addColumn('document_hash', bytes, c => c.notNull())
    .addColumn('sealed', bytes, c => c.notNull())
    .addColumn('photo', bytes, c => c.notNull())
    .addPrimaryKeyConstraint('registry_pk', ['document_hash'])
    .execute()
  const applications = textOrNull(
    text(table('applications'), 'id', 'device_key', 'state'),
    'certificate',
  )
  await int(applications, 'tries', 'consent_at', 'guardian_consent', 'expires_at')
    .addColumn('sealed', bytes, c => c.notNull())
    .addPrimaryKeyConstraint('applications_pk', ['id'])
    .execute()
  await db.schema
    .createIndex('applications_expires')
    .on('applications')
    .column('expires_at')
    .execute()
  await intOrNull(
    int(text(table('challenges'), 'id', 'subject', 'device_key', 'prompts'), 'expires_at'),
    'used_at',
  )
    .addPrimaryKeyConstraint('challenges_pk', ['id'])
    .execute()
  await db.schema.createIndex('challenges_expires').on('challenges').column('expires_at').execute()
}
