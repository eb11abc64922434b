/**
 * Embedded staff accounts by better-auth: e-mail and password, and a second factor (TOTP, RFC 6238,
 * with backup codes). Only those in endpoints.ts are reachable; accounts are made by `staff add`,
 * never over HTTP. A session records how it was begun, so that one begun by the password alone is not
 * accepted where more is needed.
 * The library is loaded on first use: that takes longer than the rest of the start.
 */
import { z } from 'zod'
import { explainFields } from '../../gate/contract/explain.ts'
import { systemClock } from '../clock.ts'
import { Problem } from '../errors.ts'
import { CODE_WAIT_MS, EMAIL_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN } from '../limits.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { transact } from '../store/engine/transact.ts'
import { withTrouble } from '../store/engine/trouble.ts'
import type { Database, Tx } from '../store/schema/schema.ts'
import {
  dropSecondFactor,
  endPasswordSessions,
  endSession,
  takeCode,
} from '../store/staff/staff.ts'
import { isDisabled } from '../store/staff/staff-members.ts'
import { ENDPOINTS, SIGN_INS, VERIFY_BACKUP_CODE, VERIFY_TOTP } from './endpoints.ts'
import { AUTH_PATH, commonOptions, type Factor, requestOf, type StaffOptions } from './library.ts'
import { problemOf } from './library-codes.ts'
import { isRole, type Role } from './permissions.ts'
import { PROVIDER_EMAIL_DOMAIN } from './provider.ts'
import { auditOwnAccount, auditSignIn } from './staff-audit.ts'

/** What the library says when a session begins. */
const beginSchema = z.object({ token: z.string(), user: z.object({ id: z.string() }) })

const isFault = ({ status }: Response): boolean => status >= 500

export interface StaffMember {
  readonly id: string
  readonly role: Role
  /** Id of the session: one window's. */
  readonly session: string
}

export interface StaffAccounts {
  /**
   * Who signed in, by the session cookie; undefined without one that is good. `must enrol`: someone
   * whose role needs a second factor and who may do nothing but set it up.
   */
  member(headers: Headers): Promise<StaffMember | 'must enrol' | undefined>
  /** Answers one of the library's endpoints; undefined for any other path. Throws Problem. */
  handle(request: Request, clientAddress: string): Promise<Response | undefined>
  /** Takes the second factor of a lost device away. False when there is no such account. */
  resetTotp(email: string): Promise<boolean>
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

  async function member(headers: Headers): Promise<StaffMember | 'must enrol' | undefined> {
    if (!headers.has('cookie')) return undefined
    const { api } = await library()
    const found = await withTrouble(() => api.getSession({ headers }))
    const role: unknown = found?.user.role
    if (found === null || !isRole(role)) return undefined
    const { user, session } = found
    if (session.factor === 'password') {
      // Begun before the second factor was set up: not good any more.
      if (user.twoFactorEnabled === true) return undefined
      if (options.totpFor?.includes(role) === true) return 'must enrol'
    }
    return { id: user.id, role, session: session.id }
  }

  /** An answer that begins a session of one who is disabled: it ends again. */
  async function refuseDisabled(answer: Response): Promise<void> {
    const said = beginSchema.safeParse(await answer.clone().json())
    if (!said.success || !(await isDisabled(options.db, said.data.user.id))) return
    await endSession(options.db, said.data.token)
    throw new Problem('ACCOUNT_DISABLED')
  }

  /** Before the session's cookie is given away. */
  async function noteSignIn(answer: Response, path: string): Promise<void> {
    const by = SIGN_INS[path]
    if (by === undefined) return
    const said = beginSchema.safeParse(await answer.clone().json())
    if (said.success) await auditSignIn(options.db, said.data.user.id, by, options.clock.now())
  }

  /** A code counts once, and with it sessions of the password alone end. */
  async function settleCode(answer: Response, code: string): Promise<void> {
    const { db, secrets } = options
    const said = (await answer.clone().json()) as { token: string; user: { id: string } }
    const staff = said.user.id
    const hash = secrets.mac('code', `totp ${staff} ${code}`).toString('base64url')
    // The system's time, as the library has it.
    if (!(await takeCode(db, staff, hash, systemClock.now()))) {
      await endSession(db, said.token)
      throw new Problem('TOTP_USED')
    }
    await endPasswordSessions(db, staff)
  }

  return {
    warm: async () => void (await library()),
    member,
    async handle(request, clientAddress) {
      const { pathname } = new URL(request.url)
      const path = pathname.slice(AUTH_PATH.length)
      const endpoint = Object.hasOwn(ENDPOINTS, path) ? ENDPOINTS[path] : undefined
      if (endpoint?.method !== request.method) return undefined
      const given = await bodyOf(request)
      const body = endpoint.body.safeParse(given)
      if (!body.success) throw new Problem('INVALID', { fields: explainFields(body.error, given) })
      const by = endpoint.membersOnly && demandMember(await member(request.headers))
      const url = `${options.publicUrl()}${pathname}`
      const sent = endpoint.method === 'GET' ? undefined : body.data
      const asked = requestOf(url, request.headers, clientAddress, sent)
      const { handler } = await library()
      const answer = await withTrouble(() => handler(asked), isFault)
      if (answer.status >= 400) throw new Problem(await problemOf(answer))
      await refuseDisabled(answer)
      if (path === VERIFY_TOTP) await settleCode(answer, String(body.data.code))
      await noteSignIn(answer, path)
      if (by && endpoint.audited) {
        await auditOwnAccount(options.db, by.id, endpoint.audited, options.clock.now())
      }
      return withoutTokens(answer)
    },
    add: async (email, password, role) =>
      addMember(await library(), options.db, { email, password, role }),
    resetTotp: email => transact(options.db, tx => resetMember(tx, email, options.clock.now())),
  }
}

/** The session's token is in its cookie, which scripts can't read, and nowhere else. */
async function withoutTokens(answer: Response): Promise<Response> {
  const said = await answer.text()
  const shown = JSON.stringify(JSON.parse(said === '' ? 'null' : said, dropToken))
  const headers = new Headers(answer.headers)
  headers.delete('content-length')
  return new Response(shown, { status: answer.status, headers })
}

const dropToken = (key: string, value: unknown) => (key === 'token' ? undefined : value)

/** Throws Problem `SIGN_IN` or `TOTP_REQUIRED`. */
export function demandMember(found: StaffMember | 'must enrol' | undefined): StaffMember {
  if (found === undefined) throw new Problem('SIGN_IN')
  if (found === 'must enrol') throw new Problem('TOTP_REQUIRED')
  return found
}

async function resetMember(tx: Tx, email: string, now: number): Promise<boolean> {
  const id = await dropSecondFactor(tx, email)
  if (id === undefined) return false
  const entry = { actor: 'system', action: 'staff.totp-reset', subject: id } as const
  await writeAudit(tx, entry, now)
  return true
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
  const { twoFactor } = await import('better-auth/plugins/two-factor')
  return betterAuth({
    ...commonOptions(options, {
      '/sign-in/email': { window: 60, max: 10 },
      '/two-factor/*': { window: 60, max: 30 },
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_CHARS_MIN,
      maxPasswordLength: PASSWORD_CHARS_MAX,
      ...(options.passwords && { password: options.passwords }),
    },
    user: {
      modelName: 'staff',
      additionalFields: { role: { type: 'string', required: true, input: false } },
    },
    account: { modelName: 'staff_accounts' },
    databaseHooks: {
      session: {
        create: {
          async before(session, context) {
            const before: unknown = context?.context.session?.session.factor
            return { data: { ...session, factor: factorOf(context?.path, before) } }
          },
        },
      },
    },
    plugins: [
      twoFactor({
        twoFactorTable: 'staff_two_factors',
        twoFactorCookieMaxAge: CODE_WAIT_MS / 1000,
      }),
    ],
  })
}

/** What a session counts for that `path` begins; `before`: the factor of the session it follows. */
function factorOf(path: string | undefined, before: unknown): Factor {
  if (path === VERIFY_TOTP || path === VERIFY_BACKUP_CODE) return 'totp'
  return path === '/change-password' && before === 'totp' ? 'totp' : 'password'
}

async function addMember(
  auth: Library,
  db: Database,
  { email, password, role }: { email: string; password: string; role: Role },
) {
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
    if (await isDisabled(db, known.user.id)) {
      throw new TypeError('this account is disabled: enable it first')
    }
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
