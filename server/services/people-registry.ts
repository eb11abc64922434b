/**
 * Who a person is, and the photo on file: the port to the authority's registry. The embedded one
 * holds people that were imported, names and photos encrypted.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formerTypesOf } from '../domain/document.ts'
import { isNameOf } from '../domain/name.ts'
import type { Secrets } from '../secrets.ts'
import { frameSubject, personSubject } from '../store/applications/seen-frames.ts'
import { makeOnePerson } from '../store/people/one-person.ts'
import { documentHash, type Identity } from '../store/people/people.ts'
import { fileAnew, filedPersons, filedUnder } from '../store/people/registry.ts'
import type { Database, Tx } from '../store/schema/schema.ts'

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
  /**
   * Under which pictures, challenges and appeals are counted: for who is on file with several documents
   * the same for each of them; else, as for whoever is not on file under exactly this name, that of
   * who was typed. Neither the work nor its order depends on which it is.
   */
  subjectOf(db: Database | Tx, identity: Identity): Promise<string>
}

export interface Compared {
  readonly photo: Uint8Array
  readonly isTheirs: boolean
}

interface FiledName {
  readonly about: string
  readonly sealed: Uint8Array
}

interface Filed extends FiledName {
  readonly photo: Uint8Array
}

/**
 * The mean of six portraits (those of fixtures/faces/SOURCES.txt, with their licences) with their eyes
 * and mouths aligned: a face to the networks, of nobody. Of the size and kind that photos on file have.
 */
const DECOY = readFileSync(join(import.meta.dirname, '../face/decoy.jpg'))

export function createEmbeddedRegistry(db: Database, secrets: Secrets): PeopleRegistry {
  const nameIn = ({ sealed, about }: FiledName): string =>
    (JSON.parse(secrets.open(sealed, about)) as { name: string }).name
  // No document has this hash: it is shorter than one.
  const nobody: Filed = {
    about: aboutOf(Buffer.alloc(1)),
    ...sealedRow(secrets, Buffer.alloc(1), '', DECOY),
  }

  async function filed(document: Omit<Identity, 'name'>): Promise<Filed | undefined> {
    const hashes = [documentHash(secrets, document), ...formerHashes(secrets, document)]
    const found = firstFiled(hashes, await filedUnder(db, hashes))
    return found && { about: aboutOf(Buffer.from(found.document_hash)), ...found }
  }

  async function compared(identity: Identity): Promise<Compared> {
    const found = (await filed(identity)) ?? nobody
    const isTheirs = isNameOf(nameIn(found), identity.name) && found !== nobody
    const { photo, about } = isTheirs ? found : nobody
    return { photo: secrets.openBytes(photo, about), isTheirs }
  }

  async function subjectOf(at: Database | Tx, identity: Identity): Promise<string> {
    const hashes = [documentHash(secrets, identity), ...formerHashes(secrets, identity)]
    const row = firstFiled(hashes, await filedPersons(at, hashes))
    const found = row ? { about: aboutOf(Buffer.from(row.document_hash)), ...row } : nobody
    const person = row?.same_as ?? ''
    const subjects = [frameSubject(secrets, identity), personSubject(secrets, person)] as const
    return subjects[isNameOf(nameIn(found), identity.name) && person !== '' ? 1 : 0]
  }

  return {
    compared,
    subjectOf,
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

/** Of a number that is filed under several types, the row of the type that it fits. */
const firstFiled = <Row extends { readonly document_hash: Uint8Array }>(
  hashes: readonly Buffer[],
  rows: readonly Row[],
): Row | undefined => hashes.flatMap(hash => rows.filter(row => hash.equals(row.document_hash)))[0]

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
  const row = { ...sealedRow(secrets, hash, identity.name, photo), added_at: now }
  return fileAnew(tx, hashes, { document_hash: hash, ...row })
}

/**
 * Puts a person of several documents on file: the same photo for each, and the name that stands on it.
 * From then on they are one person, whichever is used. True when none of them was on file.
 */
export async function registerDocuments(
  tx: Tx,
  secrets: Secrets,
  identities: readonly Identity[],
  photo: Uint8Array,
  now: number,
): Promise<boolean> {
  const hashOf = (identity: Identity) => documentHash(secrets, identity).toString('hex')
  // The same document may be written in two ways.
  const documents = [...new Map(identities.map(one => [hashOf(one), one])).values()]
  let isNew = true
  for (const identity of documents) {
    isNew = (await registerPerson(tx, secrets, identity, photo, now)) && isNew
  }
  await makeOnePerson(tx, secrets, documents, now)
  return isNew
}

const aboutOf = (hash: Buffer): string => `registry ${hash.toString('hex')}`
