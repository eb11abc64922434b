/** What a gate is given: devices, time, randomness and network, real ones or a test's. */
import type { Logger } from 'pino'
import type { Clock, CodeReader, GateBoard, Timers } from '../hardware/ports.ts'
import type { LaneConfig } from './contract/config.ts'
import type { Direction } from './contract/events.ts'
import type { KeptFile } from './file-watch.ts'

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
  /** Files of the data folder that whoever starts the gate keeps. */
  readonly kept?: readonly KeptFile[]
  /** One sentence for each file that was found damaged before the gate was started. */
  readonly damaged?: readonly string[]
  /** Names this boot of the machine; undefined where boots have no name. */
  readonly machineBoot: string | undefined
  readonly openBoard: (lane: LaneConfig) => GateBoard
  readonly openReader: (lane: LaneConfig, direction: Direction) => CodeReader
}
