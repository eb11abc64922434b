/** Station manifests as they were signed last, one a station. */

import type { Database, Tx } from '../schema/schema.ts'
import type { PublishedManifest } from './published.ts'

export type PublishedStation = PublishedManifest

export async function newestStation(
  db: Database | Tx,
  station: string,
): Promise<PublishedStation | undefined> {
  const row = await db
    .selectFrom('station_manifests')
    .selectAll()
    .where('station', '=', station)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { version, bytes, etag, basis, made_at } = row
  return { version, bytes, etag, basis, madeAt: made_at }
}

/** Takes the place of the one before. */
export async function keepStation(tx: Tx, station: string, made: PublishedStation): Promise<void> {
  const { version, bytes, etag, basis, madeAt } = made
  const row = { version, bytes, etag, basis, made_at: madeAt }
  await tx
    .insertInto('station_manifests')
    .values({ station, ...row })
    .onConflict(c => c.column('station').doUpdateSet(row))
    .execute()
}
