/** What this service itself writes into the tables of staff; the rest is the account library's. */
import { CODE_USED_MS } from '../../limits.ts'
import type { Database, Tx } from '../schema/schema.ts'

/** Uses a code up. False when this member has used it while it may still be good (RFC 6238 §5.2). */
export async function takeCode(
  db: Database,
  staff: string,
  codeHash: string,
  now: number,
): Promise<boolean> {
  const expires_at = now + CODE_USED_MS
  const row = await db
    .insertInto('staff_used_codes')
    .values({ staff, code_hash: codeHash, expires_at })
    .onConflict(c =>
      c
        .columns(['staff', 'code_hash'])
        .doUpdateSet({ expires_at })
        .where('staff_used_codes.expires_at', '<=', now),
    )
    .returning('staff')
    .executeTakeFirst()
  return row !== undefined
}

/** Ends sessions that were begun by a password alone. */
export async function endPasswordSessions(db: Database, staff: string): Promise<void> {
  await db
    .deleteFrom('staff_sessions')
    .where('userId', '=', staff)
    .where('factor', '=', 'password')
    .execute()
}

export async function endSession(db: Database, token: string): Promise<void> {
  await db.deleteFrom('staff_sessions').where('token', '=', token).execute()
}

/**
 * Takes a lost device away: the password alone signs in again, and every session ends. Gives the
 * member's id; undefined when no account has this address.
 */
export async function dropSecondFactor(tx: Tx, email: string): Promise<string | undefined> {
  const row = await tx
    .updateTable('staff')
    .set({ twoFactorEnabled: null })
    .where('email', '=', email.toLowerCase())
    .returning('id')
    .executeTakeFirst()
  if (row === undefined) return undefined
  await tx.deleteFrom('staff_two_factors').where('userId', '=', row.id).execute()
  await tx.deleteFrom('staff_sessions').where('userId', '=', row.id).execute()
  return row.id
}
