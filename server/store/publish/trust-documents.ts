/** Trust documents in the database, from where every replica serves them. */
import type { Database } from '../schema/schema.ts'

/** The newest one; undefined in an empty database. */
export async function newestTrustVersion(db: Database): Promise<number | undefined> {
  const row = await db
    .selectFrom('trust_documents')
    .select('version')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.version
}

/** Of all, oldest first. */
export async function allTrustBytes(db: Database): Promise<Uint8Array[]> {
  const rows = await db.selectFrom('trust_documents').select('bytes').orderBy('version').execute()
  return rows.map(row => row.bytes)
}

/** The bytes of one version. */
export async function trustBytes(db: Database, version: number): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('trust_documents')
    .select('bytes')
    .where('version', '=', version)
    .executeTakeFirst()
  return row?.bytes
}

/** Keeps one, unless another replica has. */
export async function keepTrust(
  db: Database,
  document: { readonly version: number; readonly bytes: Uint8Array },
  now: number,
): Promise<void> {
  await db
    .insertInto('trust_documents')
    .values({ ...document, added_at: now })
    .onConflict(c => c.column('version').doNothing())
    .execute()
}
