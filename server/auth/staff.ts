/**
 * Staff accounts by better-auth: e-mail and password, sessions in HttpOnly SameSite cookies. Only
 * the endpoints listed here are reachable; accounts are made by `staff add`, never over HTTP.
 * The library is loaded on first use: it takes longer than the rest of the start.
 */
import { z } from 'zod'
import { EMAIL_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN } from '../limits.ts'
import { AUTH_PATH, commonOptions, requestOf, type StaffOptions } from './library.ts'
import { isRole, type Role } from './permissions.ts'
import { PROVIDER_EMAIL_DOMAIN } from './provider.ts'

interface Endpoint {
  readonly method: 'GET' | 'POST'
  /** What may be in its body: options of the library that are not named here stay closed. */
  readonly body: z.ZodType<Record<string, unknown>>
}

const password = z.string().min(1).max(PASSWORD_CHARS_MAX)
const nothing = z.strictObject({})
const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  [
    '/sign-in/email',
    {
      method: 'POST',
      body: z.strictObject({ email: z.string().min(1).max(EMAIL_CHARS_MAX), password }),
    },
  ],
  ['/sign-out', { method: 'POST', body: nothing }],
  ['/get-session', { method: 'GET', body: nothing }],
  [
    '/change-password',
    {
      method: 'POST',
      body: z.strictObject({
        currentPassword: password,
        newPassword: password,
        revokeOtherSessions: z.boolean().optional(),
      }),
    },
  ],
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
      const { pathname } = new URL(request.url)
      const endpoint = pathname.startsWith(AUTH_PATH)
        ? ENDPOINTS.get(pathname.slice(AUTH_PATH.length))
        : undefined
      if (endpoint?.method !== request.method) return undefined
      const body = endpoint.body.safeParse(await bodyOf(request))
      if (!body.success) return new Response(null, { status: 422 })
      const url = `${options.publicUrl()}${pathname}`
      const sent = endpoint.method === 'GET' ? undefined : body.data
      return (await library()).handler(requestOf(url, request.headers, clientAddress, sent))
    },
    add: async (email, password, role) => addMember(await library(), email, password, role),
  }
}

/** The JSON of a body, `{}` for an empty one; undefined for anything else. */
async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}

type Library = Awaited<ReturnType<typeof loadLibrary>>

async function loadLibrary(options: StaffOptions) {
  const { betterAuth } = await import('better-auth')
  return betterAuth({
    ...commonOptions(options, { '/sign-in/email': { window: 60, max: 10 } }),
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
    account: { modelName: 'staff_accounts' },
  })
}

async function addMember(auth: Library, email: string, password: string, role: Role) {
  const address = email.toLowerCase()
  // Members of the operator's provider stand under addresses that no password may be given to.
  if (address.endsWith(`@${PROVIDER_EMAIL_DOMAIN}`)) throw new TypeError('not an e-mail address')
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
