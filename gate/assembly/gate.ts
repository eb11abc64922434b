/**
 * One gate: journal, trust, memory, its lanes and the way to the service, wired together. Devices,
 * time and network come as arguments, so that a test or a simulation can hand in others.
 */
import { nodeVerifier } from '../../pass/cose-node.ts'
import { createPassVerifier } from '../../pass/verify.ts'
import type { RemoteDoor } from '../config/from-service.ts'
import type { StopHow } from '../config/running-gate.ts'
import type { GateConfig } from '../contract/config.ts'
import type { EventKind } from '../contract/events.ts'
import type { GateFigures } from '../contract/figures.ts'
import type { Health } from '../contract/health.ts'
import { readersOf } from '../contract/reader-config.ts'
import { createLane, type Lane } from '../lane/lane.ts'
import type { GivenModes } from '../lane/lane-settings.ts'
import { DISK_ANSWER_MS, STOP_FLUSH_MS, VERIFY_CACHE_ENTRIES_MAX } from '../limits.ts'
import { startForgetting } from '../memory/expiry.ts'
import { createMemory, type Memory } from '../memory/memory.ts'
import type { Enrolment } from '../net/identity.ts'
import { recordStart, reportDamage, reportMovedJournal } from '../ops/boot-record.ts'
import { createDiskState } from '../ops/disk-state.ts'
import { createEventRecorder } from '../ops/event-recorder.ts'
import { createHealthChangeTest, createHealthReader } from '../ops/health-report.ts'
import { type BusView, createObserver } from '../ops/telemetry.ts'
import { createBacklog } from '../store/backlog.ts'
import type { Known } from '../store/high-water-marks.ts'
import { inTime } from '../timing/deadline.ts'
import type { TrustEvent } from '../trust/events.ts'
import { inForce } from '../trust/freshness.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import { startBackgroundWork } from './background-work.ts'
import type { ReadJournal } from './control-journal.ts'
import type { ControlledTrust } from './control-trust.ts'
import { createEntryStops } from './entry-stops.ts'
import { createFolderDisk } from './gate-disk.ts'
import type { GateParts, WithDisk } from './gate-ports.ts'
import { stopBody } from './quick-stop.ts'
import { openServiceLink, type ServiceLink } from './service-link.ts'
import { createStationBus } from './station-bus.ts'
import { createConfiguredTrust } from './trust-from-config.ts'
import { watchedBy } from './watched-lane.ts'

/** Of a start that follows another in the same process, with another config. */
export interface StartOptions {
  /** Number of the config's revision, as it is now: some take effect without a start. */
  readonly revision?: () => number
  /** Hash of what the service may give of the config that runs; undefined before it is known. */
  readonly configSha256?: () => string | undefined
  /** How lanes are run at first, by name. */
  readonly modes?: ReadonlyMap<string, GivenModes>
  /** Takes the config that the service has for this gate. */
  readonly remote?: RemoteDoor
}

/** What is asked of a gate that runs; see gate-control.ts. */
export interface GateAccess {
  readonly trust: ControlledTrust & Pick<TrustKeeper, 'held' | 'onStanding'>
  readonly journal: ReadJournal
  /** Never rejects. */
  readonly readHealth: () => Promise<Health>
  readonly figures: () => GateFigures
  readonly memory: Pick<Memory, 'facts' | 'own' | 'visit'>
  /** Undefined where the gate is not enrolled. */
  readonly enrolment: Enrolment | undefined
  /** Undefined without a station bus. */
  readonly bus: () => BusView | undefined
}

export interface Gate extends GateAccess {
  readonly lanes: readonly Lane[]
  /** Writes a row of the whole gate. Rejects when it is not on disk. */
  record(kind: EventKind, body: object): Promise<void>
  /** For the journal to know the highest of. */
  know(numbers: Known): void
  /** Whether the service has answered since the start. */
  reached(): boolean
  /** With another start to follow at once, rows need not be sent before. */
  stop(how?: StopHow): Promise<void>
  /** At once, for a defect. */
  releaseAll(): void
}

/**
 * Resolves when the lanes run; devices may still be missing. Rejects with DeviceError `BAD_PINS`,
 * JournalError, ConfigError, or code `FACTORY_TRUST`; then nothing is left open.
 */
export async function startGate(
  config: GateConfig,
  parts: GateParts,
  how: StartOptions = {},
): Promise<Gate> {
  const opened = new AsyncDisposableStack()
  try {
    const { disk = createFolderDisk(config.data) } = parts
    return await assemble(config, { ...parts, disk }, how, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

/** Devices first: their ports open while the databases are read. */
function openDevices(config: GateConfig, parts: GateParts, opened: AsyncDisposableStack) {
  return config.lanes.map(lane => {
    const board = parts.openBoard(lane)
    opened.defer(() => board.close())
    const readers = readersOf(lane).map(one => {
      const reader = parts.openReader(lane, one)
      opened.defer(() => reader.close())
      return { direction: one.direction, reader }
    })
    return { lane, board, readers }
  })
}

/** What must be there before a lane runs. */
async function openCore(
  config: GateConfig,
  parts: WithDisk,
  opened: AsyncDisposableStack,
  listeners: {
    readonly revision: number | undefined
    readonly onClock: () => void
    readonly onStage: () => void
    readonly onPolled: (code: string) => void
  },
) {
  const { clock, timers, log, watch, machineBoot: machine } = parts
  const onFault = (what: string, error: unknown) =>
    log.error({ event: 'journal', err: error }, what)
  const opening = parts.disk.openJournal(clock.nowMs(), parts.randomBytes)
  if ((await inTime(timers, DISK_ANSWER_MS, opening)) === 'late') {
    onFault('the journal does not open: see whether the disk answers; the gate waits', undefined)
  }
  const journal = await opening
  opened.defer(() => journal.close())
  const know = (numbers: Known): void => {
    journal.know(numbers).catch(error => onFault('what was acted on was not noted', error))
  }
  const onPolled = ({ code }: { code: string }) => listeners.onPolled(code)
  const trust = (parts.openTrust ?? createConfiguredTrust)(config, parts, {
    ...{ known: journal.known, onKnown: know, aliveMs: journal.life?.aliveMs },
    ...{ onEvent: onTrustEvent, onPolled },
  })
  opened.defer(() => trust.close())
  const entryStops = createEntryStops()
  const disk = createDiskState({
    onAlarm: (...what) => recorder.alarm(...what),
    onShut: why => entryStops.stop('disk', why),
  })
  const rows = createBacklog({ journal, timers, onFault, onTrouble: disk.rows })
  opened.defer(() => rows.close())
  const recorder = createEventRecorder({ log, rows, now: trust.now, onEntry: watch?.onEntry })

  function onTrustEvent(event: TrustEvent): void {
    recorder.trust(event)
    if (event.kind === 'rollback') {
      entryStops.stop('rollback', event.is === 'closed' ? 'TRUST_ROLLED_BACK' : undefined)
    }
    if (event.kind === 'clock') listeners.onClock()
    if (event.kind === 'stage') listeners.onStage()
  }

  journal.onSetAside(one => reportDamage(one, recorder.alarm))
  journal.onMoved(one => reportMovedJournal(one, recorder.alarm))
  const { station } = config
  const { revision } = listeners
  const now = trust.now()
  await recordStart({
    journal,
    keep: rows.keep,
    ...recorder,
    now,
    station,
    machine,
    revision,
    damaged: parts.damaged,
  })
  const found = parts.disk.findIdentity()
  const name = found.identity?.enrolment?.gate ?? config.gate
  const memory = createMemory(await journal.memory(), name, parts.memoryMax)
  const onAlarm = recorder.alarm
  const nowMs = () => trust.now().nowMs
  // A clock that is alone with an old manifest may be wrong, however sure it is.
  const knowsAge = () => trust.now().state === 'TRUSTED' && inForce(trust.freshness().stage)
  const forgetting = startForgetting({ memory, timers, nowMs, knowsAge, onAlarm })
  opened.defer(() => forgetting.close())
  const kept = { rows, recorder, onTrustEvent, memory, forgetting, knowsAge, found }
  return { journal, trust, ...kept, know, entryStops, disk, onFault }
}

async function assemble(
  config: GateConfig,
  parts: WithDisk,
  how: StartOptions,
  opened: AsyncDisposableStack,
): Promise<Gate> {
  const { clock, timers, log, hurry } = parts
  let reached = false
  /** Opened last of all; until then lanes run without what the service gives. */
  let serviceLink: ServiceLink | undefined
  const stationBus = createStationBus(config.bus)
  const devices = openDevices(config, parts, opened)
  const core = await openCore(config, parts, opened, {
    revision: how.revision?.(),
    onClock: () => stationBus.bus()?.clockStepped(),
    onStage: () => serviceLink?.health.changed(),
    onPolled: polled,
  })
  const { journal, trust, rows, recorder, onTrustEvent, memory, found, onFault } = core

  function polled(code: string): void {
    if (code === 'UPDATED') {
      const { trustVersion, manifestVersion, lists } = trust.status()
      log.info({ event: 'manifest', trustVersion, manifestVersion, lists }, 'new manifest')
    }
    if (code !== 'UPDATED' && code !== 'UNCHANGED') return
    reached = true
    // The service answers: rows need not wait for their next try.
    serviceLink?.uploader.reachable()
  }

  const verifier = createPassVerifier({
    crypto: nodeVerifier,
    cacheEntriesMax: VERIFY_CACHE_ENTRIES_MAX,
  })
  trust.onTrustChanged(() => verifier.flush())

  const observer = createObserver(log, clock, timers)
  const boarding = () => serviceLink?.boarding
  const shared = { verifier, trust, boarding, rows, memory, bus: stationBus.state, timers, clock }
  const lanes = devices.map(({ lane, board, readers }) => {
    const observed = observer.lane(lane.name)
    const modes = how.modes?.get(lane.name)
    const healthChanged = createHealthChangeTest()
    const watched = watchedBy(parts.watch, lane.name, observed, trust)
    const onStep: typeof watched.onStep = (view, effects) => {
      watched.onStep(view, effects)
      if (healthChanged(view, effects)) serviceLink?.health.changed()
    }
    return createLane({ config: lane, board, readers, modes, hurry, ...shared, ...watched, onStep })
  })
  const { bus } = stationBus
  core.entryStops.follow(lanes)
  observer.observe({ rows, trust, bus })
  const server = await observer.serve(config.metrics?.port)
  if (server !== undefined) opened.defer(() => server.close())

  const { remote, revision = () => 0, configSha256 = () => undefined } = how
  const told = { journal, rows, trust, lanes, timers, revision, configSha256, bus }
  const readHealth = createHealthReader({ ...told, recent: observer.recent })
  serviceLink = openServiceLink(config, {
    ...{ ...parts, found, journal, trust, remote, shelf: parts.disk.openShelf() },
    ...{ readHealth, onEvent: onTrustEvent, onAlarm: recorder.alarm },
  })
  opened.defer(async () => serviceLink?.close())
  void serviceLink?.uploader.flush()
  trust.start()
  serviceLink?.station.start()
  await stationBus.start({
    ...{ memory, clock, timers, log, randomBytes: parts.randomBytes },
    ...{ member: serviceLink, metrics: observer.bus },
    nowMs: () => trust.now().nowMs,
    ...{ onAlarm: recorder.alarm, openLink: parts.openBusLink },
  })
  opened.defer(() => stationBus.close())
  const backgroundWork = startBackgroundWork(config, parts, core)
  log.info({ event: 'ready', lanes: lanes.map(lane => lane.name) }, 'ready')

  return {
    ...{ lanes, trust, journal, memory, readHealth },
    ...{ bus, figures: observer.figures },
    enrolment: serviceLink?.enrolment,
    record: recorder.record,
    know: core.know,
    reached: () => reached,
    releaseAll() {
      for (const lane of lanes) lane.releaseAll()
    },
    async stop(how = { restart: false }) {
      backgroundWork.close()
      await Promise.all(lanes.map(lane => lane.stop()))
      await stationBus.close()
      await recorder.note('stop', stopBody(how, hurry))
      await rows.flush()
      rows.close()
      const sends = !how.restart && !hurry?.aborted
      if (serviceLink && sends) await inTime(timers, STOP_FLUSH_MS, serviceLink.uploader.flush())
      for (const [name, part] of Object.entries({ serviceLink, trust, journal, server })) {
        const closing = part?.close() ?? Promise.resolve()
        const ended = await inTime(timers, DISK_ANSWER_MS, closing)
        if (ended === 'late')
          onFault(`${name} did not end: see whether the disk answers`, undefined)
      }
    },
  }
}
