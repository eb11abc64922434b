/** Rows of the embedded registry: who is on file, sealed, found by the hash of a document. */
import type { Database, Tx } from '../schema/schema.ts'

export interface RegistryRow {
  readonly document_hash: Uint8Array
  readonly sealed: Uint8Array
  readonly photo: Uint8Array
}

/** Those of these documents that are on file. */
export function filedUnder(db: Database | Tx, hashes: readonly Buffer[]): Promise<RegistryRow[]> {
  return db
    .selectFrom('registry')
    .select(['document_hash', 'sealed', 'photo'])
    .where('document_hash', 'in', hashes)
    .execute()
}

/** The same without photos, with the person that several documents are one of, if any. */
export function filedPersons(db: Database | Tx, hashes: readonly Buffer[]) {
  return db
    .selectFrom('registry')
    .leftJoin('people', 'people.document_hash', 'registry.document_hash')
    .select(['registry.document_hash', 'registry.sealed', 'people.same_as'])
    .where('registry.document_hash', 'in', hashes)
    .execute()
}

/** Takes the place of the rows under any of `hashes`. True when there was none. */
export async function fileAnew(
  tx: Tx,
  hashes: readonly Buffer[],
  { document_hash, ...row }: RegistryRow & { readonly added_at: number },
): Promise<boolean> {
  const known = await tx
    .deleteFrom('registry')
    .where('document_hash', 'in', hashes)
    .returning('added_at')
    .execute()
  await tx
    .insertInto('registry')
    .values({ document_hash, ...row })
    .onConflict(c => c.column('document_hash').doUpdateSet(row))
    .execute()
  return known.length === 0
}
