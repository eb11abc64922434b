/** Whether those who watch the fleet still may: a session ends, a role changes. */
import { isRole, may } from '../auth/permissions.ts'
import { systemClock } from '../clock.ts'
import type { Database } from '../store/schema/schema.ts'
import { rolesOfSessions } from '../store/staff/staff-sessions.ts'
import type { EndCode } from './feed.ts'

/** Why each of these sessions may not; those that may are left out. */
export async function endedSessions(
  db: Database,
  sessions: readonly string[],
): Promise<ReadonlyMap<string, EndCode>> {
  // The system's time, as the account library has it.
  const roles = await rolesOfSessions(db, sessions, systemClock.now())
  const codes = sessions.flatMap((session): [string, EndCode][] => {
    const role = roles.get(session)
    if (role === undefined) return [[session, 'SIGN_IN']]
    return isRole(role) && may(role, 'fleet.read') ? [] : [[session, 'FORBIDDEN']]
  })
  return new Map(codes)
}
