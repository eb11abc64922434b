/** The time of the database server: what several replicas share. */
import { sql } from 'kysely'
import type { Database } from '../schema/schema.ts'

/** Unix ms, on PostgreSQL. */
export async function serverTime(db: Database): Promise<number> {
  const { rows } = await sql<{ now: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db)
  return Number(rows[0]?.now)
}
