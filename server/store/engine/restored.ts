/** What a database that came back from a backup must not believe any more. */
import type { Tx } from '../schema/schema.ts'

/** Codes that may have been used since, leases, and sessions that may have ended. */
export async function forgetUnsure(tx: Tx): Promise<void> {
  await tx.deleteFrom('claims').where('used_at', 'is', null).execute()
  await tx.deleteFrom('enrolments').where('used_at', 'is', null).execute()
  await tx.deleteFrom('leases').execute()
  await tx.deleteFrom('staff_sessions').execute()
}
