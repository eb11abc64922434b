/**
 * People: the document number as a keyed hash for look-up, and with the name as AES-GCM ciphertext
 * bound to its row. In clear they exist only in the request that brought them.
 */
import { randomUUID } from 'node:crypto'
import type { DocumentType } from '../domain/document.ts'
import type { Secrets } from '../secrets.ts'
import type { Database, Tx } from './schema.ts'

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

/** Who a person is. Throws when there is none of this id, or the row was tampered with. */
export async function findPerson(tx: Tx, secrets: Secrets, id: string): Promise<Identity> {
  const row = await tx
    .selectFrom('people')
    .select(['document_type', 'document_hash', 'sealed'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const about = Buffer.from(row.document_hash).toString('hex')
  const opened = JSON.parse(secrets.open(row.sealed, about)) as Omit<Identity, 'documentType'>
  return { documentType: row.document_type, ...opened }
}

/** Columns of a person who is new: a chance id, the document's hash, and the sealed identity. */
export function newPerson(secrets: Secrets, identity: Identity) {
  const { name, documentType, documentNumber } = identity
  const document_hash = documentHash(secrets, identity)
  const plain = JSON.stringify({ name, documentNumber })
  const sealed = secrets.seal(plain, document_hash.toString('hex'))
  return { id: randomUUID(), document_type: documentType, document_hash, sealed }
}

export interface KnownPerson {
  readonly id: string
  readonly activeCertificate: string | undefined
}

/** The person with this document, if there is one. */
export async function knownPerson(
  db: Database | Tx,
  secrets: Secrets,
  document: Pick<Identity, 'documentType' | 'documentNumber'>,
  now: number,
): Promise<KnownPerson | undefined> {
  const row = await db
    .selectFrom('people')
    .select(['id', 'active_certificate', 'active_until'])
    .where('document_hash', '=', documentHash(secrets, document))
    .executeTakeFirst()
  return row && { id: row.id, activeCertificate: runningIn(row, now) }
}

/**
 * As `knownPerson`, and nobody else reads or changes this person so until the transaction ends: what
 * is counted next stays true.
 */
export async function lockedPerson(
  tx: Tx,
  secrets: Secrets,
  document: Pick<Identity, 'documentType' | 'documentNumber'>,
  now: number,
): Promise<KnownPerson | undefined> {
  const row = await tx
    .updateTable('people')
    .set({ updated_at: now })
    .where('document_hash', '=', documentHash(secrets, document))
    .returning(['id', 'active_certificate', 'active_until'])
    .executeTakeFirst()
  return row && { id: row.id, activeCertificate: runningIn(row, now) }
}

const runningIn = (
  row: { readonly active_certificate: string | null; readonly active_until: number },
  now: number,
): string | undefined =>
  row.active_until > now ? (row.active_certificate ?? undefined) : undefined

/** The person with this document, made or brought up to date. The newest name checked by staff holds. */
export async function savePerson(
  tx: Tx,
  secrets: Secrets,
  identity: Identity,
  now: number,
): Promise<KnownPerson> {
  const made = newPerson(secrets, identity)
  const { sealed } = made
  const row = await tx
    .insertInto('people')
    .values({
      ...made,
      active_certificate: null,
      active_until: 0,
      created_at: now,
      updated_at: now,
    })
    .onConflict(c => c.column('document_hash').doUpdateSet({ sealed, updated_at: now }))
    .returning(['id', 'active_certificate', 'active_until'])
    .executeTakeFirstOrThrow()
  return { id: row.id, activeCertificate: runningIn(row, now) }
}
