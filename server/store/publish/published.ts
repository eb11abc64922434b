/** Published files in the database: what replicas serve is read back from here. */

import {
  basisOf,
  type ListEntry,
  type ListFile,
  type PublishState,
} from '../../domain/publication.ts'
import { MANIFESTS_KEPT } from '../../limits.ts'
import { liveLists } from '../certificates/status.ts'
import type { Database, Tx } from '../schema/schema.ts'

export interface PublishedManifest {
  readonly version: number
  readonly bytes: Uint8Array
  /** Quoted, as it is sent. */
  readonly etag: string
  readonly basis: string
  /** Unix ms. */
  readonly madeAt: number
}

/** The newest manifest. `since`: nothing is read when it is still this version. */
export async function newestManifest(
  db: Database | Tx,
  since?: PublishedManifest,
): Promise<PublishedManifest | undefined> {
  const { version } = await db
    .selectFrom('published_manifests')
    .select(eb => eb.fn.max('version').as('version'))
    .executeTakeFirstOrThrow()
  if (version === null || version === undefined) return undefined
  if (since?.version === Number(version)) return since
  const row = await db
    .selectFrom('published_manifests')
    .selectAll()
    .where('version', '=', Number(version))
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { bytes, etag, basis, made_at } = row
  return { version: row.version, bytes, etag, basis, madeAt: made_at }
}

/** Issuer kids that are denied, hex, sorted. */
export async function deniedKids(db: Database | Tx): Promise<string[]> {
  const rows = await db.selectFrom('revoked_kids').select('kid').orderBy('kid').execute()
  return rows.map(row => row.kid)
}

/** The same with the time of each, the oldest first. */
export async function deniedSince(db: Database): Promise<{ kid: string; at: number }[]> {
  return db
    .selectFrom('revoked_kids')
    .select(['kid', 'revoked_at as at'])
    .orderBy('revoked_at')
    .orderBy('kid')
    .execute()
}

/** What there is to publish now. */
export async function readState(
  db: Database,
  trustVersion: number,
  now: number,
): Promise<PublishState> {
  const denied = await deniedKids(db)
  const lists = await liveLists(db, now)
  return {
    trustVersion,
    deniedKids: denied,
    lists: lists.map(({ number, revision }) => ({ number, revision })),
  }
}

export async function findListEntry(
  db: Database,
  list: number,
  version: number,
): Promise<ListEntry | undefined> {
  const row = await db
    .selectFrom('published_lists')
    .select(['sha256', 'bytes'])
    .where('list', '=', list)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && { list, version, length: row.bytes.length, sha256: row.sha256 }
}

/**
 * Stores a list's file unless its version has one; gives the one that holds. One file may stand for
 * two versions: what ended while the first was made is in it already, and the next, made in the same
 * second, is the same bytes.
 */
export async function keepListFile(db: Database, file: ListFile, now: number): Promise<ListEntry> {
  const { list, version, bytes, sha256 } = file
  await db
    .insertInto('published_lists')
    .values({ list, version, sha256, bytes, made_at: now })
    .onConflict(c => c.doNothing())
    .execute()
  const kept = await findListEntry(db, list, version)
  if (kept !== undefined) return kept
  if ((await listBytes(db, sha256)) === undefined) throw new Error('a status list was not kept')
  return { list, version, length: bytes.length, sha256 }
}

/** The bytes of a list by its hash, hex. */
export async function listBytes(db: Database, sha256: string): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('published_lists')
    .select('bytes')
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  return row?.bytes
}

/** Denies an issuer's kid for good. False when `max` others are denied already. */
export async function denyKid(tx: Tx, kid: string, max: number, now: number): Promise<boolean> {
  const { n } = await tx
    .selectFrom('revoked_kids')
    .select(eb => eb.fn.countAll<number>().as('n'))
    .where('kid', '!=', kid)
    .executeTakeFirstOrThrow()
  if (Number(n) >= max) return false
  await tx
    .insertInto('revoked_kids')
    .values({ kid, revoked_at: now })
    .onConflict(c => c.column('kid').doNothing())
    .execute()
  return true
}

/** Stores a manifest and drops those that nobody looks back at. */
export async function keepManifest(
  tx: Tx,
  manifest: { version: number; bytes: Uint8Array; etag: string; state: PublishState },
  now: number,
): Promise<void> {
  const { version, bytes, etag, state } = manifest
  await tx
    .insertInto('published_manifests')
    .values({ version, bytes, etag, basis: basisOf(state), made_at: now })
    .execute()
  const oldest = await tx
    .selectFrom('published_manifests')
    .select('version')
    .orderBy('version', 'desc')
    .offset(MANIFESTS_KEPT)
    .limit(1)
    .executeTakeFirst()
  if (oldest === undefined) return
  await tx.deleteFrom('published_manifests').where('version', '<=', oldest.version).execute()
}
