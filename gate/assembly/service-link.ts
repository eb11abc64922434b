/**
 * What an enrolled gate has beside its own work: one proved way to the service, on which its rows
 * go up and the station manifest comes down.
 */
import { followServiceConfig, type RemoteDoor } from '../config/from-service.ts'
import type { AlarmCode } from '../contract/codes.ts'
import type { GateConfig } from '../contract/config.ts'
import type { Health } from '../contract/health.ts'
import type { Enrolment, FoundIdentity, Identity } from '../net/identity.ts'
import { createServiceClient } from '../net/service-client.ts'
import { createBoardingLog, createUploadLog } from '../ops/log.ts'
import { type BoardingKeeper, createBoardingKeeper } from '../station/boarding.ts'
import { createStationKeeper, type StationKeeper } from '../station/keeper.ts'
import type { Shelf } from '../station/shelf.ts'
import type { Journal } from '../store/journal.ts'
import type { TrustEvent } from '../trust/events.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import { ALARM_REPEAT_MS } from '../trust/limits.ts'
import { isGoodPoll } from '../trust/trust-store.ts'
import { createEnrolmentWatch } from '../uplink/enrolment-watch.ts'
import { createHealthSender, type HealthSender } from '../uplink/health.ts'
import { createSeldom } from '../uplink/seldom.ts'
import { createUploader, type Uploader } from '../uplink/upload.ts'
import type { GateParts } from './gate-ports.ts'

export interface ServiceLink {
  readonly identity: Identity
  /** The names that the service knows this gate and its station by. */
  readonly enrolment: Enrolment
  readonly uploader: Uploader
  readonly health: HealthSender
  readonly station: StationKeeper
  /** Undefined where no lane asks for tickets. */
  readonly boarding: BoardingKeeper | undefined
  close(): Promise<void>
}

export interface ServiceLinkParts
  extends Pick<GateParts, 'clock' | 'timers' | 'random' | 'randomBytes' | 'fetch' | 'log'> {
  readonly found: FoundIdentity
  readonly shelf: Shelf
  readonly journal: Journal
  readonly trust: TrustKeeper
  /** Never rejects. */
  readonly readHealth: () => Promise<Health>
  readonly onEvent: (event: TrustEvent) => void
  /** What the service does that it should not; the same code once an hour. */
  readonly onAlarm: (code: AlarmCode, on: boolean, detail: string) => void
  /** Takes the config that the service has for this gate; left out, it has no say in it. */
  readonly remote?: RemoteDoor | undefined
}

/** Undefined for a gate that is not enrolled, or whose identity is damaged: its rows stay here. What it sends begins with the next turn. */
export function openServiceLink(
  config: GateConfig,
  parts: ServiceLinkParts,
): ServiceLink | undefined {
  const { found, log } = parts
  if (found.identity === undefined) {
    parts.onAlarm('IDENTITY_DAMAGED', true, found.fault)
    return undefined
  }
  const { enrolment } = found.identity
  if (enrolment === undefined) {
    log.warn({ event: 'enrolment' }, 'not enrolled: rows stay here; start once with --enrol CODE')
    return undefined
  }
  return openLink(config, parts, found.identity, enrolment)
}

function openLink(
  config: GateConfig,
  parts: ServiceLinkParts,
  identity: Identity,
  enrolment: Enrolment,
): ServiceLink {
  const { journal, trust, clock, timers, random, randomBytes, fetch, log } = parts
  const { url, timeoutMs, pollMs } = config.service
  const told = createSeldom(clock.monotonicMs, ALARM_REPEAT_MS)
  const alarm = (code: AlarmCode, detail: string) => {
    if (!told.may(code)) return
    told.used(code)
    parts.onAlarm(code, true, detail)
  }
  const report = createUploadLog(log)
  const retryPoll = pollRetry(trust, clock.monotonicMs, pollMs)
  const onRedirect = (where: string) => alarm('SERVICE_REDIRECTS', where)
  const onKnown = createEnrolmentWatch(config, enrolment, parts.onAlarm)
  const client = createServiceClient({
    ...{ url, timeoutMs, timers, randomBytes, identity, fetch },
    ...{ onRedirect, onKnown },
  })
  const uploader = createUploader({
    ...{ gate: enrolment.gate, journal, client, timers },
    monotonicMs: clock.monotonicMs,
    random,
    now: trust.now,
    onReport(one) {
      report(one)
      if (one.outcome === 'stored') retryPoll()
    },
    onAlarm: alarm,
  })
  const health = createHealthSender({
    gate: enrolment.gate,
    client,
    timers,
    monotonicMs: clock.monotonicMs,
    read: parts.readHealth,
  })
  const station = createStationKeeper({
    shelf: parts.shelf,
    enrolment,
    client,
    trust,
    pollMs,
    clock,
    timers,
    random,
    onEvent: parts.onEvent,
  })
  const { remote } = parts
  const endFollowing =
    remote &&
    followServiceConfig({
      gate: enrolment.gate,
      station,
      trust,
      remote,
      monotonicMs: clock.monotonicMs,
      onEvent: parts.onEvent,
    })
  const asksForTickets = config.lanes.some(lane => lane.policy.ticket !== 'off')
  const boarding = asksForTickets
    ? createBoardingKeeper({ enrolment, station, timers, onOutcome: createBoardingLog(log) })
    : undefined
  return {
    identity,
    enrolment,
    uploader,
    health,
    station,
    boarding,
    async close() {
      endFollowing?.()
      health.close()
      uploader.close()
      await boarding?.close()
      await station.close()
    },
  }
}

/**
 * To be called when the service has answered: a poll that failed is not left to its pause, which may be
 * a minute. Once in `pollMs` at most.
 */
function pollRetry(trust: TrustKeeper, monotonicMs: () => number, pollMs: number): () => void {
  const seldom = createSeldom(monotonicMs, pollMs)
  return () => {
    const { lastPoll } = trust.status()
    if (lastPoll === undefined || isGoodPoll(lastPoll) || !seldom.may('poll')) return
    seldom.used('poll')
    void trust.pollNow()
  }
}
