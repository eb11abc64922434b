/**
 * Who a person is, and the photo on file: the port to the authority's registry. The embedded one
 * holds people that were imported, names and photos encrypted.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formerTypesOf } from './domain/document.ts'
import { isNameOf } from './domain/name.ts'
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
    const hashes = [documentHash(secrets, document), ...formerHashes(secrets, document)]
    const rows = await db
      .selectFrom('registry')
      .select(['document_hash', 'sealed', 'photo'])
      .where('document_hash', 'in', hashes)
      .execute()
    const found = hashes.flatMap(hash => rows.filter(row => hash.equals(row.document_hash)))[0]
    return found && { about: aboutOf(Buffer.from(found.document_hash)), ...found }
  }

  async function compared(identity: Identity): Promise<Compared> {
    const found = (await filed(identity)) ?? nobody
    const isTheirs = isNameOf(nameIn(found), identity.name) && found !== nobody
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

/** Of the same number under the types that earlier versions took it for. */
const formerHashes = (secrets: Secrets, { documentType, documentNumber }: Omit<Identity, 'name'>) =>
  formerTypesOf(documentType, documentNumber).map(type =>
    documentHash(secrets, { documentType: type, documentNumber }),
  )

/**
 * Adds a person, or brings name and photo up to date; a row under another type, which an earlier
 * version took, goes. True when the person is new.
 */
export async function registerPerson(
  tx: Tx,
  secrets: Secrets,
  identity: Identity,
  photo: Uint8Array,
  now: number,
): Promise<boolean> {
  const hash = documentHash(secrets, identity)
  const hashes = [hash, ...formerHashes(secrets, identity)]
  const known = await tx
    .deleteFrom('registry')
    .where('document_hash', 'in', hashes)
    .returning('added_at')
    .execute()
  const row = { ...sealedRow(secrets, hash, identity.name, photo), added_at: now }
  await tx
    .insertInto('registry')
    .values({ document_hash: hash, ...row })
    .onConflict(c => c.column('document_hash').doUpdateSet(row))
    .execute()
  return known.length === 0
}

const aboutOf = (hash: Buffer): string => `registry ${hash.toString('hex')}`
