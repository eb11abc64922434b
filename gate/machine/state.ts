/**
 * The words of the lane's machine: states, inputs, effects. Pure data; nothing here acts.
 * Only `gate/runner.ts` executes effects.
 */
import type { AlarmCode, DenyCode, VerdictCode } from '../contract/codes.ts'
import type {
  AlarmBody,
  AnnulledBody,
  AnnulReason,
  Direction,
  GrantBody,
  GrantRef,
  PassageBody,
  ScanBody,
} from '../contract/events.ts'
import type { Sign } from '../contract/sign.ts'

export type MachineRelay = 'entry' | 'exit'
export type MachineContact = 'passA' | 'passB' | 'fire' | 'stop' | 'release' | 'tamper'

export type State =
  /** Devices have not reported yet; barrier locked. */
  | { readonly name: 'Starting' }
  | { readonly name: 'Locked' }
  /** A grant: `ref` is undefined until its row is on disk, and the relay rests until then. */
  | { readonly name: 'Admitting'; readonly grant: GrantBody; readonly ref: GrantRef | undefined }
  /** Someone is in the barrier. */
  | { readonly name: 'Passing'; readonly grant: GrantBody; readonly ref: GrantRef }
  | { readonly name: 'Refusing'; readonly code: DenyCode }
  /**
   * Fire: open both ways, latched until staff reset it with the input at rest. `resetAsked`: staff
   * pressed, and the board's own latch has yet to answer.
   */
  | { readonly name: 'Emergency'; readonly resetAsked: boolean }
  | { readonly name: 'OutOfService' }

export type StateName = State['name']

/** Why a lane is not in service. It returns by itself when none is left. */
export type OutReason =
  | Extract<AlarmCode, 'BOARD_LOST' | 'SCANNER_LOST' | 'NO_DEADMAN' | 'STOP'>
  | 'SHUTDOWN'

/**
 * A lane: its state, the devices that have not reported yet, what keeps it out of service (each
 * told by an alarm), and whether the fire loop is open.
 */
export interface Lane {
  readonly state: State
  readonly awaited: readonly OutReason[]
  readonly out: readonly OutReason[]
  readonly fire: boolean
}

export type Verdict =
  | { readonly verdict: 'admit'; readonly grant: GrantBody }
  | { readonly verdict: 'deny'; readonly code: DenyCode; readonly scan: ScanBody }
  /** A scanner repeating itself: nothing happens, nothing is recorded. */
  | { readonly verdict: 'ignore' }

export type DeadlineName = 'start' | 'wait' | 'pulse' | 'held' | 'refuse' | 'reset'

export type Input =
  /** Once, first of all. */
  | { readonly type: 'started' }
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  /** The grant's row is on disk. */
  | { readonly type: 'recorded'; readonly ref: GrantRef; readonly grant: GrantBody }
  /** It could not be written: nothing may move for it. */
  | { readonly type: 'recordFailed'; readonly grant: GrantBody }
  | { readonly type: 'contact'; readonly contact: MachineContact; readonly active: boolean }
  | { readonly type: 'deadline'; readonly name: DeadlineName }
  | { readonly type: 'lost'; readonly reason: OutReason; readonly detail: string }
  | { readonly type: 'found'; readonly reason: OutReason }

export type Effect =
  | { readonly type: 'energise'; readonly relay: MachineRelay }
  | { readonly type: 'release'; readonly relay: MachineRelay }
  | {
      readonly type: 'sign'
      readonly sign: Sign | 'idle'
      readonly code: VerdictCode | AlarmCode | ''
    }
  | { readonly type: 'deadline'; readonly name: DeadlineName; readonly afterMs: number }
  | { readonly type: 'cancel'; readonly name: DeadlineName }
  /** Clears a fire alarm that the board has latched, if its loop is closed. */
  | { readonly type: 'resetFire' }
  /** Written durably, then answered by the input `recorded` or `recordFailed`. */
  | { readonly type: 'recordGrant'; readonly body: GrantBody }
  | ({ readonly type: 'record' } & MachineRecord)

export type MachineRecord =
  | { readonly kind: 'scan'; readonly body: ScanBody }
  | { readonly kind: 'passage'; readonly body: PassageBody }
  | { readonly kind: 'annulled'; readonly body: AnnulledBody }
  | { readonly kind: 'alarm'; readonly body: AlarmBody }

export interface Step {
  readonly lane: Lane
  readonly effects: readonly Effect[]
}

/** What a lane's config means to its machine. Times are milliseconds. */
export interface MachineSettings {
  readonly direction: Direction
  readonly area: string
  readonly drive: 'hold' | 'pulse'
  readonly waitMs: number
  readonly pulseMs: number
  readonly passageMs: number
  readonly refuseMs: number
  readonly startMs: number
}

/** A lane before its devices have reported: board and scanner are missing, relays at rest. */
export function startingLane(): Lane {
  return {
    state: { name: 'Starting' },
    awaited: ['BOARD_LOST', 'SCANNER_LOST'],
    out: [],
    fire: false,
  }
}

/** Where a lane rests when nothing is going on: locked, or out of service for its reasons. */
export function atRest(lane: Lane): Lane {
  const inService = lane.out.length === 0 && lane.awaited.length === 0
  return { ...lane, state: { name: inService ? 'Locked' : 'OutOfService' } }
}

/** The row that ends a grant without a passage. */
export function annulled(
  grant: GrantBody,
  ref: GrantRef,
  reason: AnnulReason,
): Extract<Effect, { type: 'record' }> {
  const cti = grant.cti === undefined ? {} : { cti: grant.cti }
  return { type: 'record', kind: 'annulled', body: { grant: ref, reason, ...cti } }
}
