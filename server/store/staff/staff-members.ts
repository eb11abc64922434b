/** Staff as an administrator keeps them: listed, disabled, enabled, removed. */
import type { Database, Tx } from '../schema/schema.ts'

export interface ListedMember {
  readonly id: string
  readonly email: string
  /** As it was before, for one who is disabled; '' for none. */
  readonly role: string
  /** Unix ms; null: not disabled. */
  readonly disabledAt: number | null
  readonly secondFactor: boolean
  /** Sessions that have not ended. */
  readonly sessions: number
}

/** All of them, by address. */
export async function listMembers(db: Database): Promise<readonly ListedMember[]> {
  const rows = await db
    .selectFrom('staff')
    .leftJoin('staff_disabled', 'staff_disabled.staff', 'staff.id')
    .select(({ selectFrom }) => [
      ...(['staff.id', 'staff.email', 'staff.role', 'staff_disabled.role as was'] as const),
      'staff_disabled.at as disabledAt',
      selectFrom('staff_two_factors')
        .whereRef('userId', '=', 'staff.id')
        .select(({ fn }) => fn.countAll().as('n'))
        .as('factors'),
      selectFrom('staff_sessions')
        .whereRef('userId', '=', 'staff.id')
        .select(({ fn }) => fn.countAll().as('n'))
        .as('sessions'),
    ])
    .orderBy('staff.email')
    .execute()
  return rows.map(({ id, email, role, was, disabledAt, factors, sessions }) => ({
    id,
    email,
    role: was ?? role,
    disabledAt,
    secondFactor: Number(factors) > 0,
    sessions: Number(sessions),
  }))
}

/** By e-mail address, in any case, or by id. */
export async function findMember(db: Database | Tx, who: string) {
  return db
    .selectFrom('staff')
    .select(['id', 'email', 'name', 'role'])
    .where(({ eb, or }) => or([eb('id', '=', who), eb('email', '=', who.toLowerCase())]))
    .executeTakeFirst()
}

export async function isDisabled(db: Database | Tx, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('staff_disabled')
    .select('at')
    .where('staff', '=', id)
    .executeTakeFirst()
  return row !== undefined
}

/** Every session ends, and none begins. False when it was disabled before. */
export async function disableMember(
  tx: Tx,
  { id, role }: { readonly id: string; readonly role: string },
  now: number,
): Promise<boolean> {
  if (await isDisabled(tx, id)) return false
  await tx.insertInto('staff_disabled').values({ staff: id, role, at: now }).execute()
  await tx.updateTable('staff').set({ role: '' }).where('id', '=', id).execute()
  await tx.deleteFrom('staff_sessions').where('userId', '=', id).execute()
  return true
}

/** With the role of before. False when it was not disabled. */
export async function enableMember(tx: Tx, id: string): Promise<boolean> {
  const was = await tx
    .deleteFrom('staff_disabled')
    .where('staff', '=', id)
    .returning('role')
    .executeTakeFirst()
  if (was === undefined) return false
  await tx.updateTable('staff').set({ role: was.role }).where('id', '=', id).execute()
  return true
}

/**
 * Another role, '' for none: then every session ends. False when it is the role of before, or `was`
 * is not what is stored any more.
 */
export async function setRole(
  tx: Tx,
  id: string,
  { was, role }: { readonly was: string; readonly role: string },
): Promise<boolean> {
  if (role === '') await tx.deleteFrom('staff_sessions').where('userId', '=', id).execute()
  if (was === role) return false
  const row = await tx
    .updateTable('staff')
    .set({ role })
    .where('id', '=', id)
    .where('role', '=', was)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** The account with all that hangs on it. What the member did stays in the audit, under the id. */
export async function removeMember(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('staff_used_codes').where('staff', '=', id).execute()
  await tx.deleteFrom('staff_disabled').where('staff', '=', id).execute()
  await tx.deleteFrom('staff').where('id', '=', id).execute()
}
