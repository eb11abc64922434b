/** One barrier with its devices: device states and contacts become the machine's inputs. */
import type {
  Clock,
  DeviceState,
  GateBoard,
  LineFault,
  ReadFault,
  Reading,
  Timers,
} from '../../hardware/ports.ts'
import type { PassVerifier } from '../../pass/verify.ts'
import type { DenyCode } from '../contract/codes.ts'
import type { LaneConfig } from '../contract/config.ts'
import type { Direction, LaneModes } from '../contract/events.ts'
import type { PartTest } from '../contract/part-test.ts'
import { DISK_ANSWER_MS, STOP_PASSAGE_MS } from '../limits.ts'
import { MACHINE_CONTACTS } from '../machine/contacts.ts'
import { type TestRefusal, testRefusal } from '../machine/part-test.ts'
import { modesChanged } from '../machine/rest.ts'
import type { Effect, LaneState, MachineContact, ModesAsked, OutReason } from '../machine/state.ts'
import { traitsOf } from '../machine/state-traits.ts'
import type { Memory } from '../memory/memory.ts'
import type { Backlog } from '../store/backlog.ts'
import { inTime } from '../timing/deadline.ts'
import type { ScanHop } from '../timing/scan-hops.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import { type CodeTests, createCodeTests } from './code-test.ts'
import { createRunner, type Runner } from './effect-runner.ts'
import { followReaders, type LaneReader } from './lane-readers.ts'
import {
  decideSettingsOf,
  type GivenModes,
  initialModes,
  machineSettingsOf,
  unsaidModes,
} from './lane-settings.ts'
import { createPretendedInput, type PretendedInput } from './pretended-input.ts'
import { createPipeline, type Pipeline, type PipelineParts } from './scan-pipeline.ts'
import { shutByTrust, warns } from './trust-standing.ts'

export interface LaneParts {
  readonly config: LaneConfig
  readonly board: GateBoard
  /** One or more for each direction of the lane. */
  readonly readers: readonly LaneReader[]
  readonly verifier: PassVerifier
  readonly trust: PipelineParts['trust'] & Pick<TrustKeeper, 'onStanding'>
  readonly boarding: PipelineParts['boarding']
  readonly rows: Pick<Backlog, 'append' | 'appendOrKeep' | 'keep'>
  readonly memory: Memory
  readonly bus: PipelineParts['bus']
  readonly timers: Timers
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** How the lane is run at first, where not as its config says. */
  readonly modes?: GivenModes | undefined
  /** Fires when a stop waits for nobody any more. */
  readonly hurry?: AbortSignal | undefined
  readonly onStep: (lane: LaneState, effects: readonly Effect[]) => void
  readonly onDevice: (device: string, state: DeviceState) => void
  /** A reader gave a whole code, whatever becomes of it. */
  readonly onRead?: (device: string) => void
  /** Before the lane sees a reading; not called for one that another reader gave already. */
  readonly onReading?: (reading: Reading) => void
  /** A hop of a scan has ended. */
  readonly onHop?: (hop: ScanHop) => void
  /** What a board's line carried and was not taken. */
  readonly onDropped?: (device: string, fault: LineFault, count: number) => void
  /** A code came to a reader in part and was dropped. */
  readonly onUnread?: (device: string, fault: ReadFault, bytes?: number) => void
  readonly onFault: (what: string, error: unknown) => void
}

export interface Lane {
  readonly name: string
  view(): LaneState
  /** Codes that came in part and were dropped, by why, since the lane runs. */
  unread(): Readonly<Partial<Record<Exclude<ReadFault, 'REST'>, number>>>
  /** Names of its readers that are lost. */
  lostReaders(): readonly string[]
  /** People whose scan waits for the passage that runs. */
  waitingScans(): number
  /** Contacts that are active, pretended ones included. */
  activeContacts(): readonly MachineContact[]
  /** A technician's test of a part; why it may not be now, else undefined and it is under way. */
  test(test: PartTest, by: string): TestRefusal | undefined
  /** A code that a technician holds up: what it would be told. */
  readonly codeTests: Pick<CodeTests, 'next'>
  readonly pretend: Pick<PretendedInput, 'contact' | 'scan' | 'contacts'>
  /** Beside trust and time: why no entry is admitted now, shown at rest; undefined: nothing else. */
  shutEntry(why: DenyCode | undefined): void
  /** Another way of running the lane, from now on. */
  setModes(change: Partial<LaneModes>, asked: ModesAsked): void
  /** Who asked for how it is run now. */
  modesAsked(): ModesAsked
  /** Takes no more scans, lets the passage that runs end (bounded), releases, closes devices. */
  stop(): Promise<void>
  /** At once, for a defect: relays at rest, nothing else. */
  releaseAll(): void
}

export function createLane(parts: LaneParts): Lane {
  const { config, board, readers, timers } = parts
  const given = parts.modes ?? { modes: initialModes(config), by: 'config' }
  let asked: ModesAsked = given
  let stopping = false
  let shutByGate: DenyCode | undefined
  let onStep = () => {}

  const settings = machineSettingsOf(config)
  const runner = createRunner({
    lane: config.name,
    board,
    rows: parts.rows,
    memory: parts.memory,
    settings,
    modes: unsaidModes(config),
    ...{ timers, clock: parts.clock },
    now: parts.trust.now,
    ...{ onHop: parts.onHop, onFault: parts.onFault },
    onStep: (lane, effects) => {
      parts.onStep(lane, effects)
      onStep()
    },
    onTakeNext() {
      for (const pipeline of longestWaitFirst(pipelines)) pipeline.takeNext()
    },
  })
  const pipelines = createPipelines(parts, runner)
  const pretended = createPretendedInput({ runner, contacts: board.contacts, judges: pipelines })
  const codeTests = createCodeTests({ runner, judges: pipelines })
  const unread: Partial<Record<Exclude<ReadFault, 'REST'>, number>> = {}
  setModes(given.modes, given)
  showStanding()
  const subscriptions = [
    parts.trust.onStanding(showStanding),
    board.contacts.onContact((contact, active) => {
      pretended.overruled(contact)
      runner.feed({ type: 'contact', contact, active })
    }),
    board.onState(state => {
      parts.onDevice(board.name, state)
      if (state.state === 'lost') pretended.forget()
      report(state, state.state === 'lost' ? boardReason(state) : 'BOARD_LOST')
      if (state.state !== 'ready') return
      runner.feed({ type: 'found', reason: 'NO_DEADMAN' })
      syncFire()
    }),
    board.onDropped?.((fault, count) => parts.onDropped?.(board.name, fault, count)),
  ]
  const laneReaders = followReaders({
    ...{ readers, feed: runner.feed, onDevice: parts.onDevice },
    onRead: device => parts.onRead?.(device),
    onReading(direction, reading, source) {
      if (stopping) return
      parts.onReading?.(reading)
      codeTests.saw(direction, reading, source)
      pipelines.get(direction)?.read(reading, source)
    },
    onDropped(name, fault, bytes) {
      if (fault !== 'REST') unread[fault] = (unread[fault] ?? 0) + 1
      parts.onUnread?.(name, fault, bytes)
    },
  })

  /** Nothing is told of what is so already. */
  function setModes(change: Partial<LaneModes>, { by, revision, reason }: ModesAsked): void {
    asked = { by, revision, reason }
    if (change.maintenance === false) pretended.endAll(by)
    const { modes } = runner.lane()
    const changed = modesChanged(modes, { ...modes, ...change })
    if (Object.keys(changed).length > 0) {
      runner.feed({ type: 'mode', change: changed, ...asked })
      showStanding()
    }
  }

  /** What the gate lacks, at rest: amber for trust and time, and why no entry is admitted. */
  function showStanding(): void {
    const { state: clock, doubt } = parts.trust.now()
    const standing = { ...parts.trust.freshness(), clock, doubt }
    const { modes, entryShut } = runner.lane()
    runner.warn(warns(standing))
    const shut = shutByGate ?? shutByTrust(standing, modes)
    if (shut !== entryShut) runner.feed({ type: 'entry', shut })
  }

  function report(state: DeviceState, reason: OutReason): void {
    if (state.state === 'ready') runner.feed({ type: 'found', reason })
    if (state.state === 'lost') runner.feed({ type: 'lost', reason, detail: state.error.message })
  }

  /** The fire loop may have changed while the board was away. */
  function syncFire(): void {
    const active = board.contacts.isActive('fire')
    if (active !== runner.lane().fire) runner.feed({ type: 'contact', contact: 'fire', active })
  }

  async function passageEnded(): Promise<void> {
    if (!traitsOf(runner.lane()).granted || parts.hurry?.aborted) return
    await new Promise<void>(resolve => {
      const over = () => {
        cancel()
        parts.hurry?.removeEventListener('abort', over)
        resolve()
      }
      const cancel = timers.after(STOP_PASSAGE_MS, over)
      parts.hurry?.addEventListener('abort', over)
      onStep = () => {
        if (!traitsOf(runner.lane()).granted) over()
      }
    })
  }

  return {
    name: config.name,
    view: runner.lane,
    unread: () => unread,
    lostReaders: laneReaders.lost,
    waitingScans: () => waitingIn(pipelines),
    activeContacts: () =>
      MACHINE_CONTACTS.filter(
        one => board.contacts.isActive(one) || pretended.contacts().includes(one),
      ),
    test(test, by) {
      const refusal = testRefusal(runner.lane(), test, settings)
      if (refusal === undefined) runner.feed({ type: 'test', test, by })
      return refusal
    },
    ...{ codeTests, pretend: pretended },
    shutEntry(why) {
      shutByGate = why
      showStanding()
    },
    setModes,
    modesAsked: () => asked,
    releaseAll() {
      board.barrier.release('entry')
      board.barrier.release('exit')
    },
    async stop() {
      stopping = true
      codeTests.end()
      await passageEnded()
      runner.feed({ type: 'lost', reason: 'SHUTDOWN', detail: 'the gate stops' })
      // Rows that a disk holds up are the next start's to end.
      await inTime(timers, DISK_ANSWER_MS, runner.settled())
      for (const unsubscribe of subscriptions) unsubscribe?.()
      laneReaders.end()
      runner.close()
      await Promise.all([...readers.map(({ reader }) => reader.close()), board.close()])
    },
  }
}

/** One for each direction. */
function createPipelines(
  { config, readers, ...parts }: LaneParts,
  runner: Runner,
): ReadonlyMap<Direction, Pipeline> {
  const { verifier, trust, boarding, memory, bus, onHop } = parts
  const pipelines = new Map<Direction, Pipeline>()
  for (const { direction } of readers) {
    if (pipelines.has(direction)) continue
    const lane = decideSettingsOf(config, direction)
    const own = { lane, queue: config.policy.queue }
    const shared = { verifier, trust, boarding, memory, bus, runner, onHop }
    pipelines.set(direction, createPipeline({ ...own, ...shared }))
  }
  return pipelines
}

function waitingIn(pipelines: ReadonlyMap<Direction, Pipeline>): number {
  return [...pipelines.values()].filter(one => one.waitsSinceMs() !== undefined).length
}

/** Or a stream of people at one end would keep whoever waits at the other for ever. */
function longestWaitFirst(pipelines: ReadonlyMap<Direction, Pipeline>): readonly Pipeline[] {
  const since = (pipeline: Pipeline) => pipeline.waitsSinceMs() ?? Number.POSITIVE_INFINITY
  return [...pipelines.values()].toSorted((a, b) =>
    since(a) < since(b) ? -1 : since(a) > since(b) ? 1 : 0,
  )
}

function boardReason(state: Extract<DeviceState, { state: 'lost' }>): OutReason {
  return state.error.code === 'NO_DEADMAN' ? 'NO_DEADMAN' : 'BOARD_LOST'
}
