/**
 * Who a person is, and the photo on file: the port to the authority's registry. The embedded one
 * holds people that were imported, names and photos encrypted.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Secrets } from './secrets.ts'
import { documentHash, type Identity } from './store/people.ts'
import type { Database, Tx } from './store/schema.ts'

export interface PeopleRegistry {
  /** The name on file for a document; undefined for nobody. */
  nameOf(document: Omit<Identity, 'name'>): Promise<string | undefined>
  /** The photo of exactly this person; undefined for nobody, and for another name. */
  photoOf(identity: Identity): Promise<Uint8Array | undefined>
  /**
   * What a face is compared with: the photo of exactly this person, or for anybody else one of
   * nobody, after the same work. `isTheirs` may decide the answer, but never how long it takes.
   */
  compared(identity: Identity): Promise<Compared>
}

export interface Compared {
  readonly photo: Uint8Array
  readonly isTheirs: boolean
}

interface Filed {
  readonly about: string
  readonly sealed: Uint8Array
  readonly photo: Uint8Array
}

/**
 * The mean of six portraits (those of fixtures/faces/SOURCES.txt, with their licences) with their eyes
 * and mouths aligned: a face to the networks, of nobody. Of the size and kind that photos on file have.
 */
const DECOY = readFileSync(join(import.meta.dirname, 'face/decoy.jpg'))

export function createEmbeddedRegistry(db: Database, secrets: Secrets): PeopleRegistry {
  const nameIn = ({ sealed, about }: Filed): string =>
    (JSON.parse(secrets.open(sealed, about)) as { name: string }).name
  // No document has this hash: it is shorter than one.
  const nobody: Filed = {
    about: aboutOf(Buffer.alloc(1)),
    ...sealedRow(secrets, Buffer.alloc(1), '', DECOY),
  }

  async function filed(document: Omit<Identity, 'name'>): Promise<Filed | undefined> {
    const hash = documentHash(secrets, document)
    const row = await db
      .selectFrom('registry')
      .select(['sealed', 'photo'])
      .where('document_hash', '=', hash)
      .executeTakeFirst()
    return row && { about: aboutOf(hash), ...row }
  }

  async function compared(identity: Identity): Promise<Compared> {
    const found = (await filed(identity)) ?? nobody
    const isTheirs = nameIn(found) === identity.name && found !== nobody
    const { photo, about } = isTheirs ? found : nobody
    return { photo: secrets.openBytes(photo, about), isTheirs }
  }

  return {
    compared,
    async nameOf(document) {
      const found = await filed(document)
      return found && nameIn(found)
    },
    async photoOf(identity) {
      const { photo, isTheirs } = await compared(identity)
      return isTheirs ? photo : undefined
    },
  }
}

const sealedRow = (secrets: Secrets, hash: Buffer, name: string, photo: Uint8Array) => ({
  sealed: secrets.seal(JSON.stringify({ name }), aboutOf(hash)),
  photo: secrets.sealBytes(photo, aboutOf(hash)),
})

/** Adds a person, or brings name and photo up to date. True when the person is new. */
export async function registerPerson(
  tx: Tx,
  secrets: Secrets,
  identity: Identity,
  photo: Uint8Array,
  now: number,
): Promise<boolean> {
  const hash = documentHash(secrets, identity)
  const known = await tx
    .selectFrom('registry')
    .select('added_at')
    .where('document_hash', '=', hash)
    .executeTakeFirst()
  const row = { ...sealedRow(secrets, hash, identity.name, photo), added_at: now }
  await tx
    .insertInto('registry')
    .values({ document_hash: hash, ...row })
    .onConflict(c => c.column('document_hash').doUpdateSet(row))
    .execute()
  return known === undefined
}

const aboutOf = (hash: Buffer): string => `registry ${hash.toString('hex')}`
