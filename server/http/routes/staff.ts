/**
 * Signing in: the account library's few endpoints, with our origin check and problem documents; and
 * the redirect to the operator's provider and back.
 */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { ENDPOINTS } from '../../auth/endpoints.ts'
import { AUTH_PATH } from '../../auth/library.ts'
import { isForeignOrigin } from '../../auth/origin.ts'
import { ownPath } from '../../auth/own-path.ts'
import { may, PERMISSION_NAMES, ROLES } from '../../auth/permissions.ts'
import { CALLBACK_PATH } from '../../auth/provider.ts'
import { Problem } from '../../errors.ts'
import { RETURN_PATH_CHARS_MAX } from '../../limits.ts'
import { clientAddress } from '../../load/client-address.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { findMember } from '../../store/staff/staff-members.ts'
import { isPlainText } from './plain-text.ts'
import { demandLength, SMALL_BODY, withBody } from './read-body.ts'
import { json, jsonBody, problems, route } from './route.ts'

const NO_PATH = 'expected a path of this service, such as /desk'
/** A path of our own pages, written as it is resolved: no `..`, nothing that is another host. */
const returnPathSchema = z
  .string()
  .max(RETURN_PATH_CHARS_MAX)
  .regex(/^\/[\w\-./]*$/, NO_PATH)
  .refine(path => ownPath(path, 'https://ours.invalid') === path, NO_PATH)

const waysRoute = route(
  { by: 'anyone' },
  {
    method: 'get',
    path: '/v1/staff/sign-in-ways',
    tags: ['staff'],
    summary: 'How staff may sign in here: what a page offers',
    responses: {
      200: json(
        'By password, and with the operator’s provider if one is configured',
        z.object({ password: z.literal(true), oidc: z.object({ name: z.string() }).nullable() }),
      ),
    },
  },
)

const meRoute = route(
  { by: 'member' },
  {
    method: 'get',
    path: '/v1/staff/me',
    tags: ['staff'],
    summary: 'Who is signed in here, and what the role may do: what a page shows',
    responses: {
      200: json(
        'The member, and each permission of the role',
        z.object({
          id: z.string(),
          name: z.string(),
          role: z.enum(ROLES),
          permissions: z.array(z.enum(PERMISSION_NAMES)),
        }),
      ),
      ...problems('SIGN_IN', 'TOTP_REQUIRED'),
    },
  },
)

const beginRoute = route(
  { by: 'anyone' },
  {
    method: 'post',
    path: `${AUTH_PATH}/sign-in/oidc`,
    tags: ['staff'],
    summary: 'Sign in with the operator’s provider: where to send the browser',
    description:
      'The browser comes back to `returnTo`: signed in, or with `?error=` and one of the codes ' +
      'that start with OIDC_. The answer’s cookie binds the way back to this browser.',
    request: jsonBody(z.strictObject({ returnTo: returnPathSchema })),
    responses: {
      200: json('The provider’s page', z.object({ url: z.url() })),
      ...problems('INVALID', 'ORIGIN', 'NOT_FOUND', 'RATE_LIMITED', 'OIDC_UNAVAILABLE'),
    },
  },
)

const finishRoute = route(
  { by: 'anyone' },
  {
    method: 'get',
    path: CALLBACK_PATH,
    tags: ['staff'],
    summary: 'Where the provider sends the browser back to: register it there',
    responses: {
      302: { description: 'To `returnTo`, with `?error=CODE` when there is no session' },
      ...problems('NOT_FOUND', 'RATE_LIMITED', 'OIDC_REFUSED', 'OIDC_UNAVAILABLE'),
    },
  },
)

function registerProvider(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(waysRoute, c => {
    const { oidc } = c.get('service').config.staff
    const provider = oidc && { name: oidc.name ?? new URL(oidc.issuer).host }
    return c.json({ password: true as const, oidc: provider ?? null }, 200)
  })
  app.openapi(beginRoute, async c => {
    const { provider, ownOrigins, config } = c.get('service')
    if (isForeignOrigin(c.req.raw, ownOrigins())) throw new Problem('ORIGIN')
    if (provider === undefined) throw new Problem('NOT_FOUND')
    const { returnTo } = c.req.valid('json')
    const address = clientAddress(c, config.trustedProxies)
    const begun = await provider.begin(returnTo, c.req.raw.headers, address)
    if (!begun.ok) throw new Problem(begun.code)
    for (const cookie of begun.cookies) c.header('set-cookie', cookie, { append: true })
    return c.json({ url: begun.url }, 200)
  })
  app.openapi(finishRoute, async c => {
    const { provider, config, log } = c.get('service')
    if (provider === undefined) throw new Problem('NOT_FOUND')
    const done = await provider.finish(c.req.raw, clientAddress(c, config.trustedProxies))
    if (done.ok) {
      for (const cookie of done.cookies) c.header('set-cookie', cookie, { append: true })
      return c.redirect(done.returnTo, 302)
    }
    const { code, why, returnTo } = done
    log.warn({ requestId: c.get('requestId'), code, why }, 'sign-in by the provider refused')
    if (returnTo === undefined) throw new Problem(code)
    return c.redirect(`${returnTo}?error=${code}`, 302)
  })
}

function registerMe(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(meRoute, async c => {
    const { id, role } = c.get('staff')
    const name = (await findMember(c.get('service').db, id))?.name ?? ''
    const permissions = PERMISSION_NAMES.filter(permission => may(role, permission))
    return c.json({ id, name, role, permissions }, 200)
  })
}

/** For the API's document: their answers are the library's. */
function describeAccounts(app: OpenAPIHono<ServiceEnv>): void {
  for (const [path, { method, body, summary, answer }] of Object.entries(ENDPOINTS)) {
    app.openAPIRegistry.registerPath({
      method: method === 'GET' ? 'get' : 'post',
      path: `${AUTH_PATH}${path}`,
      tags: ['staff'],
      summary,
      ...(method === 'POST' && { request: jsonBody(body) }),
      responses: {
        200: json('As the library answers, without tokens', answer),
        ...problems(...ACCOUNT_PROBLEMS),
      },
    })
  }
}

const ACCOUNT_PROBLEMS = [
  ...(['INVALID', 'ORIGIN', 'SIGN_IN', 'CREDENTIALS', 'ACCOUNT_DISABLED', 'RATE_LIMITED'] as const),
  ...(['TOTP_REQUIRED', 'TOTP_WRONG', 'TOTP_USED', 'TOTP_LOCKED', 'TOTP_SET'] as const),
] as const

/** The request with its body read, as the account library takes it. */
async function withRequest<T>(
  c: Context<ServiceEnv>,
  client: string,
  run: (request: Request) => Promise<T>,
): Promise<T> {
  const { method, url, raw } = c.req
  if (method === 'GET' || method === 'HEAD') return run(raw)
  demandLength(c, SMALL_BODY.bytesMax)
  return withBody(c, SMALL_BODY, client, bytes => {
    if (!isPlainText(bytes)) throw new Problem('BAD_REQUEST')
    return run(new Request(url, { method, headers: raw.headers, body: Buffer.from(bytes) }))
  })
}

export function registerStaff(app: OpenAPIHono<ServiceEnv>): void {
  registerProvider(app)
  registerMe(app)
  describeAccounts(app)
  app.all(`${AUTH_PATH}/*`, async (c: Context<ServiceEnv>) => {
    const { staff, ownOrigins, config } = c.get('service')
    if (isForeignOrigin(c.req.raw, ownOrigins())) throw new Problem('ORIGIN')
    const address = clientAddress(c, config.trustedProxies)
    const answer = await withRequest(c, address, request => staff.handle(request, address))
    if (answer === undefined) throw new Problem('NOT_FOUND')
    return answer
  })
}
