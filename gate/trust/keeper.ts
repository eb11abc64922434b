/**
 * The trust of one gate: boots offline from its cache, follows the service, keeps the clock, and
 * gives verification a view that needs neither network nor database. The one object of this
 * folder that the assembly holds.
 */

import type { Clock, Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { TrustDocument } from '../../pass/documents/trust-documents.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import type { TrustView } from '../../pass/verify.ts'
import type { ClockState } from '../contract/events.ts'
import { serviceAddress } from '../contract/service-url.ts'
import type { FetchPort } from '../net/download.ts'
import { createPollLoop } from '../net/poll-loop.ts'
import type { Known } from '../store/high-water-marks.ts'
import { type LoadedCache, loadCache, openFactoryTrust } from './cache.ts'
import type { CacheDisk } from './cache-disk.ts'
import { type CacheSaver, createCacheSaver } from './cache-saver.ts'
import type { CacheAnswer } from './cache-writer.ts'
import { bootClock, type ClockDoubt, type ClockSetting, type GateClock } from './clock.ts'
import { createEnvironmentWatch } from './environment-watch.ts'
import { followEvents } from './event-stream.ts'
import { alarmFilter, type TrustEvent } from './events.ts'
import { type Freshness, freshnessOf } from './freshness.ts'
import { clockStepped, createRounds } from './poll-cycle.ts'
import { numbersOf, type Rollback } from './rollback.ts'
import { createRollbackWatch } from './rollback-watch.ts'
import { createScopeWatch } from './scope-watch.ts'
import type { TimeSource } from './signed-time.ts'
import { createStageWatch } from './stage-watch.ts'
import type { TrustState } from './state.ts'
import { createTimeSync, type SettleCode, type Settled, type TimeSync } from './time-sync.ts'
import { createTrustStore, isGoodPoll, type PollOutcome, type TrustStore } from './trust-store.ts'

export interface TrustKeeperOptions {
  /** What was learned, over restarts. The keeper closes its writer. */
  readonly cache: CacheDisk
  /** The trust document shipped with the gate, as signed. */
  readonly factoryTrust: Uint8Array
  readonly environment: PassEnvironment
  /** Base address of the service. */
  readonly serviceUrl: string
  readonly pollMs: number
  readonly timeoutMs: number
  readonly staleAfterMs: number
  readonly degradedAfterMs: number
  readonly overdueMs: number
  readonly staffMs: number
  /** How far past what is proved the clock may read at a start, milliseconds. */
  readonly unprovenMs: number
  /** When the gate was last alive, by its journal; Unix milliseconds. */
  readonly aliveMs?: number | undefined
  readonly clock: Clock
  readonly timers: Timers
  /** Unpredictable bytes, as many as asked for. */
  readonly random: (bytes: number) => Uint8Array
  /** The platform's `fetch`. */
  readonly fetch: FetchPort
  /** The highest numbers that this gate acted on, as the journal knows them. */
  readonly known?: Known
  /** Older trust that the operator accepts, as `TRUST_ROLLED_BACK` words it. */
  readonly acceptOlder?: string | undefined
  /** Called with the numbers of what is believed once it is on disk, for the journal to know. */
  readonly onKnown?: (numbers: Known) => void
  /** Called for stage changes, clock steps, alarms and cache faults; from `start` on. */
  readonly onEvent: (event: TrustEvent) => void
  /** Called after each poll with how it ended. A new manifest each minute is told here alone. */
  readonly onPolled?: (outcome: PollOutcome) => void
}

/** For console and metrics. */
export interface TrustStatus {
  readonly trustVersion: number
  /** Unix seconds. */
  readonly trustExp: number
  readonly manifestVersion: number | undefined
  readonly lists: number
  readonly lastPoll: PollOutcome | undefined
  readonly lastTime: SettleCode | undefined
  /** What the last signed time added to the clock, milliseconds. */
  readonly lastOffsetMs: number | undefined
}

export interface GateNow {
  /** Unix milliseconds, whole. */
  readonly nowMs: number
  readonly state: ClockState
  /** Until something has proved the time since the start. */
  readonly doubt?: ClockDoubt | undefined
  readonly aheadByMaxMs: number
}

export interface TrustKeeper {
  /** Begins to poll. Before it nothing is sent. */
  start(): void
  /** Ask each time: a change of trust or lists makes a new one. */
  view(): TrustView
  /** The newest trust document, for what else its keys sign. */
  document(): TrustDocument
  freshness(): Pick<Freshness, 'stage' | 'manifestAgeMs'>
  /** Whether trust is older than what this gate acted on before. */
  rollback(): Rollback['is']
  now(): GateNow
  status(): TrustStatus
  /** What it believes, whole, as signed; the same object until something of it changes. */
  held(): { readonly state: TrustState; readonly clock: GateClock }
  /** Polls at once, or once more after the poll under way. Never rejects. */
  pollNow(): Promise<PollOutcome>
  /** A technician's `clock set`, Unix milliseconds. Refused below the floor. */
  setClock(nowMs: number): ClockSetting
  /** Called when issuer keys or revoked kids have changed: flush what was cached of them. */
  onTrustChanged(listener: (view: TrustView) => void): Unsubscribe
  /** Called when the stage or the clock's certainty may have changed. */
  onStanding(listener: () => void): Unsubscribe
  /** Writes the whole cache again: its file was deleted or replaced. Rejects when that can't be done. */
  rewrite(): Promise<void>
  /** Ends polling, writes what is left, leaves no handle. */
  close(): Promise<void>
}

/** Throws (code `FACTORY_TRUST`) when the factory trust isn't signed by its own roots. */
export function createTrustKeeper(options: TrustKeeperOptions): TrustKeeper {
  const { clock: host, timers, onEvent } = options
  const hostMs = host.nowMs()
  const loaded = loadCache(options.cache.stored, openFactoryTrust(options.factoryTrust), hostMs)
  const { aliveMs, unprovenMs } = options
  const monotonicMs = host.monotonicMs()
  const booted = bootClock({ ...loaded, hostMs, monotonicMs, aliveMs, unprovenMs })
  const stopped = new AbortController()
  const source = sourceOf(options, stopped.signal)
  const time = createTimeSync(booted, host, source)
  const environment = createEnvironmentWatch(options.environment, onEvent)
  const scope = createScopeWatch(options.environment, onEvent)
  const alarmOf = alarmFilter(() => host.monotonicMs())
  const saver = saverOf(options, loaded, time)
  const store = createTrustStore({
    state: loaded.state,
    environment: options.environment,
    time,
    onState: state => {
      saver.save(state, time.clock())
      if (!started) return
      rollback.check()
      watch.check()
      tellStanding()
      environment.check(state.trust)
      scope.check(state.trust)
    },
    onEvent,
    alarmOf,
  })
  const freshness = (): Freshness => {
    const { trust, manifest } = store.state()
    const times = { trustExp: trust.exp, ...(manifest && { manifest: manifest.manifest }) }
    return freshnessOf(times, options, time.nowMs())
  }
  const standing = new Set<() => void>()
  const tellStanding = () => {
    for (const listener of standing) listener()
  }
  const watch = createStageWatch(freshness, timers, event => {
    onEvent(event)
    tellStanding()
  })
  const rollback = createRollbackWatch(() => store.state(), options)
  let started = false
  let closeStream: Unsubscribe = () => {}
  const clockMoved = () => {
    saver.save(store.state(), time.clock())
    if (!started) return
    watch.check()
    tellStanding()
  }
  const rounds = createRounds({ source, store, time, onClock: clockMoved, onEvent, alarmOf })
  const loop = createPollLoop<PollOutcome>({
    periodMs: options.pollMs,
    timers,
    fraction: () => fractionOf(options.random),
    good: isGoodPoll,
    run: async () => {
      const outcome = await rounds.run()
      options.onPolled?.(outcome)
      return outcome
    },
  })

  return {
    start() {
      if (started || stopped.signal.aborted) return
      started = true
      if (loaded.onDisk) options.onKnown?.(numbersOf(loaded.state))
      if (loaded.damage !== undefined) {
        onEvent({ kind: 'cache', code: 'TRUST_CACHE_DAMAGED', ...loaded.damage })
        saver.save(store.state(), time.clock())
      }
      if (booted.state === 'UNCERTAIN') {
        const offsetMs = booted.anchorMs - hostMs
        const by = booted.doubt === 'far' ? 'unproven' : 'floor'
        onEvent({ ...clockStepped(by, offsetMs), state: 'UNCERTAIN' })
      }
      rollback.check()
      watch.check()
      environment.check(store.state().trust)
      scope.check(store.state().trust)
      loop.start()
      closeStream = followEvents({
        url: serviceAddress(options.serviceUrl, '/v1/trust/events'),
        fetch: options.fetch,
        timers,
        fraction: () => fractionOf(options.random),
        retryMs: options.pollMs,
        onPoll: () => void loop.now(),
      })
    },
    view: store.view,
    document: () => store.state().trust,
    freshness,
    rollback: () => rollback.now().is,
    now: () => ({
      nowMs: Math.floor(time.nowMs()),
      state: time.clock().state,
      doubt: time.clock().doubt,
      aheadByMaxMs: time.aheadByMaxMs(),
    }),
    status: () => statusOf(store, rounds.lastTime()),
    held: () => ({ state: store.state(), clock: time.clock() }),
    pollNow: loop.now,
    setClock(nowMs) {
      const setting = time.setByHand(nowMs)
      if (setting.code !== 'SET') return setting
      onEvent(clockStepped('technician', setting.offsetMs))
      clockMoved()
      return setting
    },
    onTrustChanged: store.onTrustChanged,
    onStanding(listener) {
      standing.add(listener)
      return () => standing.delete(listener)
    },
    async rewrite() {
      saver.rewrite(store.state(), time.clock())
      if (!(await saver.flushed())) throw new Error('TRUST_CACHE_UNWRITTEN says why')
    },
    async close() {
      started = false
      stopped.abort()
      closeStream()
      await loop.stop()
      watch.stop()
      await saver.close()
    },
  }
}

function sourceOf(options: TrustKeeperOptions, stopped: AbortSignal): TimeSource {
  const { fetch, timers, serviceUrl, timeoutMs, random, clock } = options
  const monotonicMs = () => clock.monotonicMs()
  return { fetch, timers, stopped, serviceUrl, timeoutMs, random, monotonicMs }
}

function saverOf(options: TrustKeeperOptions, loaded: LoadedCache, time: TimeSync): CacheSaver {
  const onFault = (fault: Exclude<CacheAnswer, { code: 'WRITTEN' }>) => {
    const code = fault.code === 'DAMAGED' ? 'TRUST_CACHE_DAMAGED' : 'TRUST_CACHE_UNWRITTEN'
    const setAside = fault.code === 'DAMAGED' ? fault.setAside : undefined
    options.onEvent({ kind: 'cache', code, detail: fault.detail, setAside })
  }
  return createCacheSaver({
    writer: options.cache.writer,
    onDisk: loaded.onDisk ? loaded.state : undefined,
    nowMs: time.nowMs,
    onWritten: state => options.onKnown?.(numbersOf(state)),
    onFault,
  })
}

function statusOf(store: TrustStore, lastTime: Settled | undefined): TrustStatus {
  const { trust, manifest, lists } = store.state()
  return {
    trustVersion: trust.version,
    trustExp: trust.exp,
    manifestVersion: manifest?.manifest.version,
    lists: lists.size,
    lastPoll: store.lastPoll(),
    lastTime: lastTime?.code,
    lastOffsetMs: lastTime?.offsetMs,
  }
}

/** A number from 0 up to 1. */
function fractionOf(random: (bytes: number) => Uint8Array): number {
  const [high = 0, low = 0] = random(2)
  return (high * 256 + low) / 65_536
}
