/**
 * Composes a running service: database, keys, publisher, application and the listeners. main.ts,
 * demos and tests start it here; nothing else knows how the parts fit.
 */

import type { Passwords, StaffOptions } from '../auth/library.ts'
import { createNonces } from '../auth/nonce.ts'
import { createProviderAccounts } from '../auth/provider.ts'
import { createStaffAccounts } from '../auth/staff.ts'
import {
  type Clock,
  type Random,
  systemClock,
  systemRandom,
  systemTimers,
  type Timers,
} from '../clock.ts'
import { type Config, databasePlace } from '../config.ts'
import { createFaceEngine } from '../face/engine.ts'
import { createFairFaces } from '../face/fair-faces.ts'
import { REMOTE_CHECKS_MAX } from '../face/limits.ts'
import type { FaceCheck } from '../face/port.ts'
import { createRemoteFaces } from '../face/remote.ts'
import { createFleetFeed } from '../fleet/feed.ts'
import { endedSessions } from '../fleet/sessions.ts'
import { type App, createApp, type PageFile } from '../http/app.ts'
import { refusalOf } from '../http/next-steps.ts'
import { createAuditSealer } from '../jobs/audit-sealing.ts'
import { createClockCheck } from '../jobs/clock-check.ts'
import { createRetention } from '../jobs/retention.ts'
import type { DocumentOf } from '../load/client-error.ts'
import { sharesOf } from '../load/connection-shares.ts'
import { type HttpListener, listenForHttp } from '../load/http-listener.ts'
import { createLog, errorFields, type Log } from '../ops/log.ts'
import { createMetrics, type Metrics } from '../ops/metrics.ts'
import { listenForMetrics, type MetricsListener } from '../ops/metrics-listener.ts'
import {
  createHighWaterMark,
  demandNotBefore,
  type HighWaterMark,
  markFileIn,
} from '../publish/high-water.ts'
import { createOldCopy, demandNoGatesAhead } from '../publish/old-copy.ts'
import { createPublisher } from '../publish/publisher.ts'
import { fileSigner } from '../publish/signer.ts'
import { currentTrust, environmentFault, scopeFault } from '../publish/trust-source.ts'
import { createSecrets, type Secrets } from '../secrets.ts'
import type { Service } from '../services/context.ts'
import { createEmbeddedRegistry } from '../services/people-registry.ts'
import { createIssueAtOnce } from '../store/certificates/issue-at-once.ts'
import { createPlaces } from '../store/certificates/status-index-pool.ts'
import { type DatabaseOptions, openDatabase } from '../store/engine/engines.ts'
import { createWriteProbe } from '../store/engine/write-probe.ts'
import { readHighWater } from '../store/publish/high-water.ts'
import type { Database } from '../store/schema/schema.ts'
import { embeddedTickets } from '../tickets/embedded.ts'
import { metricsSource } from './metrics-source.ts'

export interface ServiceOptions {
  readonly config: Config
  readonly secret: Uint8Array
  /** Of the operator's provider, when one is configured. */
  readonly oidcSecret?: string | undefined
  /** For `face.url` of the config. */
  readonly faceSecret?: string | undefined
  /** Where the mark of what was published is kept; beside the online keys by default. */
  readonly markFile?: string
  /** The system's by default, which is then compared with the database server's. */
  readonly clock?: Clock
  /** The system's by default. */
  readonly timers?: Timers
  readonly random?: Random
  readonly isClockChecked?: boolean
  readonly log?: Log
  /** As the config says when left out. */
  readonly faces?: FaceCheck
  /** Of embedded accounts; with scrypt by default. */
  readonly passwords?: Passwords
  /** The pages for people; none when left out. */
  readonly pages?: readonly PageFile[]
}

export interface OpenService {
  readonly service: Service
  readonly app: App
  /** Told once, when the port is known. */
  setAddress(url: string): void
  /** Ends event streams, so that connections can close. */
  endStreams(): void
  /** Stops publishing and closes the database. */
  close(): Promise<void>
}

/** Everything but the listening. The first manifest is published when it returns. */
export async function openService(options: ServiceOptions): Promise<OpenService> {
  const { config, secret } = options
  const { clock = systemClock, timers = systemTimers, random = systemRandom } = options
  const log = options.log ?? createLog(config.log.level)
  const metrics = createMetrics()
  const signer = fileSigner(config.trust.keys)
  const ports = { clock, timers, random }
  const db = await openDatabase(databasePlace(config), { ...eventsOf(metrics, log), ...ports })
  let publicUrl = config.publicUrl ?? `http://127.0.0.1:${config.listen.port}`
  const secrets = createSecrets(secret, random)
  const clockCheck = createClockCheck(db, clock, log)
  const oldCopy = createOldCopy(db, log)
  const mark = markOf(options, secrets, random)
  const publisher = createPublisher({
    ...{ db, mark, oldCopy, clock, log, signer },
    trustFolder: config.trust.documents,
    environment: config.trust.environment,
  })
  const faces = options.faces ?? facesOf(options, { log, timers, random })
  const staffOptions = {
    ...{ db, secrets, clock },
    publicUrl: () => publicUrl,
    sessionHours: config.staff.sessionHours,
    totpFor: config.staff.totpFor,
    passwords: options.passwords,
  }
  const service: Service = {
    ...{ ...ports, metrics, config, clockCheck, log, db, oldCopy, secrets, publisher, faces },
    writes: createWriteProbe(db),
    places: createPlaces(db),
    issueAtOnce: createIssueAtOnce(db, secrets),
    nonces: createNonces(secrets),
    staff: createStaffAccounts(staffOptions),
    provider: providerOf(options, staffOptions),
    fleet: createFleetFeed({ db, clock, timers, log, endedSessions }),
    registry: createEmbeddedRegistry(db, secrets),
    tickets: embeddedTickets({ db, clock }),
    ownOrigins: () => [new URL(publicUrl).origin],
  }
  try {
    await demandYoung(db, mark, log)
    if (options.isClockChecked ?? options.clock === undefined) await clockCheck.start()
    await publisher.start()
    await tellOfTrust(db, config, log)
  } catch (error) {
    await db.destroy()
    throw error
  }
  const sealer = createAuditSealer({ db, clock, log })
  sealer.start()
  const retention = createRetention({ db, clock, log, publisher, kept: config.retention })
  retention.start()
  return {
    service,
    app: createApp(service, options.pages),
    setAddress(url) {
      if (config.publicUrl === undefined) publicUrl = url
    },
    endStreams() {
      publisher.endStreams()
      service.fleet.endStreams()
    },
    async close() {
      await service.fleet.stop()
      await clockCheck.stop()
      await retention.stop()
      await faces.close()
      await publisher.stop()
      await sealer.stop()
      await db.destroy()
    },
  }
}

/** Trust of which gates would take nothing, or that leaves out what its keys are good for. */
async function tellOfTrust(db: Database, { trust }: Config, log: Log): Promise<void> {
  const current = await currentTrust(db)
  const fault = environmentFault(current, trust.environment)
  if (fault !== undefined) log.error({ code: 'ENVIRONMENT_MISMATCH' }, fault)
  const scope = scopeFault(current, trust.environment)
  if (scope !== undefined) log.warn({ code: 'TRUST_SCOPE' }, scope)
}

/** What the database tells of itself, as metrics and logs have it. */
const eventsOf = (metrics: Metrics, log: Log): DatabaseOptions => ({
  onStatement: metrics.statement,
  onLost(error) {
    metrics.databaseLost()
    log.warn(errorFields(error), 'a database connection broke')
  },
  onLocked: holder =>
    log.error({ code: 'DATABASE_BUSY', holder }, 'another process has the database locked'),
})

/** Nothing of a database in memory outlives it. */
function markOf(
  { config, markFile }: ServiceOptions,
  secrets: Secrets,
  random: Random,
): HighWaterMark | undefined {
  if (databasePlace(config) === ':memory:') return undefined
  return createHighWaterMark(markFile ?? markFileIn(config.trust.keys), secrets, random)
}

/** Throws StartError `WENT_BACK` over an old copy. */
async function demandYoung(db: Database, mark: HighWaterMark | undefined, log: Log): Promise<void> {
  await demandNoGatesAhead(db)
  if (mark === undefined) return
  const reached = await readHighWater(db)
  const found = demandNotBefore(mark, reached)
  if (found === undefined || (found === 'none' && reached.manifestVersion === 0)) return
  const what = 'the mark of what was published is not there: it is made again from the database'
  log.warn({ code: 'MARK_LOST', found, file: mark.file }, what)
}

function providerOf({ config, oidcSecret = '' }: ServiceOptions, staffOptions: StaffOptions) {
  const { oidc } = config.staff
  return (
    oidc && createProviderAccounts({ ...staffOptions, provider: oidc, clientSecret: oidcSecret })
  )
}

function facesOf(
  { config, faceSecret = '' }: ServiceOptions,
  { log, timers, random }: { readonly log: Log; readonly timers: Timers; readonly random: Random },
): FaceCheck {
  const onFault = (what: string, error: unknown) => log.error(errorFields(error), what)
  if ('engine' in config.face) {
    return createFairFaces({ faces: createFaceEngine({ onFault }), atOnce: 1, timers })
  }
  const ports = { secret: faceSecret, onFault, timers, random, fetch }
  const faces = createRemoteFaces({ ...config.face, ...ports })
  return createFairFaces({ faces, atOnce: REMOTE_CHECKS_MAX, timers })
}

export interface RunningService {
  readonly service: Service
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Where metrics are, if anywhere. */
  readonly metricsUrl: string | undefined
  /** Takes no more requests, lets open ones finish (up to 5 s), closes everything. */
  stop(): Promise<void>
}

/** Opens and listens. Throws StartError. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const opened = await openService(options)
  const at = options.config.metrics
  let http: HttpListener | undefined
  let metrics: MetricsListener | undefined
  try {
    const { listen, trustedProxies } = options.config
    const { timers } = opened.service
    const shares = sharesOf(listen.connections, trustedProxies)
    const documentOf: DocumentOf = (code, path) => refusalOf(opened.service, code, path)
    http = await listenForHttp(opened.app.fetch, { ...listen, shares, documentOf, timers })
    metrics = at && (await listenForMetrics(metricsSource(opened.service), { ...at, timers }))
  } catch (error) {
    await http?.stop()
    await opened.close()
    throw error
  }
  const { url, stop } = http
  opened.setAddress(url)
  return {
    service: opened.service,
    url,
    metricsUrl: metrics?.url,
    async stop() {
      await metrics?.stop()
      const stopped = stop()
      opened.endStreams()
      await stopped
      await opened.close()
    },
  }
}
