/**
 * The Hono application: the steps of every request, in order, and the routes. Errors become problem
 * documents (RFC 9457); each answer has a request id and a fresh proof nonce.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import { explainFields } from '../../gate/contract/explain.ts'
import { Problem, problemResponse } from '../errors.ts'
import { createLoad, type Load } from '../load/client-load.ts'
import { errorFields } from '../ops/log.ts'
import type { Service, ServiceEnv } from '../services/context.ts'
import { DATABASE_RETRY_S } from '../store/engine/limits.ts'
import { isUnstorableText } from '../store/engine/transact.ts'
import { troubleOf } from '../store/engine/trouble.ts'
import { answerHeaders, fileHeaders, transportHeaders } from './answer-headers.ts'
import { LiteralRouter } from './literal-router.ts'
import { nextSteps } from './next-steps.ts'
import { registerAppeals } from './routes/appeals.ts'
import { registerApplications } from './routes/applications.ts'
import { registerApprovals } from './routes/approvals.ts'
import { registerAudit } from './routes/audit.ts'
import { registerAuditExport } from './routes/audit-export.ts'
import { registerCertificates } from './routes/certificates.ts'
import { registerChecks } from './routes/checks.ts'
import { registerDesk } from './routes/desk.ts'
import { registerDocs } from './routes/docs.ts'
import { registerDuplicates } from './routes/duplicates.ts'
import { registerFleet } from './routes/fleet.ts'
import { registerFleetHistory } from './routes/fleet-history.ts'
import { registerFleetRetire } from './routes/fleet-retire.ts'
import { registerFleetStream } from './routes/fleet-stream.ts'
import { registerFleetTrust } from './routes/fleet-trust.ts'
import { registerGateConfig } from './routes/gate-config.ts'
import { registerGateHealth } from './routes/gate-health.ts'
import { registerGates } from './routes/gates.ts'
import { registerHealth } from './routes/health.ts'
import { registerPeople } from './routes/people.ts'
import { registerRenewals } from './routes/renewals.ts'
import { registerRetention } from './routes/retention.ts'
import { declaredRoutes } from './routes/route.ts'
import { registerStaff } from './routes/staff.ts'
import { registerTickets } from './routes/tickets.ts'
import {
  MANIFEST_PATH,
  registerManifest,
  registerSignedTime,
  registerTrust,
} from './routes/trust.ts'
import { registerTrustAdmin } from './routes/trust-admin.ts'
import { registerTrustEvents } from './routes/trust-events.ts'

export type App = OpenAPIHono<ServiceEnv>

/** A file of the pages for people: it lies ready, and is the same for everybody. */
export interface PageFile {
  readonly path: string
  answer(c: Context): Response
}

/** `pages`: none where they are not built. */
export function createApp(service: Service, pages: readonly PageFile[] = []): App {
  const app: App = new OpenAPIHono<ServiceEnv>({
    router: new LiteralRouter(MANIFEST_PATH),
    defaultHook: result => {
      if (result.success) return
      const { data } = result as { readonly data?: unknown }
      throw new Problem('INVALID', { fields: explainFields(result.error, data) })
    },
  })
  const load = createLoad(service)
  const isHttps = service.config.publicUrl?.startsWith('https:') === true
  // Polled by thousands: what follows below is not for these.
  registerManifest(app, service, fileHeaders(isHttps))
  app.use(awake(service))
  app.get('/v1/trust/*', trustFile(service, load, fileHeaders(isHttps)))
  registerTrust(app)
  registerTrustEvents(app)
  for (const { path, answer } of pages) app.get(path, transportHeaders(isHttps), answer)
  app.use(everyRequest(service, load))
  app.use(answerHeaders(isHttps))
  app.use(nextSteps())
  app.use(addressCap())
  app.use(onlyYoung(service))
  registerHealth(app)
  registerSignedTime(app)
  registerTrustAdmin(app)
  registerGates(app)
  registerGateConfig(app)
  registerGateHealth(app)
  registerFleet(app)
  registerFleetStream(app)
  registerFleetRetire(app)
  registerFleetHistory(app)
  registerFleetTrust(app)
  registerDuplicates(app)
  registerDesk(app)
  registerApprovals(app)
  registerPeople(app)
  registerAppeals(app)
  registerApplications(app)
  registerCertificates(app)
  registerRenewals(app)
  registerChecks(app)
  registerTickets(app)
  registerAudit(app)
  registerAuditExport(app)
  registerRetention(app)
  registerStaff(app)
  registerDocs(app)
  app.notFound(() => problemResponse('NOT_FOUND'))
  app.onError((error, c) => answerError(error, c))
  return app
}

/** A process that stood still for a while first learns what others did meanwhile. */
function awake({ publisher }: Service): MiddlewareHandler<ServiceEnv> {
  return (c, next) => {
    const waking = c.req.path === '/healthz' ? undefined : publisher.awake()
    return waking === undefined ? next() : waking.then(next)
  }
}

/** Files that gates poll and anyone may cache: no log line a poll. */
function trustFile(
  service: Service,
  load: Load,
  headers: Readonly<Record<string, string>>,
): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    c.set('service', service)
    c.set('load', load)
    c.set('fileHeaders', headers)
    await next()
    if (c.error !== undefined)
      for (const [name, value] of Object.entries(headers)) c.header(name, value)
    service.metrics.trustFile(c.res.status)
  }
}

/** Request id, proof nonce, and one log line without anything personal. */
function everyRequest(service: Service, load: Load): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    c.set('service', service)
    c.set('load', load)
    const requestId = service.random.uuid()
    c.set('requestId', requestId)
    const started = service.timers.monotonic()
    await next()
    c.header('x-request-id', requestId)
    c.header('dpop-nonce', service.nonces.current(service.clock.now()))
    const ms = Math.round((service.timers.monotonic() - started) * 10) / 10
    const route = routePath(c, -1)
    service.metrics.request(c.req.method, route, c.res.status, ms / 1000)
    service.log.info(
      { requestId, method: c.req.method, route, status: c.res.status, ms },
      'request',
    )
  }
}

/**
 * Sheds load that one address makes. Gates share one: at their own routes the guard counts, and only
 * who is none of them.
 */
function addressCap(): MiddlewareHandler<ServiceEnv> {
  const ofGates = declaredRoutes
    .filter(({ access }) => access.by === 'gate')
    .map(({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}`)
  const isOfGates = new RegExp(`^(${ofGates.join('|')})$`)
  return (c, next) => {
    if (!isOfGates.test(`${c.req.method} ${c.req.path}`)) c.get('load').request(c)
    return next()
  }
}

/** Over an old copy of the database nothing is begun or ended; journals, and signing in, go on. */
function onlyYoung({ oldCopy }: Service): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    if (c.req.method !== 'GET' && !/^\/v1\/(gates|auth)\//.test(c.req.path)) oldCopy.demandNot()
    await next()
  }
}

function answerError(error: Error, c: Context<ServiceEnv>): Response {
  const requestId = c.get('requestId')
  if (error instanceof Problem) {
    if (error.code === 'FORWARDED_BAD') {
      const { trustedProxies } = c.get('service').config
      c.get('service').log.warn({ requestId, code: error.code, trustedProxies }, error.message)
    }
    return problemResponse(error.code, { ...error.extra, requestId }, error.headers)
  }
  if (error instanceof HTTPException && error.status < 500) {
    return problemResponse('BAD_REQUEST', { requestId })
  }
  if (isUnstorableText(error)) return problemResponse('BAD_REQUEST', { requestId })
  const trouble = troubleOf(error)
  if (trouble !== undefined) {
    const fields = { requestId, trouble, ...errorFields(error) }
    c.get('service').log.warn(fields, 'the database can not be used')
    if (trouble === 'DATABASE_UNWRITABLE') c.get('service').writes.doubt()
    return problemResponse(trouble, { requestId }, { 'retry-after': `${DATABASE_RETRY_S}` })
  }
  c.get('service').log.error({ requestId, ...errorFields(error) }, 'request failed')
  return problemResponse('INTERNAL', { requestId })
}
