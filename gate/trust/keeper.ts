/**
 * The trust of one gate: boots offline from its cache, follows the service, keeps the clock, and
 * gives verification a view that needs neither network nor database. The one object of this folder
 * that `main.ts` holds.
 */
import type { Clock, Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import type { TrustView } from '../../pass/verify.ts'
import { loadCache, openFactoryTrust } from './cache.ts'
import { createCacheSaver } from './cache-saver.ts'
import { createCacheWriter } from './cache-writer.ts'
import { bootClock, type ClockCertainty, type ClockSetting } from './clock.ts'
import type { FetchPort } from './download.ts'
import { followEvents } from './event-stream.ts'
import { alarmFilter, STAGE_CODE, type TrustEvent } from './events.ts'
import { type Polled, pollTrust } from './fetch.ts'
import { type Freshness, type FreshnessStage, freshnessOf } from './freshness.ts'
import { TIME_STEP_REPORT_MS } from './limits.ts'
import { createPollLoop } from './poll-loop.ts'
import { type TrustState, viewOf } from './state.ts'
import { createTimeSync, type SettleCode } from './time-sync.ts'

export interface TrustKeeperOptions {
  /** Folder of `trust.db`. */
  readonly dataDir: string
  /** The trust document shipped with the gate, as signed. */
  readonly factoryTrust: Uint8Array
  readonly environment: PassEnvironment
  /** Base address of the service. */
  readonly serviceUrl: string
  readonly pollMs: number
  readonly timeoutMs: number
  readonly staleAfterMs: number
  readonly degradedAfterMs: number
  readonly clock: Clock
  readonly timers: Timers
  /** Unpredictable bytes, as many as asked for. */
  readonly random: (bytes: number) => Uint8Array
  /** The platform's `fetch`. */
  readonly fetch: FetchPort
  /** Called for stage changes, clock steps, alarms and cache faults; from `start` on. */
  readonly onEvent: (event: TrustEvent) => void
}

/** How a poll ended: `UPDATED`, `UNCHANGED`, or why not and with which document. */
export interface PollOutcome {
  readonly code: Polled['code']
  readonly what?: string
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
  readonly state: ClockCertainty
  readonly staleAllowanceMs: number
}

export interface TrustKeeper {
  /** Begins to poll. Before it nothing is sent. */
  start(): void
  /** Ask each time: a change of trust or lists makes a new one. */
  view(): TrustView
  freshness(): Pick<Freshness, 'stage' | 'manifestAgeMs'>
  now(): GateNow
  status(): TrustStatus
  /** Polls at once, or once more after the poll under way. Never rejects. */
  pollNow(): Promise<PollOutcome>
  /** A technician's `clock set`, Unix milliseconds. Refused below the floor. */
  setClock(nowMs: number): ClockSetting
  /** Called when issuer keys or revoked kids have changed: flush what was cached of them. */
  onTrustChanged(listener: (view: TrustView) => void): Unsubscribe
  /** Ends polling, writes what is left, leaves no handle. */
  close(): Promise<void>
}

/** Throws (code `FACTORY_TRUST`) when the factory trust isn't signed by its own roots. */
export function createTrustKeeper(options: TrustKeeperOptions): TrustKeeper {
  const { clock: host, timers, onEvent } = options
  const factory = openFactoryTrust(options.factoryTrust)
  const loaded = loadCache(options.dataDir, factory, host.nowMs())
  const stopped = new AbortController()
  const source = {
    fetch: options.fetch,
    timers,
    stopped: stopped.signal,
    serviceUrl: options.serviceUrl.replace(/\/+$/, ''),
    timeoutMs: options.timeoutMs,
    random: options.random,
    monotonicMs: () => host.monotonicMs(),
  }
  const hostMs = host.nowMs()
  const booted = bootClock({ ...loaded, hostMs, monotonicMs: host.monotonicMs() })
  const time = createTimeSync(booted, host, source)
  const alarmOf = alarmFilter(() => host.monotonicMs())
  const saver = createCacheSaver({
    writer: createCacheWriter(options.dataDir),
    onDisk: loaded.onDisk ? loaded.state : undefined,
    nowMs: time.nowMs,
    onFault: fault =>
      onEvent({
        kind: 'cache',
        code: fault.code === 'DAMAGED' ? 'TRUST_CACHE_DAMAGED' : 'TRUST_CACHE_UNWRITTEN',
        detail: fault.detail,
        ...('setAside' in fault && fault.setAside ? { setAside: fault.setAside } : {}),
      }),
  })

  let state = loaded.state
  let view = viewOf(state, options.environment, time.allowanceMs)
  let etag: string | undefined
  let lastPoll: PollOutcome | undefined
  let lastTime: SettleCode | undefined
  let lastOffsetMs: number | undefined
  let stage: FreshnessStage | undefined
  let cancelStage: Unsubscribe = () => {}
  let closeStream: Unsubscribe = () => {}
  let started = false
  const listeners = new Set<(view: TrustView) => void>()

  const freshness = (): Freshness => {
    const { trust, manifest } = state
    const times = { trustExp: trust.exp, ...(manifest && { manifest: manifest.manifest }) }
    return freshnessOf(times, options, time.nowMs())
  }

  const watchStage = (): void => {
    cancelStage()
    if (!started) return
    const fresh = freshness()
    if (fresh.nextInMs !== Infinity) cancelStage = timers.after(fresh.nextInMs, watchStage)
    if (fresh.stage === stage) return
    const { manifestAgeMs } = fresh
    const code = STAGE_CODE[fresh.stage]
    const from = stage
    stage = fresh.stage
    onEvent({
      kind: 'stage',
      stage,
      ...(from && { from }),
      ...(code && { code }),
      manifestAgeMs: manifestAgeMs === Infinity ? null : manifestAgeMs,
    })
  }

  const takeState = (next: TrustState): void => {
    const before = state
    state = next
    view = viewOf(state, options.environment, time.allowanceMs)
    time.raise(state.trust.iat)
    const manifest = state.manifest?.manifest
    if (manifest !== undefined) time.raise(manifest.iat)
    saver.save(state, time.clock())
    const trustChanged = before.trust !== state.trust
    if (trustChanged) {
      const { version: trustVersion } = state.trust
      onEvent({ kind: 'trust', trustVersion, manifestVersion: manifest?.version ?? null })
    }
    if (trustChanged || revokedKids(before) !== revokedKids(state)) {
      for (const listener of listeners) listener(view)
    }
    watchStage()
  }

  const takeAlarm = (code: string, what: string): void => {
    const alarm = alarmOf(code, what)
    if (alarm !== undefined) onEvent(alarm)
  }

  const takePolled = (polled: Polled): void => {
    if (polled.code === 'UPDATED') etag = polled.etag
    else if (polled.code === 'UNCHANGED') etag = polled.etag ?? etag
    else takeAlarm(polled.code, polled.what)
    if ('state' in polled && polled.state !== undefined) takeState(polled.state)
    lastPoll = 'what' in polled ? { code: polled.code, what: polled.what } : { code: polled.code }
  }

  const poll = async (): Promise<void> => {
    const known = state.manifest === undefined ? undefined : etag
    takePolled(await pollTrust(source, state, time.nowMs(), known))
  }

  const settle = async (): Promise<void> => {
    const uncertain = time.clock().state === 'UNCERTAIN'
    const settled = await time.settle(state)
    lastTime = settled.code
    lastOffsetMs = settled.offsetMs ?? lastOffsetMs
    if (settled.code !== 'SET') return takeAlarm(settled.code, 'time')
    const offsetMs = Math.round(settled.offsetMs ?? 0)
    if (uncertain || Math.abs(offsetMs) >= TIME_STEP_REPORT_MS) {
      const { state: certainty } = time.clock()
      const by = 'signed time'
      onEvent({ kind: 'clock', code: 'CLOCK_STEPPED', by, offsetMs, state: certainty })
    }
    if (settled.polled !== undefined) takePolled(settled.polled)
    else {
      saver.save(state, time.clock())
      const newer = (settled.manifestVersion ?? 0) > (state.manifest?.manifest.version ?? 0)
      if (newer || lastPoll?.code === 'FROM_FUTURE' || lastPoll?.code === 'EXPIRED') await poll()
    }
    watchStage()
  }

  const loop = createPollLoop<PollOutcome>({
    periodMs: options.pollMs,
    timers,
    fraction,
    good: outcome => outcome.code === 'UPDATED' || outcome.code === 'UNCHANGED',
    async run() {
      await poll()
      if (time.due(lastPoll?.code ?? '') && !stopped.signal.aborted) await settle()
      return lastPoll as PollOutcome
    },
  })

  function fraction(): number {
    const [high = 0, low = 0] = options.random(2)
    return (high * 256 + low) / 65_536
  }

  const tellBoot = (): void => {
    if (loaded.damage !== undefined) {
      const { detail, setAside } = loaded.damage
      const code = 'TRUST_CACHE_DAMAGED'
      onEvent({ kind: 'cache', code, detail, ...(setAside && { setAside }) })
    }
    if (booted.state === 'UNCERTAIN') {
      const offsetMs = booted.anchorMs - hostMs
      onEvent({ kind: 'clock', code: 'CLOCK_STEPPED', by: 'floor', offsetMs, state: 'UNCERTAIN' })
    }
    if (loaded.damage !== undefined) saver.save(state, time.clock())
  }

  return {
    start() {
      if (started || stopped.signal.aborted) return
      started = true
      tellBoot()
      watchStage()
      loop.start()
      closeStream = followEvents({
        url: `${source.serviceUrl}/v1/trust/events`,
        fetch: options.fetch,
        timers,
        fraction,
        retryMs: options.pollMs,
        onPoll: () => void loop.now(),
      })
    },
    view: () => view,
    freshness,
    now: () => ({
      nowMs: Math.floor(time.nowMs()),
      state: time.clock().state,
      staleAllowanceMs: time.allowanceMs(),
    }),
    status: () => ({
      trustVersion: state.trust.version,
      trustExp: state.trust.exp,
      manifestVersion: state.manifest?.manifest.version,
      lists: state.lists.size,
      lastPoll,
      lastTime,
      lastOffsetMs,
    }),
    pollNow: () => loop.now(),
    setClock(nowMs) {
      const setting = time.setByHand(nowMs)
      if (setting.code !== 'SET') return setting
      const { offsetMs } = setting
      const by = 'technician'
      onEvent({ kind: 'clock', code: 'CLOCK_STEPPED', by, offsetMs, state: 'TRUSTED' })
      saver.save(state, time.clock())
      watchStage()
      return setting
    },
    onTrustChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      started = false
      stopped.abort()
      closeStream()
      cancelStage()
      await loop.stop()
      cancelStage()
      await saver.close()
    },
  }
}

/** All kids that are refused, in one comparable text. */
function revokedKids({ manifest, keptKids }: TrustState): string {
  const kids = new Set(keptKids.map(entry => entry.kid))
  for (const kid of manifest?.manifest.revokedKids ?? []) kids.add(Buffer.from(kid).toString('hex'))
  return [...kids].sort().join(' ')
}
