/** What a gate is given: devices, time, randomness and network, real ones or a test's. */
import type { Logger } from 'pino'
import type { Clock, CodeReader, DeviceState, GateBoard, Timers } from '../../hardware/ports.ts'
import type { OpenBusLink } from '../bus/open.ts'
import type { GateConfig, LaneConfig } from '../contract/config.ts'
import type { LaneReaderConfig } from '../contract/reader-config.ts'
import type { KeptFile } from '../files/file-watch.ts'
import type { MemoryMax } from '../limits.ts'
import type { Effect } from '../machine/state.ts'
import type { JournalEntry } from '../memory/projection.ts'
import type { TrustKeeper, TrustKeeperOptions } from '../trust/keeper.ts'
import type { GateDisk } from './gate-disk.ts'

/** Hears what a gate does, as it does it. Must not throw. */
export interface GateWatch {
  /** `nowMs`: by the gate's clock. */
  onStep(lane: string, effects: readonly Effect[], nowMs: number): void
  onDevice(lane: string, device: string, state: DeviceState): void
  /** A reader gave a whole code, whatever becomes of it. */
  onRead(device: string): void
  /** A row of the whole gate, on its way to the journal. */
  onEntry(entry: JournalEntry): void
}

export interface GateParts {
  readonly clock: Clock
  readonly timers: Timers
  /** In [0, 1): jitter. */
  readonly random: () => number
  /** Unpredictable, for nonces. */
  readonly randomBytes: (bytes: number) => Uint8Array
  readonly fetch: typeof fetch
  readonly log: Logger
  /** Fires when a stop may not wait any longer, neither for who is under way nor for the service. */
  readonly hurry?: AbortSignal | undefined
  readonly factoryTrust: Uint8Array
  /** What it keeps over restarts; the config's data folder unless given. */
  readonly disk?: GateDisk
  /** Bounds of its memory, in entries; those of `limits.ts` unless given. */
  readonly memoryMax?: MemoryMax
  /** Files of the data folder that whoever starts the gate keeps. */
  readonly kept?: readonly KeptFile[]
  /** One sentence for each file that was found damaged before the gate was started. */
  readonly damaged?: readonly string[]
  /** Names this boot of the machine; undefined where boots have no name. */
  readonly machineBoot: string | undefined
  readonly watch?: GateWatch
  /** What it believes of trust and time; a keeper that follows the service unless given. */
  readonly openTrust?: OpenTrust
  /** What carries the messages of the station bus; a thread with an MQTT client unless given. */
  readonly openBusLink?: OpenBusLink | undefined
  readonly openBoard: (lane: LaneConfig) => GateBoard
  /** `onRaw` hears each piece of what the device sent, before it is taken apart. */
  readonly openReader: (
    lane: LaneConfig,
    reader: LaneReaderConfig,
    onRaw?: (bytes: Uint8Array) => void,
  ) => CodeReader
}

export type OpenTrust = (
  config: GateConfig,
  parts: WithDisk,
  listeners: TrustListeners,
) => TrustKeeper

export type TrustListeners = Pick<
  TrustKeeperOptions,
  'known' | 'aliveMs' | 'onKnown' | 'onEvent' | 'onPolled'
>

/** With its disk, given or made. */
export interface WithDisk extends GateParts {
  readonly disk: GateDisk
}
