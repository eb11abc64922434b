/**
 * The set-up of better-auth, for embedded accounts and the operator's provider alike: the same
 * tables, sessions in HttpOnly SameSite cookies with a fixed end, and rates in the database.
 */
import type { Clock } from '../clock.ts'
import type { Secrets } from '../secrets.ts'
import { engineOf } from '../store/engine/engines.ts'
import { handleOf } from '../store/engine/handle.ts'
import type { Database } from '../store/schema/schema.ts'
import type { Role } from './permissions.ts'

/** Header that carries the client's address to the library's rate limit; set by us alone. */
export const CLIENT_ADDRESS_HEADER = 'x-wicketgate-client'
export const AUTH_PATH = '/v1/auth'

/** How passwords are kept. `verify` is given what `hash` made. */
export interface Passwords {
  hash(password: string): Promise<string>
  verify(given: { readonly hash: string; readonly password: string }): Promise<boolean>
}

export interface StaffOptions {
  readonly db: Database
  readonly secrets: Secrets
  /** Of the audit's rows; the library's own times, tokens and codes are the system's: it has no option. */
  readonly clock: Clock
  /** The address that browsers use. */
  readonly publicUrl: () => string
  /** 12 by default. */
  readonly sessionHours?: number
  /** Roles whose embedded accounts must have a second factor; none by default. */
  readonly totpFor?: readonly Role[]
  /** The library's own by default: scrypt with a salt, N = 2^14, r = 16, p = 1. */
  readonly passwords?: Passwords | undefined
}

/** What a session was begun with. */
export type Factor = 'password' | 'totp' | 'oidc'

/** Library's path → so many in so many seconds, an address. */
type Rates = Readonly<Record<string, { readonly window: number; readonly max: number }>>

/** The part of its options that does not depend on how one signs in. */
export function commonOptions(
  { db, secrets, publicUrl, sessionHours = 12 }: StaffOptions,
  rates: Rates,
) {
  const url = publicUrl()
  return {
    appName: 'Wicketgate',
    baseURL: url,
    basePath: AUTH_PATH,
    secret: secrets.derived('sessions'),
    database: { db, type: engineOf(db) },
    telemetry: { enabled: false },
    logger: { disabled: true },
    session: {
      modelName: 'staff_sessions',
      expiresIn: sessionHours * 3600,
      disableSessionRefresh: true,
      additionalFields: { factor: { type: 'string' as const, required: true, input: false } },
    },
    verification: { modelName: 'staff_verifications' },
    rateLimit: {
      enabled: true,
      storage: 'database' as const,
      modelName: 'staff_rate_limits',
      window: 60,
      max: 120,
      customRules: { ...rates },
    },
    advanced: {
      cookiePrefix: 'wicketgate',
      database: { generateId: () => handleOf(db).random.bytes(16).toString('hex') },
      useSecureCookies: url.startsWith('https:'),
      defaultCookieAttributes: { sameSite: 'strict' as const, httpOnly: true },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
      // Our own check stands before every route that reads a cookie: see origin.ts.
      disableCSRFCheck: true,
    },
  }
}

/** A request for the library, with the address that its rates count. */
export function requestOf(
  path: string,
  headers: Headers,
  clientAddress: string,
  body?: Readonly<Record<string, unknown>>,
): Request {
  const passed = new Headers(headers)
  passed.set(CLIENT_ADDRESS_HEADER, clientAddress)
  if (body === undefined) return new Request(path, { headers: passed })
  passed.delete('content-length')
  passed.set('content-type', 'application/json')
  return new Request(path, { method: 'POST', headers: passed, body: JSON.stringify(body) })
}
