/** One look at everything that a publisher acts on, in one statement. */
import type { Database } from '../schema/schema.ts'

/** The tables that it looks at. */
export const PUBLISHING_TABLES = [
  'published_manifests',
  'revoked_kids',
  'status_lists',
  'trust_documents',
] as const

export interface Glance {
  /** Of the newest manifest; 0 when there is none. */
  readonly manifestVersion: number
  readonly text: string
}

/**
 * Another text than before when there may be something to publish, to serve, or to remember: a
 * manifest, a denied key, a certificate that ended, a list that began or is over at `now`, a place in
 * one, or a trust document.
 */
export async function glance(db: Database, now: number): Promise<Glance> {
  const row = await db
    .selectNoFrom(eb => [
      eb
        .selectFrom('published_manifests')
        .select(e => e.fn.max('version').as('v'))
        .as('manifest'),
      eb
        .selectFrom('revoked_kids')
        .select(e => e.fn.countAll().as('n'))
        .as('denied'),
      eb
        .selectFrom('status_lists')
        .select(e => e.fn.countAll().as('n'))
        .where('drop_at', '>', now)
        .as('lists'),
      eb
        .selectFrom('status_lists')
        .select(e => e.fn.sum('revision').as('n'))
        .as('revisions'),
      eb
        .selectFrom('status_lists')
        .select(e => e.fn.sum('next').as('n'))
        .as('places'),
      eb
        .selectFrom('trust_documents')
        .select(e => e.fn.max('version').as('v'))
        .as('trust'),
    ])
    .executeTakeFirstOrThrow()
  return { manifestVersion: Number(row.manifest ?? 0), text: Object.values(row).join(' ') }
}
