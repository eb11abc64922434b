/**
 * Staff by the operator's OpenID Connect provider: authorization code with PKCE, state and nonce by
 * better-auth's generic OAuth plugin (OpenID Connect Core 1.0 §3.1, RFC 7636). A member is identified
 * by issuer and subject alone, never by an e-mail address (§5.7), so no embedded account is ever taken
 * over; the role is read anew at each sign-in. The provider's tokens are not kept.
 *
 * It is a second instance of the library, made at the first sign-in: embedded accounts are independent
 * of the provider and work while it is down.
 */
import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { PLAIN_LINE } from '../../gate/contract/plain-line.ts'
import { type Timers, within } from '../clock.ts'
import type { ProblemCode } from '../errors.ts'
import { EXCHANGE_MS_MAX, NAME_POINTS_MAX } from '../limits.ts'
import { handleOf } from '../store/engine/handle.ts'
import { troubleOf, withTrouble } from '../store/engine/trouble.ts'
import { isDisabled } from '../store/staff/staff-members.ts'
import type { ProviderConfig } from './config.ts'
import { discover, discoveryUrl, fetchJson, type ProviderDocument } from './discovery.ts'
import { AUTH_PATH, commonOptions, requestOf, type StaffOptions } from './library.ts'
import { ownPath } from './own-path.ts'
import { isRole } from './permissions.ts'
import { type Claims, claimAt, roleOf } from './roles.ts'
import { auditNewMember, auditSignIn, settleRole } from './staff-audit.ts'

const PROVIDER_ID = 'oidc'
/** Where the provider sends browsers back to: to be registered there, after `publicUrl`. */
export const CALLBACK_PATH = `${AUTH_PATH}/callback/${PROVIDER_ID}`
/** Addresses of members whom the provider vouches for; RFC 2606 keeps the domain from being real. */
export const PROVIDER_EMAIL_DOMAIN = 'oidc.invalid'

export interface ProviderOptions extends StaffOptions {
  readonly provider: ProviderConfig
  readonly clientSecret: string
  /** Time for the exchange of a code; EXCHANGE_MS_MAX by default. */
  readonly exchangeMs?: number
}

export type ProviderCode = Extract<ProblemCode, `OIDC_${string}` | 'RATE_LIMITED'>

export type Begun =
  /** Where the browser goes, and the cookies that its way back is bound to. */
  | { readonly ok: true; readonly url: string; readonly cookies: readonly string[] }
  | { readonly ok: false; readonly code: ProviderCode }

export type Finished =
  /** Signed in: the session's cookie, and the path that `begin` was given. */
  | { readonly ok: true; readonly returnTo: string; readonly cookies: readonly string[] }
  /** `returnTo` is undefined when the way back was not begun here. `why`: the library's own code. */
  | {
      readonly ok: false
      readonly code: ProviderCode
      readonly why: string
      readonly returnTo: string | undefined
    }

export interface ProviderAccounts {
  /** `returnTo`: a path of our own pages, checked by the caller. */
  begin(returnTo: string, headers: Headers, clientAddress: string): Promise<Begun>
  /** `request`: the browser's, as the provider sent it back. Never throws for what is in it. */
  finish(request: Request, clientAddress: string): Promise<Finished>
}

interface Instance {
  readonly document: string
  readonly auth: Awaited<ReturnType<typeof createInstance>>
}

export function createProviderAccounts(options: ProviderOptions): ProviderAccounts {
  const { issuer } = options.provider
  const { timers } = handleOf(options.db)
  let instance: Instance | undefined

  /** Made again when the provider says something else of itself; undefined while it is down. */
  async function reach(): Promise<Instance | undefined> {
    const found = await discover(timers, issuer)
    if (found === undefined) return undefined
    const document = JSON.stringify(found)
    if (instance?.document !== document) {
      instance = { document, auth: await createInstance(options, found) }
    }
    return instance
  }

  /** The library's answer; undefined when the provider holds it up for too long. */
  async function answerOf({ auth }: Instance, request: Request): Promise<Response | undefined> {
    const answer = withTrouble(() => auth.handler(request), isRefusal)
    answer.catch(() => {})
    return within(timers, options.exchangeMs ?? EXCHANGE_MS_MAX, answer, undefined)
  }

  return {
    async begin(returnTo, headers, clientAddress) {
      const reached = await reach()
      if (reached === undefined) return { ok: false, code: 'OIDC_UNAVAILABLE' }
      const url = `${options.publicUrl()}${AUTH_PATH}/sign-in/social`
      const body = { provider: PROVIDER_ID, callbackURL: returnTo, errorCallbackURL: returnTo }
      const answer = await answerOf(reached, requestOf(url, headers, clientAddress, body))
      if (answer?.status === 429) return { ok: false, code: 'RATE_LIMITED' }
      if (answer?.status !== 200) return { ok: false, code: 'OIDC_UNAVAILABLE' }
      const said = (await answer.json()) as { url: string }
      return { ok: true, url: said.url, cookies: answer.headers.getSetCookie() }
    },
    async finish(request, clientAddress) {
      const { search } = new URL(request.url)
      const url = `${options.publicUrl()}${CALLBACK_PATH}${search}`
      const refused = (code: ProviderCode, why: string, returnTo?: string) =>
        ({ ok: false, code, why, returnTo }) as const
      const ready = instance ?? (await reach())
      if (ready === undefined) return refused('OIDC_UNAVAILABLE', 'discovery')
      const asked = requestOf(url, request.headers, clientAddress)
      const answer = await answerOf(ready, asked).catch(error => {
        if (troubleOf(error) === undefined) throw error
        return 'database' as const
      })
      if (answer === 'database') return refused('OIDC_UNAVAILABLE', answer)
      if (answer === undefined) return refused('OIDC_UNAVAILABLE', 'time')
      if (answer.status === 429) return refused('RATE_LIMITED', 'rate')
      const location = new URL(answer.headers.get('location') ?? 'about:blank', options.publicUrl())
      const path = ownPath(location.href, options.publicUrl())
      const error = location.searchParams.get('error')
      if (answer.status === 302 && error === null && path !== undefined) {
        return { ok: true, returnTo: path, cookies: answer.headers.getSetCookie() }
      }
      const back = path?.startsWith(`${AUTH_PATH}/`) ? undefined : path?.split('?', 1)[0]
      const why = KNOWN_ERRORS.has(error ?? '') ? (error as string) : 'other'
      return refused(await codeOf(why), why, back)
    },
  }

  async function codeOf(error: string): Promise<ProviderCode> {
    if (error === 'OIDC_NO_ROLE' || error === 'OIDC_DISABLED') return error
    if (!NEEDS_PROVIDER.has(error)) return 'OIDC_REFUSED'
    return (await discover(timers, issuer)) === undefined ? 'OIDC_UNAVAILABLE' : 'OIDC_REFUSED'
  }
}

/** No success, or a way back that names an error. */
const isRefusal = (answer: Response): boolean =>
  answer.status >= 400 || /[?&]error=/.test(answer.headers.get('location') ?? '')

/** The library's codes that may also mean that the provider could not be reached. */
const NEEDS_PROVIDER = new Set(['invalid_code', 'unable_to_get_user_info'])
/** Others are the provider's, or whoever made the address up: not written into a log. */
const KNOWN_ERRORS = new Set([
  ...NEEDS_PROVIDER,
  'OIDC_NO_ROLE',
  'OIDC_DISABLED',
  'state_mismatch',
  'state_not_found',
  'issuer_mismatch',
  'nonce_binding_missing',
  'no_code',
  'access_denied',
])

async function createInstance(options: ProviderOptions, document: ProviderDocument) {
  const { betterAuth } = await import('better-auth')
  const { genericOAuth } = await import('better-auth/plugins/generic-oauth')
  const { provider, clientSecret, db, clock } = options
  const common = commonOptions(options, {
    '/sign-in/social': { window: 60, max: 30 },
    '/callback/*': { window: 60, max: 30 },
  })
  return betterAuth({
    ...common,
    user: {
      modelName: 'staff',
      // Set from the claims by mapProfileToUser: this instance has no endpoint that takes it.
      additionalFields: { role: { type: 'string', required: true } },
      async validateUserInfo({ user, source }) {
        const id = source.action === 'sign-in' ? user.id : undefined
        if (id !== undefined && (await isDisabled(db, id))) return { error: 'OIDC_DISABLED' }
        const role = isRole(user.role) ? user.role : ''
        if (id !== undefined) await settleRole(db, id, role, clock.now())
        return role === '' ? { error: 'OIDC_NO_ROLE' } : undefined
      },
    },
    account: {
      modelName: 'staff_accounts',
      accountLinking: { enabled: false },
      updateAccountOnSignIn: false,
    },
    databaseHooks: {
      account: {
        create: {
          // Accounts are never linked: it is a new member's, who can't sign in before it is there.
          async before(account) {
            await auditNewMember(db, account.userId, clock.now())
            return { data: { ...account, ...NO_TOKENS } }
          },
        },
      },
      session: {
        create: {
          async before(session) {
            await auditSignIn(db, session.userId, 'oidc', clock.now())
            return { data: { ...session, factor: 'oidc' } }
          },
        },
      },
    },
    advanced: {
      ...common.advanced,
      // The way back comes from the provider's page: a strict cookie would stay at home.
      cookies: { state: { attributes: { sameSite: 'lax' } } },
    },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: PROVIDER_ID,
            discoveryUrl: discoveryUrl(provider.issuer),
            requireIdTokenVerification: true,
            clientId: provider.clientId,
            clientSecret,
            authentication: provider.clientAuth,
            scopes: provider.scopes,
            overrideUserInfo: true,
            accountSubject: ({ profile }) => subjectOf(provider.issuer, String(profile.sub)),
            getUserInfo: async ({ idToken, accessToken }) =>
              claimsOf(handleOf(db).timers, provider, document, idToken, accessToken),
            mapProfileToUser: claims => ({
              email: `${subjectOf(provider.issuer, String(claims.sub))}@${PROVIDER_EMAIL_DOMAIN}`,
              name: nameOf(claims),
              role: roleOf(claims, provider) ?? '',
            }),
          },
        ],
      }),
    ],
  })
}

const NO_TOKENS = {
  accessToken: null,
  refreshToken: null,
  idToken: null,
  accessTokenExpiresAt: null,
  refreshTokenExpiresAt: null,
  scope: null,
}

/** Who it is, for ever: a subject is unique within its issuer alone. Hex. */
const subjectOf = (issuer: string, subject: string): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex')
    .slice(0, 40)

function nameOf({ name, preferred_username }: Claims): string {
  const text = [name, preferred_username].find(one => typeof one === 'string' && one !== '')
  // The provider's to say: what would not show as what it is is left out.
  const plain = [...((text as string | undefined) ?? '')].filter(one => PLAIN_LINE.test(one))
  return plain.slice(0, NAME_POINTS_MAX).join('').trim() || 'staff'
}

/**
 * The claims of an id token that the library has verified (signature, issuer and audience as
 * discovered, times, nonce), if it is this issuer's and for us (§3.1.3.7); with those of the userinfo
 * endpoint where the token carries no roles. Null refuses.
 */
async function claimsOf(
  timers: Timers,
  provider: ProviderConfig,
  document: ProviderDocument,
  idToken: string | undefined,
  accessToken: string | undefined,
) {
  if (idToken === undefined) return null
  const claims = decodeJwt(idToken)
  const { iss, aud, azp, sub } = claims
  if (iss !== provider.issuer || sub === undefined || sub === '') return null
  if ((azp ?? provider.clientId) !== provider.clientId) return null
  if (Array.isArray(aud) && aud.length > 1 && azp === undefined) return null
  const endpoint = document.userinfo_endpoint
  const complete = claimAt(claims, provider.rolesClaim) !== undefined || endpoint === undefined
  const ours = { sub, emailVerified: false }
  if (complete) return { ...claims, ...ours }
  const more = await fetchJson(timers, endpoint, { authorization: `Bearer ${accessToken}` })
  // §5.3.2: another subject's answer must not be used.
  if (typeof more !== 'object' || more === null || (more as Claims).sub !== sub) return null
  return { ...more, ...claims, ...ours }
}
