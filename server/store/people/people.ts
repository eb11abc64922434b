/**
 * People: the document number as a keyed hash for look-up, and with the name as AES-GCM ciphertext
 * bound to its row. In clear they exist only in the request that brought them. A person may have
 * several documents: whichever is used, the one row that stands for the person is found and locked.
 */

import { type RawBuilder, sql } from 'kysely'
import type { DocumentType } from '../../domain/document-type.ts'
import type { Secrets } from '../../secrets.ts'
import { handleOf } from '../engine/handle.ts'
import { makeTimeId } from '../engine/time-id.ts'
import type { Database, PeopleTable, Tx } from '../schema/schema.ts'

export interface Identity {
  readonly name: string
  readonly documentType: DocumentType
  /** Canonical. */
  readonly documentNumber: string
}

/** What a document is looked up by: HMAC-SHA-256 of its type and number. */
export function documentHash(
  secrets: Secrets,
  { documentType, documentNumber }: Pick<Identity, 'documentType' | 'documentNumber'>,
): Buffer {
  return secrets.mac('document-hash', `${documentType} ${documentNumber}`)
}

/**
 * Who a person is, by the document that was used last. Throws when there is none of this id, nothing
 * was issued to them, or the row was tampered with.
 */
export async function findPerson(tx: Tx, secrets: Secrets, id: string): Promise<Identity> {
  return openRow(secrets, await rowOf(tx, id))
}

/** The name that a person had when something was issued to them; undefined where nothing was. */
export async function writtenName(
  tx: Tx,
  secrets: Secrets,
  id: string,
): Promise<string | undefined> {
  const row = await rowOf(tx, id)
  return row.sealed.length === 0 ? undefined : openRow(secrets, row).name
}

const rowOf = (tx: Tx, id: string) =>
  tx
    .selectFrom('people')
    .select(['document_type', 'document_hash', 'sealed'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()

function openRow(
  secrets: Secrets,
  row: Pick<PeopleTable, 'document_type' | 'document_hash' | 'sealed'>,
): Identity {
  const about = Buffer.from(row.document_hash).toString('hex')
  const opened = JSON.parse(secrets.open(row.sealed, about)) as Omit<Identity, 'documentType'>
  return { documentType: row.document_type, ...opened }
}

/**
 * Columns of a person who is new: an id, the document's hash, and the sealed identity. Ids sort by time,
 * so that rows of people who come one after the other stand on the same pages.
 */
export function newPerson(db: Database | Tx, secrets: Secrets, identity: Identity, now: number) {
  const document_hash = documentHash(secrets, identity)
  const sealed = sealFor(secrets, identity, document_hash)
  const id = makeTimeId(handleOf(db).random, now)
  return { id, document_type: identity.documentType, document_hash, sealed }
}

function sealFor(secrets: Secrets, { name, documentNumber }: Identity, hash: Uint8Array) {
  return secrets.seal(JSON.stringify({ name, documentNumber }), Buffer.from(hash).toString('hex'))
}

export interface KnownPerson {
  readonly id: string
  readonly activeCertificate: string | undefined
}

type Document = Pick<Identity, 'documentType' | 'documentNumber'>

/** The row that stands for the person with a document. */
const personOf = (db: Database | Tx, secrets: Secrets, document: Document) =>
  db
    .selectFrom('people as document')
    .innerJoin('people as person', join =>
      join.on(eb => eb('person.id', '=', eb.fn.coalesce('document.same_as', 'document.id'))),
    )
    .where('document.document_hash', '=', documentHash(secrets, document))

/** The person with this document, if there is one. */
export async function knownPerson(
  db: Database | Tx,
  secrets: Secrets,
  document: Document,
  now: number,
): Promise<KnownPerson | undefined> {
  const row = await personOf(db, secrets, document)
    .select(['person.id', 'person.active_certificate', 'person.active_until'])
    .executeTakeFirst()
  return row && { id: row.id, activeCertificate: runningIn(row, now) }
}

/**
 * What is counted of a person before anything is issued is counted under this, whichever document
 * was used, and whether the person is known or not.
 */
export async function personKey(
  db: Database | Tx,
  secrets: Secrets,
  document: Document,
): Promise<string> {
  const row = await personOf(db, secrets, document)
    .select('person.document_hash')
    .executeTakeFirst()
  const hash = row?.document_hash ?? documentHash(secrets, document)
  return Buffer.from(hash).toString('base64url')
}

/** How many documents are known to be this person's, this one included. */
export async function documentsOf(db: Database | Tx, person: string): Promise<number> {
  const row = await db
    .selectFrom('people')
    .select(eb => eb.fn.countAll<number>().as('n'))
    .where('same_as', '=', person)
    .executeTakeFirstOrThrow()
  return Math.max(1, Number(row.n))
}

/**
 * As `knownPerson`, and nobody else reads or changes this person so until the transaction ends: what
 * is counted next stays true.
 */
export async function lockedPerson(
  tx: Tx,
  secrets: Secrets,
  document: Document,
  now: number,
): Promise<KnownPerson | undefined> {
  const row = await tx
    .updateTable('people')
    .set({ updated_at: now })
    .where('document_hash', '=', documentHash(secrets, document))
    .returning(PERSON)
    .executeTakeFirst()
  return row && known(await standingFor(tx, row, { updated_at: now }), now)
}

const PERSON = ['id', 'same_as', 'active_certificate', 'active_until'] as const
type PersonRow = Pick<PeopleTable, (typeof PERSON)[number]>

const runningIn = (
  row: Pick<PeopleTable, 'active_certificate' | 'active_until'>,
  now: number,
): string | undefined =>
  row.active_until > now ? (row.active_certificate ?? undefined) : undefined

const known = (row: PersonRow, now: number): KnownPerson => ({
  id: row.id,
  activeCertificate: runningIn(row, now),
})

/** The row that stands for the person of this one, locked too, with these columns set. */
async function standingFor(
  tx: Tx,
  row: PersonRow,
  set: Partial<Pick<PeopleTable, 'document_type' | 'sealed' | 'updated_at'>>,
): Promise<PersonRow> {
  if (row.same_as === null || row.same_as === row.id) return row
  return tx
    .updateTable('people')
    .set(set)
    .where('id', '=', row.same_as)
    .returning(PERSON)
    .executeTakeFirstOrThrow()
}

/** In an upsert: the new value, unless another row stands for the person. */
const ifStanding = <T>(column: string): RawBuilder<T> => sql<T>`case
  when people.same_as is null or people.same_as = people.id then excluded.${sql.ref(column)}
  else people.${sql.ref(column)} end`

/**
 * The person with this document, made or brought up to date, and locked. The newest name checked by
 * staff holds, with the document that it stands on.
 */
export async function savePerson(
  tx: Tx,
  secrets: Secrets,
  identity: Identity,
  now: number,
): Promise<KnownPerson> {
  const made = newPerson(tx, secrets, identity, now)
  const empty = { active_certificate: null, active_until: 0, same_as: null }
  const row = await tx
    .insertInto('people')
    .values({ ...made, ...empty, created_at: now, updated_at: now })
    .onConflict(c =>
      c.column('document_hash').doUpdateSet({
        sealed: ifStanding('sealed'),
        document_type: ifStanding('document_type'),
        updated_at: now,
      }),
    )
    .returning(PERSON)
    .executeTakeFirstOrThrow()
  if (row.same_as === null || row.same_as === row.id) return known(row, now)
  const { document_hash } = await tx
    .selectFrom('people')
    .select('document_hash')
    .where('id', '=', row.same_as)
    .executeTakeFirstOrThrow()
  const sealed = sealFor(secrets, identity, document_hash)
  const set = { sealed, document_type: identity.documentType, updated_at: now }
  return known(await standingFor(tx, row, set), now)
}
