/** Sessions of staff that last longer than a request. */
import { sql } from 'kysely'
import type { Database } from '../schema/schema.ts'

/** Roles, by session, of those that are not over at `now`, Unix ms as the account library has it. */
export async function rolesOfSessions(
  db: Database,
  sessions: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, string>> {
  if (sessions.length === 0) return new Map()
  const rows = await db
    .selectFrom('staff_sessions')
    .innerJoin('staff', 'staff.id', 'staff_sessions.userId')
    .select(['staff_sessions.id as session', 'staff.role as role'])
    .where('staff_sessions.id', 'in', [...sessions])
    .where(sql<boolean>`"expiresAt" > ${new Date(now).toISOString()}`)
    .execute()
  return new Map(rows.map(({ session, role }) => [session, role]))
}
