/** Errors of better-auth as this service's problem codes. */
import type { ProblemCode } from '../errors.ts'

/** What the library's own codes mean here, and the status of the others. */
const CODE_OF_LIBRARY: Readonly<Record<string, ProblemCode>> = {
  INVALID_CODE: 'TOTP_WRONG',
  INVALID_BACKUP_CODE: 'TOTP_WRONG',
  INVALID_TWO_FACTOR_COOKIE: 'SIGN_IN',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'TOTP_LOCKED',
  ACCOUNT_TEMPORARILY_LOCKED: 'TOTP_LOCKED',
  TOTP_ALREADY_ENABLED: 'TOTP_SET',
  INVALID_PASSWORD: 'CREDENTIALS',
}
const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'INVALID',
  401: 'CREDENTIALS',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  422: 'INVALID',
  429: 'RATE_LIMITED',
}

/** The code of an answer of 400 and over. */
export async function problemOf(answer: Response): Promise<ProblemCode> {
  const said = (await answer.json().catch(() => undefined)) as { code?: unknown } | undefined
  const byCode = CODE_OF_LIBRARY[String(said?.code)]
  return byCode ?? CODE_OF_STATUS[answer.status] ?? 'INTERNAL'
}
