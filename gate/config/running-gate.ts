/** What the revisions need of a gate that runs: `gate.ts` makes one. */
import type { EventKind, LaneModes } from '../contract/events.ts'
import type { LaneState, ModesAsked } from '../machine/state.ts'
import type { Known } from '../store/high-water-marks.ts'
import type { ModedLane } from './modes.ts'

/** `restart`: another start follows at once, by another config or after the gate was enrolled. */
export type StopHow =
  | { readonly restart: true; readonly why: 'config' | 'enrolment' }
  | { readonly restart: false }

export interface RunningGate {
  readonly lanes: readonly RunningLane[]
  /** Rejects when the row is not on disk. */
  record(kind: EventKind, body: object): Promise<void>
  /** For the journal to know the highest of. What can't be written is written with the next. */
  know(numbers: Known): void
  /** Whether the service has answered since the start. */
  reached(): boolean
  stop(how?: StopHow): Promise<void>
  releaseAll(): void
}

export interface RunningLane extends ModedLane {
  view(): Pick<LaneState, 'modes' | 'out' | 'latched'> & {
    readonly state: Pick<LaneState['state'], 'name'>
  }
  setModes(change: Partial<LaneModes>, asked: ModesAsked): void
}
