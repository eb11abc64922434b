/** A step of the schema's history: several documents may be one person's. */
import { type Kysely, sql } from 'kysely'

export async function documentsOfPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('people').addColumn('same_as', 'text').execute()
  await db.schema
    .createIndex('people_same_as')
    .on('people')
    .column('same_as')
    .where(sql.ref('same_as'), 'is not', null)
    .execute()
}
