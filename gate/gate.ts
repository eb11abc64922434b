/**
 * One gate: journal, trust, memory, its lanes and the way to the service, wired together. Devices,
 * time and network come as arguments, so that a test or a simulation can hand in others.
 */
import { join } from 'node:path'
import { nodeVerifier } from '../pass/cose-node.ts'
import { createPassVerifier } from '../pass/verify.ts'
import { stopBody } from './at-once.ts'
import { startBeside } from './beside.ts'
import type { RemoteDoor } from './config/from-service.ts'
import type { GateConfig } from './contract/config.ts'
import type { EventKind } from './contract/events.ts'
import { createDiskState } from './disk-state.ts'
import { createEntryDoor } from './entry-door.ts'
import { startForgetting } from './forgetting.ts'
import { inTime } from './in-time.ts'
import { type Joined, joinService } from './joined.ts'
import { createLane, type Lane } from './lane.ts'
import { directionsOf, type GivenModes } from './lane-settings.ts'
import { DISK_ANSWER_MS, STOP_FLUSH_MS, VERIFY_CACHE_ENTRIES_MAX } from './limits.ts'
import { createObserver } from './observe.ts'
import type { GateParts } from './parts.ts'
import { createSharing } from './sharing.ts'
import { tellDamage, tellMoved, tellStart } from './start.ts'
import { createBacklog } from './store/backlog.ts'
import { JOURNAL_FILE, openJournal } from './store/journal.ts'
import type { Known } from './store/known.ts'
import { createMemory } from './store/memory.ts'
import { createTelling } from './telling.ts'
import type { TrustEvent } from './trust/events.ts'
import { inForce } from './trust/freshness.ts'
import { keeperOf } from './trust-of.ts'
import { findIdentity } from './uplink/identity.ts'
import { createNews, readHealth } from './well.ts'

/** Of a start that follows another in the same process, with another config. */
export interface StartHow {
  /** Number of the config's revision, as it is now: some take effect without a start. */
  readonly revision?: () => number
  /** How lanes are run at first, by name. */
  readonly modes?: ReadonlyMap<string, GivenModes>
  /** Takes the config that the service has for this gate. */
  readonly remote?: RemoteDoor
}

export interface Gate {
  readonly lanes: readonly Lane[]
  /** Writes a row of the whole gate. Rejects when it is not on disk. */
  record(kind: EventKind, body: object): Promise<void>
  /** For the journal to know the highest of. */
  know(numbers: Known): void
  /** Whether the service has answered since the start. */
  reached(): boolean
  /** `restart`: another start follows at once, so rows need not be sent before. */
  stop(how?: { readonly restart: boolean }): Promise<void>
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
  how: StartHow = {},
): Promise<Gate> {
  const opened = new AsyncDisposableStack()
  try {
    return await assemble(config, parts, how, opened)
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
    const readers = directionsOf(lane).map(direction => {
      const reader = parts.openReader(lane, direction)
      opened.defer(() => reader.close())
      return { direction, reader }
    })
    return { lane, board, readers }
  })
}

/** What must be there before a lane runs. */
async function openCore(
  config: GateConfig,
  parts: GateParts,
  opened: AsyncDisposableStack,
  listeners: {
    readonly revision: number | undefined
    readonly onClock: () => void
    readonly onStage: () => void
    readonly onPolled: (code: string) => void
  },
) {
  const { clock, timers, log, machineBoot: machine } = parts
  const onFault = (what: string, error: unknown) =>
    log.error({ event: 'journal', err: error }, what)
  const opening = openJournal(join(config.data, JOURNAL_FILE), clock.nowMs())
  if ((await inTime(timers, DISK_ANSWER_MS, opening)) === 'late') {
    onFault('the journal does not open: see whether the disk answers; the gate waits', undefined)
  }
  const journal = await opening
  opened.defer(() => journal.close())
  const know = (numbers: Known): void => {
    journal.know(numbers).catch(error => onFault('what was acted on was not noted', error))
  }
  const onPolled = ({ code }: { code: string }) => listeners.onPolled(code)
  const trust = keeperOf(config, parts, {
    ...{ known: journal.known, onKnown: know, aliveMs: journal.life?.aliveMs },
    ...{ onEvent: told, onPolled },
  })
  opened.defer(() => trust.close())
  const entry = createEntryDoor()
  const disk = createDiskState({
    onAlarm: (...what) => telling.alarm(...what),
    onShut: why => entry.shut('disk', why),
  })
  const rows = createBacklog({ journal, timers, onFault, onTrouble: disk.rows })
  opened.defer(() => rows.close())
  const telling = createTelling({ log, rows, now: trust.now })

  function told(event: TrustEvent): void {
    telling.trust(event)
    if (event.kind === 'rollback') {
      entry.shut('rollback', event.is === 'closed' ? 'TRUST_ROLLED_BACK' : undefined)
    }
    if (event.kind === 'clock') listeners.onClock()
    if (event.kind === 'stage') listeners.onStage()
  }

  journal.onSetAside(one => tellDamage(one, telling.alarm))
  journal.onMoved(one => tellMoved(one, telling.alarm))
  const { station } = config
  const { revision } = listeners
  const now = trust.now()
  await tellStart({
    journal,
    keep: rows.keep,
    ...telling,
    now,
    station,
    machine,
    revision,
    damaged: parts.damaged,
  })
  const found = findIdentity(config.data)
  const name = found.identity?.enrolment?.gate ?? config.gate
  const memory = createMemory(await journal.memory(), name)
  const onAlarm = telling.alarm
  const nowMs = () => trust.now().nowMs
  // A clock that is alone with an old manifest may be wrong, however sure it is.
  const knowsAge = () => trust.now().state === 'TRUSTED' && inForce(trust.freshness().stage)
  const forgetting = startForgetting({ memory, timers, nowMs, knowsAge, onAlarm })
  opened.defer(() => forgetting.close())
  const kept = { rows, telling, told, memory, forgetting, knowsAge, found }
  return { journal, trust, ...kept, know, entry, disk, onFault }
}

async function assemble(
  config: GateConfig,
  parts: GateParts,
  how: StartHow,
  opened: AsyncDisposableStack,
): Promise<Gate> {
  const { clock, timers, log, hurry } = parts
  let reached = false
  /** Joined last of all; until then lanes run without what the service gives. */
  let joined: Joined | undefined
  const sharing = createSharing(config.bus)
  const devices = openDevices(config, parts, opened)
  const core = await openCore(config, parts, opened, {
    revision: how.revision?.(),
    onClock: () => sharing.bus()?.clockStepped(),
    onStage: () => joined?.health.changed(),
    onPolled: polled,
  })
  const { journal, trust, rows, telling, told, memory, found, onFault } = core

  function polled(code: string): void {
    if (code === 'UPDATED') {
      const { trustVersion, manifestVersion, lists } = trust.status()
      log.info({ event: 'manifest', trustVersion, manifestVersion, lists }, 'new manifest')
    }
    if (code !== 'UPDATED' && code !== 'UNCHANGED') return
    reached = true
    // The service answers: rows need not wait for their next try.
    joined?.uploader.reachable()
  }

  const verifier = createPassVerifier({
    crypto: nodeVerifier,
    cacheEntriesMax: VERIFY_CACHE_ENTRIES_MAX,
  })
  trust.onTrustChanged(() => verifier.flush())

  const observer = createObserver(log, clock)
  const boarding = () => joined?.boarding
  const shared = { verifier, trust, boarding, rows, memory, bus: sharing.state, timers, clock }
  const lanes = devices.map(({ lane, board, readers }) => {
    const { onReading, ...watched } = observer.lane(lane.name)
    for (const { reader } of readers) reader.onReading(onReading)
    const modes = how.modes?.get(lane.name)
    const isNews = createNews()
    const onStep: typeof watched.onStep = (view, effects) => {
      watched.onStep(view, effects)
      if (isNews(view)) joined?.health.changed()
    }
    return createLane({ config: lane, board, readers, modes, hurry, ...shared, ...watched, onStep })
  })
  core.entry.follow(lanes)
  const server = await observer.serve(config.metrics?.port, { rows, trust, bus: sharing.bus })
  if (server !== undefined) opened.defer(() => server.close())

  const { remote, revision = () => 0 } = how
  const readWell = () => readHealth({ journal, rows, trust, lanes, timers, revision })
  const given = { found, journal, trust, readHealth: readWell, onEvent: told, remote }
  joined = joinService(config, { ...parts, ...given, onAlarm: telling.alarm })
  opened.defer(async () => joined?.close())
  void joined?.uploader.flush()
  trust.start()
  joined?.station.start()
  await sharing.start({
    ...{ joined, memory, observer, clock, timers, log, randomBytes: parts.randomBytes },
    nowMs: () => trust.now().nowMs,
    onAlarm: telling.alarm,
  })
  opened.defer(() => sharing.close())
  const beside = startBeside(config, parts, core)
  log.info({ event: 'ready', lanes: lanes.map(lane => lane.name) }, 'ready')

  return {
    lanes,
    record: telling.record,
    know: core.know,
    reached: () => reached,
    releaseAll() {
      for (const lane of lanes) lane.releaseAll()
    },
    async stop({ restart } = { restart: false }) {
      beside.close()
      await Promise.all(lanes.map(lane => lane.stop()))
      await sharing.close()
      await telling.note('stop', stopBody(restart, hurry))
      await rows.flush()
      rows.close()
      const sends = !restart && !hurry?.aborted
      if (joined && sends) await inTime(timers, STOP_FLUSH_MS, joined.uploader.flush())
      for (const [name, part] of Object.entries({ joined, trust, journal, server })) {
        const closing = part?.close() ?? Promise.resolve()
        const ended = await inTime(timers, DISK_ANSWER_MS, closing)
        if (ended === 'late')
          onFault(`${name} did not end: see whether the disk answers`, undefined)
      }
    },
  }
}
