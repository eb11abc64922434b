/**
 * A step of the schema's history: pictures that face checks have seen, and the face checks of an
 * application counted beside its challenges. Challenges live a minute; those of before go.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type ColumnTypes, int, type Table, text } from '../engine/columns.ts'

export async function frameTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const table = db.schema.createTable('seen_frames') as unknown as Table
  await int(text(table, 'mac', 'subject', 'capture'), 'drop_at')
    .addColumn('print', types.bytes as RawBuilder<never>)
    .addPrimaryKeyConstraint('seen_frames_pk', ['mac'])
    .execute()
  const index = (name: string) => db.schema.createIndex(name).on('seen_frames')
  await index('seen_frames_subject').columns(['subject', 'drop_at']).execute()
  await index('seen_frames_drop').column('drop_at').execute()
  await db.schema
    .alterTable('applications')
    .addColumn('checked', 'bigint', c => c.notNull().defaultTo(0))
    .execute()
  await sql`delete from challenges`.execute(db)
  await db.schema.createIndex('challenges_subject').on('challenges').column('subject').execute()
}

/** A step of the schema's history: what a face check compares is found without what has no sketch. */
export async function frameSketches(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('seen_frames_sketches')
    .on('seen_frames')
    .columns(['subject', 'drop_at'])
    .where(sql.ref('print'), 'is not', null)
    .execute()
}
