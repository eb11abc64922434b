/**
 * Audit rows of sign-ins: by what means, and the role that the operator's provider gave. A row is
 * written before a session is given out: no session exists without its row.
 */
import { type AuditEntry, writeAudit } from '../store/audit/audit.ts'
import { transact } from '../store/engine/transact.ts'
import type { Database } from '../store/schema/schema.ts'
import { findMember, setRole } from '../store/staff/staff-members.ts'
import type { Role } from './permissions.ts'

/** What a session was begun with, as the audit names it. */
export type SignInBy = 'password' | 'totp' | 'backup-code' | 'oidc'

export function auditSignIn(db: Database, id: string, by: SignInBy, now: number): Promise<void> {
  const entry = { actor: `staff:${id}`, action: 'staff.sign-in', subject: id } as const
  return writeAudit(db, { ...entry, detail: { by } }, now)
}

/** What a member changes of the own account. */
export type OwnAccountAct = 'staff.password-changed' | 'staff.backup-codes'

export function auditOwnAccount(
  db: Database,
  id: string,
  action: OwnAccountAct,
  now: number,
): Promise<void> {
  return writeAudit(db, { actor: `staff:${id}`, action, subject: id }, now)
}

/** Of whom the provider made a member; the role is the one that was stored. */
export async function auditNewMember(db: Database, id: string, now: number): Promise<void> {
  const role = (await findMember(db, id))?.role ?? ''
  await writeAudit(
    db,
    { ...byProvider(id), action: 'staff.add', detail: { role, by: 'oidc' } },
    now,
  )
}

/**
 * The role that the provider gives a member now, '' for none, with its row in one transaction; no row
 * when it is the one of before. Without a role every session ends.
 */
export async function settleRole(
  db: Database,
  id: string,
  role: Role | '',
  now: number,
): Promise<void> {
  await transact(db, async tx => {
    const was = (await findMember(tx, id))?.role
    if (was === undefined || !(await setRole(tx, id, { was, role }))) return
    await writeAudit(tx, { ...byProvider(id), ...change(was, role) }, now)
  })
}

function change(was: string, role: Role | ''): Pick<AuditEntry, 'action' | 'detail'> {
  if (role === '') return { action: 'staff.role-withdrawn', detail: { was, by: 'oidc' } }
  if (was === '') return { action: 'staff.role-returned', detail: { role, by: 'oidc' } }
  return { action: 'staff.role-changed', detail: { was, role, by: 'oidc' } }
}

const byProvider = (subject: string) => ({ actor: 'system', subject }) as const
