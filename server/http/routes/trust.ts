/**
 * What gates fetch: manifest, trust documents and status lists. No login, plain HTTP is fine: it is
 * all signed. Files are immutable and cacheable by anyone; only the manifest is polled.
 */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { Problem, problemResponse } from '../../errors.ts'
import type { Service, ServiceEnv } from '../../services/context.ts'
import { listBytes } from '../../store/publish/published.ts'
import { trustBytes } from '../../store/publish/trust-documents.ts'
import { coseAnswer, coseResponse } from './cose-answer.ts'
import { cose, jsonBody, problems, route } from './route.ts'

const IMMUTABLE = 'public, max-age=31536000, immutable'

export const MANIFEST_PATH = '/v1/trust/manifest'
const MANIFEST_KEPT = 'public, max-age=2'

const manifestRoute = route(
  { by: 'anyone', isQuick: true },
  {
    method: 'get',
    path: MANIFEST_PATH,
    tags: ['trust'],
    summary: 'The newest manifest',
    responses: {
      200: cose('A COSE_Sign1 by a status key'),
      304: { description: 'Nothing new' },
      ...problems('NOT_READY'),
    },
  },
)

const documentRoute = route(
  { by: 'anyone' },
  {
    method: 'get',
    path: '/v1/trust/document/{version}',
    tags: ['trust'],
    summary: 'One trust document',
    request: { params: z.object({ version: z.string().max(20) }) },
    responses: { 200: cose('A COSE_Sign by the roots'), ...problems('NOT_FOUND') },
  },
)

const listRoute = route(
  { by: 'anyone' },
  {
    method: 'get',
    path: '/v1/trust/list/{sha256}',
    tags: ['trust'],
    summary: 'One status list, by the hash in the manifest',
    request: { params: z.object({ sha256: z.string().max(80) }) },
    responses: { 200: cose('A status list token'), ...problems('NOT_FOUND') },
  },
)

const timeRoute = route(
  { by: 'anyone' },
  {
    method: 'post',
    path: '/v1/gates/time',
    tags: ['trust'],
    summary: 'Signed time for a nonce',
    request: jsonBody(z.strictObject({ nonce: z.string().regex(/^[A-Za-z0-9_-]{22}$/) })),
    responses: {
      200: cose('A COSE_Sign1 by a time key'),
      ...problems('INVALID', 'NO_KEY', 'CLOCK_WRONG'),
    },
  },
)

/**
 * The manifest, by one handler that answers at once: each step on the way, and each promise, would be
 * a part of a poll that can be measured. To be registered before all else, as the only one the router
 * asks (literal-router.ts). `headers`: of each answer.
 */
export function registerManifest(
  app: OpenAPIHono<ServiceEnv>,
  service: Service,
  headers: Readonly<Record<string, string>>,
): void {
  const { publisher, metrics } = service
  const answer = (c: Context<ServiceEnv>): Response => {
    const manifest = publisher.latest()
    const made =
      manifest === undefined
        ? problemResponse('NOT_READY', {}, headers)
        : coseAnswer(c.req.header('if-none-match'), manifest, MANIFEST_KEPT, headers)
    metrics.trustFile(made.status)
    return made
  }
  const answerAwake = (c: Context<ServiceEnv>): Response | Promise<Response> => {
    // For the answer to what goes wrong.
    c.set('service', service)
    const waking = publisher.awake()
    return waking === undefined ? answer(c) : waking.then(() => answer(c))
  }
  app.openAPIRegistry.registerPath(manifestRoute)
  app.get(MANIFEST_PATH, answerAwake)
}

export function registerTrust(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(documentRoute, async c => {
    const { version } = c.req.valid('param')
    if (!/^[1-9]\d{0,14}$/.test(version)) throw new Problem('NOT_FOUND')
    const bytes = await trustBytes(c.get('service').db, Number(version))
    if (bytes === undefined) throw new Problem('NOT_FOUND')
    return coseResponse(bytes, { 'cache-control': IMMUTABLE, ...c.get('fileHeaders') })
  })
  app.openapi(listRoute, async c => {
    const { sha256 } = c.req.valid('param')
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Problem('NOT_FOUND')
    const bytes = await listBytes(c.get('service').db, sha256)
    if (bytes === undefined) throw new Problem('NOT_FOUND')
    return coseResponse(bytes, { 'cache-control': IMMUTABLE, ...c.get('fileHeaders') })
  })
}

/** A gate's nonce, signed with the time. */
export function registerSignedTime(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(timeRoute, async c => {
    c.get('service').clockCheck.demandRight()
    const nonce = Buffer.from(c.req.valid('json').nonce, 'base64url')
    const bytes = await c.get('service').publisher.timeAnswer(new Uint8Array(nonce))
    return coseResponse(bytes, { 'cache-control': 'no-store' })
  })
}
