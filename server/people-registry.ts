/**
 * Who a person is, and the photo on file: the port to the authority's registry. The embedded one
 * holds people that were imported, names and photos encrypted.
 */
import type { Secrets } from './secrets.ts'
import { documentHash, type Identity } from './store/people.ts'
import type { Database, Tx } from './store/schema.ts'

export interface PeopleRegistry {
  /** The name on file for a document; undefined for nobody. */
  nameOf(document: Omit<Identity, 'name'>): Promise<string | undefined>
  /** The photo of exactly this person; undefined for nobody, and for another name. */
  photoOf(identity: Identity): Promise<Uint8Array | undefined>
}

export function createEmbeddedRegistry(db: Database, secrets: Secrets): PeopleRegistry {
  const nameIn = (sealed: Uint8Array, about: string): string =>
    (JSON.parse(secrets.open(sealed, about)) as { name: string }).name
  return {
    async nameOf(document) {
      const hash = documentHash(secrets, document)
      const row = await db
        .selectFrom('registry')
        .select('sealed')
        .where('document_hash', '=', hash)
        .executeTakeFirst()
      return row && nameIn(row.sealed, aboutOf(hash))
    },
    async photoOf(identity) {
      const hash = documentHash(secrets, identity)
      const row = await db
        .selectFrom('registry')
        .select(['sealed', 'photo'])
        .where('document_hash', '=', hash)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const about = aboutOf(hash)
      return nameIn(row.sealed, about) === identity.name
        ? secrets.openBytes(row.photo, about)
        : undefined
    },
  }
}

/** Adds a person, or brings name and photo up to date. True when the person is new. */
export async function registerPerson(
  tx: Tx,
  secrets: Secrets,
  identity: Identity,
  photo: Uint8Array,
  now: number,
): Promise<boolean> {
  const hash = documentHash(secrets, identity)
  const about = aboutOf(hash)
  const known = await tx
    .selectFrom('registry')
    .select('added_at')
    .where('document_hash', '=', hash)
    .executeTakeFirst()
  const row = {
    sealed: secrets.seal(JSON.stringify({ name: identity.name }), about),
    photo: secrets.sealBytes(photo, about),
    added_at: now,
  }
  await tx
    .insertInto('registry')
    .values({ document_hash: hash, ...row })
    .onConflict(c => c.column('document_hash').doUpdateSet(row))
    .execute()
  return known === undefined
}

const aboutOf = (hash: Buffer): string => `registry ${hash.toString('hex')}`
