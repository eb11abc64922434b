/** The endpoints of the account library that can be reached, and what each may be sent. */
import { z } from 'zod'
import { BACKUP_CODE_CHARS_MAX, EMAIL_CHARS_MAX, PASSWORD_CHARS_MAX } from '../limits.ts'
import type { OwnAccountAct, SignInBy } from './staff-audit.ts'

export interface Endpoint {
  readonly method: 'GET' | 'POST'
  /** For the API's document. */
  readonly summary: string
  /** What may be in its body: options of the library that are not named here stay closed. */
  readonly body: z.ZodType<Record<string, unknown>>
  /** What a page reads of its answer. */
  readonly answer: z.ZodType
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
const done = z.looseObject({})
/** By path. */
export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/sign-in/email': {
    method: 'POST',
    summary: 'Sign in by e-mail address and password; a second factor may have to follow',
    body: z.strictObject({ email, password }),
    answer: z.looseObject({ twoFactorRedirect: z.boolean().optional() }),
  },
  '/sign-out': { method: 'POST', summary: 'End the session', body: nothing, answer: done },
  '/get-session': {
    method: 'GET',
    summary: 'The session as the library has it, or null',
    body: nothing,
    answer: done.nullable(),
  },
  '/change-password': {
    method: 'POST',
    summary: 'Set another password for the own account',
    body: z.strictObject({ ...change, ...revoke }),
    answer: done,
    membersOnly: true,
    audited: 'staff.password-changed',
  },
  '/two-factor/enable': {
    method: 'POST',
    summary: 'Begin to set up the second factor: what an authenticator needs, shown this once',
    body: withPassword,
    answer: z.looseObject({ totpURI: z.string(), backupCodes: z.array(z.string()) }),
  },
  [VERIFY_TOTP]: {
    method: 'POST',
    summary: 'Sign in, or end the setting up, with a code of the authenticator',
    body: withCode,
    answer: done,
  },
  [VERIFY_BACKUP_CODE]: {
    method: 'POST',
    summary: 'Sign in with one of the backup codes, once',
    body: withBackupCode,
    answer: done,
  },
  '/two-factor/generate-backup-codes': {
    method: 'POST',
    summary: 'Ten new backup codes in place of the former ones',
    body: withPassword,
    answer: z.looseObject({ backupCodes: z.array(z.string()) }),
    membersOnly: true,
    audited: 'staff.backup-codes',
  },
}
