/** One barrier with its devices: device states and contacts become the machine's inputs. */
import type { CodeReader, Contact, DeviceState, GateBoard, Timers } from '../hardware/ports.ts'
import type { PassVerifier } from '../pass/verify.ts'
import type { LaneConfig } from './contract/config.ts'
import { DEVICE_START_MS, STOP_PASSAGE_MS } from './limits.ts'
import type {
  Effect,
  Lane as LaneView,
  MachineContact,
  MachineSettings,
  OutReason,
} from './machine/state.ts'
import { createPipeline, type PipelineParts } from './pipeline.ts'
import { createRunner } from './runner.ts'
import type { Journal } from './store/journal.ts'
import type { Memory } from './store/memory.ts'

export interface LaneParts {
  readonly config: LaneConfig
  readonly board: GateBoard
  readonly reader: CodeReader
  readonly verifier: PassVerifier
  readonly trust: PipelineParts['trust']
  readonly journal: Pick<Journal, 'append'>
  readonly memory: Memory
  readonly timers: Timers
  readonly onStep: (lane: LaneView, effects: readonly Effect[]) => void
  readonly onDevice: (device: string, state: DeviceState) => void
  readonly onFault: (what: string, error: unknown) => void
}

export interface Lane {
  readonly name: string
  view(): LaneView
  /** Takes no more scans, lets the passage that runs end (bounded), releases, closes devices. */
  stop(): Promise<void>
  /** At once, for a defect: relays at rest, nothing else. */
  releaseAll(): void
}

const MACHINE_CONTACTS: readonly MachineContact[] = [
  'passA',
  'passB',
  'fire',
  'stop',
  'release',
  'tamper',
]

export function createLane(parts: LaneParts): Lane {
  const { config, board, reader, timers } = parts
  let stopping = false
  let onStep = () => {}

  const runner = createRunner({
    lane: config.name,
    board,
    journal: parts.journal,
    memory: parts.memory,
    settings: settingsOf(config),
    timers,
    now: parts.trust.now,
    onFault: parts.onFault,
    onStep: (lane, effects) => {
      parts.onStep(lane, effects)
      if (lane.state.name === 'Locked') queueMicrotask(() => pipeline.resume())
      onStep()
    },
  })
  const pipeline = createPipeline({
    lane: decideSettingsOf(config),
    source: reader.name,
    verifier: parts.verifier,
    trust: parts.trust,
    memory: parts.memory,
    runner,
  })

  const subscriptions = [
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
    reader.onState(state => {
      parts.onDevice(reader.name, state)
      report(state, 'SCANNER_LOST')
    }),
    reader.onReading(reading => {
      if (!stopping) pipeline.read(reading)
    }),
  ]

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
    if (!busy()) return
    await new Promise<void>(resolve => {
      const cancel = timers.after(STOP_PASSAGE_MS, resolve)
      onStep = () => {
        if (busy()) return
        cancel()
        resolve()
      }
    })
  }

  return {
    name: config.name,
    view: runner.lane,
    releaseAll() {
      board.barrier.release('entry')
      board.barrier.release('exit')
    },
    async stop() {
      stopping = true
      await passageEnded()
      runner.feed({ type: 'lost', reason: 'SHUTDOWN', detail: 'the gate stops' })
      await runner.settled()
      for (const unsubscribe of subscriptions) unsubscribe()
      runner.close()
      await Promise.all([reader.close(), board.close()])
    },
  }
}

function isMachineContact(contact: Contact): contact is MachineContact {
  return (MACHINE_CONTACTS as readonly string[]).includes(contact)
}

function boardReason(state: Extract<DeviceState, { state: 'lost' }>): OutReason {
  return state.error.code === 'NO_DEADMAN' ? 'NO_DEADMAN' : 'BOARD_LOST'
}

function settingsOf({ direction, area, timing }: LaneConfig): MachineSettings {
  return { direction, area, startMs: DEVICE_START_MS, ...timing }
}

function decideSettingsOf({ name, direction, area, policy }: LaneConfig): PipelineParts['lane'] {
  const { takesPaper, passbackMs } = policy
  const passback = policy.passback ?? (direction === 'entry' ? 'hard' : 'soft')
  return { lane: name, direction, area, takesPaper, passback, passbackMs }
}
