/**
 * Staff accounts by better-auth: e-mail and password, sessions in HttpOnly SameSite cookies. Only
 * the endpoints listed here are reachable; accounts are made by `staff add`, never over HTTP.
 * The library is loaded on first use: it takes longer than the rest of the start.
 */
import { EMAIL_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN } from '../limits.ts'
import type { Secrets } from '../secrets.ts'
import { engineOf } from '../store/engines.ts'
import type { Database } from '../store/schema.ts'
import { isRole, type Role } from './permissions.ts'

/** Header that carries the client's address to the library's rate limit; set by us alone. */
export const CLIENT_ADDRESS_HEADER = 'x-wicketgate-client'
export const AUTH_PATH = '/v1/auth'
const ENDPOINTS = new Map([
  [`${AUTH_PATH}/sign-in/email`, 'POST'],
  [`${AUTH_PATH}/sign-out`, 'POST'],
  [`${AUTH_PATH}/get-session`, 'GET'],
  [`${AUTH_PATH}/change-password`, 'POST'],
])

export interface StaffMember {
  readonly id: string
  readonly role: Role
}

export interface StaffAccounts {
  /** Who signed in, by the session cookie; undefined without one that is good. */
  member(headers: Headers): Promise<StaffMember | undefined>
  /** Answers one of the library's endpoints; undefined for any other path. */
  handle(request: Request, clientAddress: string): Promise<Response | undefined>
  /** Makes an account, or sets role and password of the one with this address. */
  add(email: string, password: string, role: Role): Promise<'added' | 'changed'>
  /** Loads the library ahead of the first request. */
  warm(): Promise<void>
}

export interface StaffOptions {
  readonly db: Database
  readonly secrets: Secrets
  /** The address that browsers use. */
  readonly publicUrl: () => string
}

export function createStaffAccounts(options: StaffOptions): StaffAccounts {
  let loading: Promise<Library> | undefined
  const library = () => {
    loading ??= loadLibrary(options)
    return loading
  }
  return {
    warm: async () => void (await library()),
    async member(headers) {
      if (!headers.has('cookie')) return undefined
      const found = await (await library()).api.getSession({ headers })
      const role: unknown = found?.user.role
      return found !== null && isRole(role) ? { id: found.user.id, role } : undefined
    },
    async handle(request, clientAddress) {
      if (ENDPOINTS.get(new URL(request.url).pathname) !== request.method) return undefined
      const headers = new Headers(request.headers)
      headers.set(CLIENT_ADDRESS_HEADER, clientAddress)
      return (await library()).handler(new Request(request, { headers }))
    },
    add: async (email, password, role) => addMember(await library(), email, password, role),
  }
}

type Library = Awaited<ReturnType<typeof loadLibrary>>

async function loadLibrary(options: StaffOptions) {
  const { betterAuth } = await import('better-auth')
  const url = options.publicUrl()
  return betterAuth({
    appName: 'Wicketgate',
    baseURL: url,
    basePath: AUTH_PATH,
    secret: options.secrets.derived('sessions'),
    database: { db: options.db, type: engineOf(options.db) },
    telemetry: { enabled: false },
    logger: { disabled: true },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_CHARS_MIN,
      maxPasswordLength: PASSWORD_CHARS_MAX,
    },
    user: {
      modelName: 'staff',
      additionalFields: { role: { type: 'string', required: true, input: false } },
    },
    session: { modelName: 'staff_sessions', expiresIn: 12 * 3600, updateAge: 3600 },
    account: { modelName: 'staff_accounts' },
    verification: { modelName: 'staff_verifications' },
    rateLimit: {
      enabled: true,
      storage: 'database',
      modelName: 'staff_rate_limits',
      window: 60,
      max: 120,
      customRules: { '/sign-in/email': { window: 60, max: 10 } },
    },
    advanced: {
      cookiePrefix: 'wicketgate',
      useSecureCookies: url.startsWith('https:'),
      defaultCookieAttributes: { sameSite: 'strict', httpOnly: true },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
      // Our own check stands before every route that reads a cookie: see origin.ts.
      disableCSRFCheck: true,
    },
  })
}

async function addMember(auth: Library, email: string, password: string, role: Role) {
  const address = email.toLowerCase()
  if (address.length > EMAIL_CHARS_MAX || !/^[^\s@]+@[^\s@]+$/.test(address)) {
    throw new TypeError('not an e-mail address')
  }
  if (password.length < PASSWORD_CHARS_MIN || password.length > PASSWORD_CHARS_MAX) {
    throw new RangeError(`a password has ${PASSWORD_CHARS_MIN}–${PASSWORD_CHARS_MAX} characters`)
  }
  const context = await auth.$context
  const hash = await context.password.hash(password)
  const known = await context.internalAdapter.findUserByEmail(address)
  if (known !== null) {
    await context.internalAdapter.updateUser(known.user.id, { role })
    await context.internalAdapter.updatePassword(known.user.id, hash)
    await context.internalAdapter.deleteUserSessions(known.user.id)
    return 'changed' as const
  }
  const user = await context.internalAdapter.createUser(
    { email: address, name: address.split('@')[0] as string, emailVerified: true, role },
    { method: 'admin' },
  )
  await context.internalAdapter.linkAccount({
    userId: user.id,
    providerId: 'credential',
    accountId: user.id,
    password: hash,
  })
  return 'added' as const
}
