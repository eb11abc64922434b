/** How far what was published has come, as the database has it. */
import type { Database } from '../schema/schema.ts'

/** Each only goes up. */
export interface HighWater {
  /** The newest manifest; 0 before the first. */
  readonly manifestVersion: number
  /** The newest status list, and how many of its places were given out. */
  readonly list: number
  readonly next: number
}

export async function readHighWater(db: Database): Promise<HighWater> {
  const { version } = await db
    .selectFrom('published_manifests')
    .select(eb => eb.fn.max('version').as('version'))
    .executeTakeFirstOrThrow()
  return { manifestVersion: Number(version ?? 0), ...(await readPlaces(db)) }
}

/** The newest list, and how many of its places were given out. */
export async function readPlaces(db: Database): Promise<Pick<HighWater, 'list' | 'next'>> {
  const top = await db
    .selectFrom('status_lists')
    .select(['number', 'next'])
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return { list: top?.number ?? 0, next: top?.next ?? 0 }
}
