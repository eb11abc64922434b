/** The endpoints of the account library that can be reached, and what each may be sent. */
import { z } from 'zod'
import { BACKUP_CODE_CHARS_MAX, EMAIL_CHARS_MAX, PASSWORD_CHARS_MAX } from '../limits.ts'
import type { OwnAccountAct, SignInBy } from './staff-audit.ts'

export interface Endpoint {
  readonly method: 'GET' | 'POST'
  /** What may be in its body: options of the library that are not named here stay closed. */
  readonly body: z.ZodType<Record<string, unknown>>
  /** For those alone whose session opens other routes too. */
  readonly membersOnly?: true
  /** What the audit calls it; a member does it to the own account. */
  readonly audited?: OwnAccountAct
}

const password = z.string().min(1).max(PASSWORD_CHARS_MAX)
const email = z.string().min(1).max(EMAIL_CHARS_MAX)
const change = { currentPassword: password, newPassword: password }
const revoke = { revokeOtherSessions: z.boolean().optional() }
const withCode = z.strictObject({ code: z.string().regex(/^\d{6}$/) })
const withBackupCode = z.strictObject({ code: z.string().min(1).max(BACKUP_CODE_CHARS_MAX) })
const withPassword = z.strictObject({ password })
const nothing = z.strictObject({})
export const VERIFY_TOTP = '/two-factor/verify-totp'
export const VERIFY_BACKUP_CODE = '/two-factor/verify-backup-code'
/** Endpoints that begin a session, if their answer has one. */
export const SIGN_INS: Readonly<Record<string, SignInBy>> = {
  '/sign-in/email': 'password',
  [VERIFY_TOTP]: 'totp',
  [VERIFY_BACKUP_CODE]: 'backup-code',
}
/** By path. */
export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/sign-in/email': { method: 'POST', body: z.strictObject({ email, password }) },
  '/sign-out': { method: 'POST', body: nothing },
  '/get-session': { method: 'GET', body: nothing },
  '/change-password': {
    method: 'POST',
    body: z.strictObject({ ...change, ...revoke }),
    membersOnly: true,
    audited: 'staff.password-changed',
  },
  '/two-factor/enable': { method: 'POST', body: withPassword },
  [VERIFY_TOTP]: { method: 'POST', body: withCode },
  [VERIFY_BACKUP_CODE]: { method: 'POST', body: withBackupCode },
  '/two-factor/generate-backup-codes': {
    method: 'POST',
    body: withPassword,
    membersOnly: true,
    audited: 'staff.backup-codes',
  },
}
