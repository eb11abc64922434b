/** One barrier with its devices: device states and contacts become the machine's inputs. */
import type {
  Clock,
  CodeReader,
  Contact,
  DeviceState,
  GateBoard,
  LineFault,
  ReadFault,
  Timers,
} from '../hardware/ports.ts'
import type { PassVerifier } from '../pass/verify.ts'
import type { DenyCode } from './contract/codes.ts'
import type { LaneConfig } from './contract/config.ts'
import type { Direction, LaneModes } from './contract/events.ts'
import { inTime } from './in-time.ts'
import {
  decideSettingsOf,
  type GivenModes,
  initialModes,
  machineSettingsOf,
  unsaidModes,
} from './lane-settings.ts'
import { DISK_ANSWER_MS, STOP_PASSAGE_MS } from './limits.ts'
import { modesChanged } from './machine/rest.ts'
import type {
  Effect,
  Lane as LaneView,
  MachineContact,
  ModesAsked,
  OutReason,
} from './machine/state.ts'
import { createPipeline, type Pipeline, type PipelineParts } from './pipeline.ts'
import { createRunner } from './runner.ts'
import { shutByTrust, warns } from './standing.ts'
import type { Backlog } from './store/backlog.ts'
import type { Memory } from './store/memory.ts'
import type { TrustKeeper } from './trust/keeper.ts'

/** A scanner and the way that its readings open. */
export interface LaneReader {
  readonly direction: Direction
  readonly reader: CodeReader
}

export interface LaneParts {
  readonly config: LaneConfig
  readonly board: GateBoard
  /** One, or on a lane for both ways two. */
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
  readonly onStep: (lane: LaneView, effects: readonly Effect[]) => void
  readonly onDevice: (device: string, state: DeviceState) => void
  /** What a board's line carried and was not taken. */
  readonly onDropped?: (device: string, fault: LineFault, count: number) => void
  /** A code came to a reader in part and was dropped. */
  readonly onUnread?: (device: string, fault: ReadFault) => void
  readonly onFault: (what: string, error: unknown) => void
}

export interface Lane {
  readonly name: string
  view(): LaneView
  /** Codes that came in part and were dropped, by why, since the lane runs. */
  unread(): Readonly<Partial<Record<ReadFault, number>>>
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

/** Every contact that a lane listens to. */
export const MACHINE_CONTACTS: readonly MachineContact[] = [
  'passA',
  'passB',
  'fire',
  'stop',
  'release',
  'tamper',
  'relayFeedback',
  'beamA',
  'beamB',
  'beamC',
  'beamD',
  'beamE',
  'beamF',
  'beamLow',
]

export function createLane(parts: LaneParts): Lane {
  const { config, board, readers, timers } = parts
  const given = parts.modes ?? { modes: initialModes(config), by: 'config' }
  let asked: ModesAsked = given
  let stopping = false
  let shutByGate: DenyCode | undefined
  let onStep = () => {}

  const runner = createRunner({
    lane: config.name,
    board,
    rows: parts.rows,
    memory: parts.memory,
    settings: machineSettingsOf(config),
    modes: unsaidModes(config),
    timers,
    clock: parts.clock,
    now: parts.trust.now,
    onFault: parts.onFault,
    onStep: (lane, effects) => {
      parts.onStep(lane, effects)
      onStep()
    },
    onTakeNext() {
      for (const pipeline of longestWaitFirst(pipelines)) pipeline.takeNext()
    },
  })
  const pipelines = readers.map(({ direction, reader }) =>
    createPipeline({
      lane: decideSettingsOf(config, direction),
      queue: config.policy.queue,
      source: reader.name,
      verifier: parts.verifier,
      trust: parts.trust,
      boarding: parts.boarding,
      memory: parts.memory,
      bus: parts.bus,
      runner,
    }),
  )
  const unread: Partial<Record<ReadFault, number>> = {}
  setModes(given.modes, given)
  showStanding()
  const missing = new Set(readers.map(({ reader }) => reader.name))

  const subscriptions = [
    parts.trust.onStanding(showStanding),
    board.contacts.onContact((contact, active) => {
      if (isMachineContact(contact)) runner.feed({ type: 'contact', contact, active })
    }),
    board.onState(state => {
      parts.onDevice(board.name, state)
      report(state, state.state === 'lost' ? boardReason(state) : 'BOARD_LOST')
      if (state.state !== 'ready') return
      runner.feed({ type: 'found', reason: 'NO_DEADMAN' })
      syncFire()
    }),
    board.onDropped?.((fault, count) => parts.onDropped?.(board.name, fault, count)),
    ...readers.flatMap(({ reader }, index) => [
      reader.onState(state => {
        parts.onDevice(reader.name, state)
        if (state.state === 'ready') missing.delete(reader.name)
        else missing.add(reader.name)
        if (state.state !== 'ready' || missing.size === 0) report(state, 'SCANNER_LOST')
      }),
      reader.onReading(reading => {
        if (!stopping) pipelines[index]?.read(reading)
      }),
      reader.onDropped?.(fault => {
        unread[fault] = (unread[fault] ?? 0) + 1
        parts.onUnread?.(reader.name, fault)
      }),
    ]),
  ]

  /** Nothing is told of what is so already. */
  function setModes(change: Partial<LaneModes>, { by, revision }: ModesAsked): void {
    asked = { by, revision }
    const { modes } = runner.lane()
    const changed = modesChanged(modes, { ...modes, ...change })
    if (Object.keys(changed).length > 0) {
      runner.feed({ type: 'mode', change: changed, by, revision })
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

  function busy(): boolean {
    const { name } = runner.lane().state
    return name === 'Admitting' || name === 'Passing'
  }

  async function passageEnded(): Promise<void> {
    if (!busy() || parts.hurry?.aborted) return
    await new Promise<void>(resolve => {
      const over = () => {
        cancel()
        parts.hurry?.removeEventListener('abort', over)
        resolve()
      }
      const cancel = timers.after(STOP_PASSAGE_MS, over)
      parts.hurry?.addEventListener('abort', over)
      onStep = () => {
        if (!busy()) over()
      }
    })
  }

  return {
    name: config.name,
    view: runner.lane,
    unread: () => unread,
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
      await passageEnded()
      runner.feed({ type: 'lost', reason: 'SHUTDOWN', detail: 'the gate stops' })
      // Rows that a disk holds up are the next start's to end.
      await inTime(timers, DISK_ANSWER_MS, runner.settled())
      for (const unsubscribe of subscriptions) unsubscribe?.()
      runner.close()
      await Promise.all([...readers.map(({ reader }) => reader.close()), board.close()])
    },
  }
}

/** Or a stream of people at one end would keep whoever waits at the other for ever. */
function longestWaitFirst(pipelines: readonly Pipeline[]): readonly Pipeline[] {
  const since = (pipeline: Pipeline) => pipeline.waitsSinceMs() ?? Number.POSITIVE_INFINITY
  return pipelines.toSorted((a, b) => (since(a) < since(b) ? -1 : since(a) > since(b) ? 1 : 0))
}

function isMachineContact(contact: Contact): contact is MachineContact {
  return (MACHINE_CONTACTS as readonly string[]).includes(contact)
}

function boardReason(state: Extract<DeviceState, { state: 'lost' }>): OutReason {
  return state.error.code === 'NO_DEADMAN' ? 'NO_DEADMAN' : 'BOARD_LOST'
}
