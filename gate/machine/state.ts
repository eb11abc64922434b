/**
 * The words of the lane's machine: states, inputs, effects. Pure data; nothing here acts.
 * Only `gate/lane/effect-runner.ts` executes effects.
 */
import type { AlarmCode, DenyCode, VerdictCode } from '../contract/codes.ts'
import type {
  AlarmBody,
  AnnulledBody,
  AnnulReason,
  Direction,
  GrantBody,
  GrantRef,
  LaneModes,
  ModeBody,
  PassageBody,
  ScanBody,
  TestBody,
} from '../contract/events.ts'
import type { PartTest } from '../contract/part-test.ts'
import type { Sign } from '../contract/sign.ts'
import type { Beam } from './beam-layout.ts'
import { type BeamTrack, NO_TRACK, type TrackSettings } from './beam-tracker.ts'

export type MachineRelay = 'entry' | 'exit'
export type MachineContact =
  | Beam
  | 'beamLow'
  | 'passA'
  | 'passB'
  | 'fire'
  | 'stop'
  | 'release'
  | 'tamper'
  | 'relayFeedback'

export type State =
  /** Devices have not reported yet; barrier locked. */
  | { readonly name: 'Starting' }
  | { readonly name: 'Locked' }
  /**
   * A grant: `ref` is undefined until its row is on disk, and the relay rests until then. `over`:
   * its time is up and its relay is to rest; it is annulled when the barrier is shut, since whoever
   * comes before that gets through.
   */
  | {
      readonly name: 'Admitting'
      readonly grant: GrantBody
      readonly ref: GrantRef | undefined
      readonly over: boolean
    }
  /** Someone is in the barrier: on a flap `person`, as its beams count them. */
  | {
      readonly name: 'Passing'
      readonly grant: GrantBody
      readonly ref: GrantRef
      readonly person: number
    }
  | { readonly name: 'Refusing'; readonly code: DenyCode }
  /** Free flow in at least one direction: the barrier stands open that way. */
  | { readonly name: 'Open' }
  /** A flap that should close and can't: someone or something stands in it. */
  | { readonly name: 'Blocked' }
  /**
   * Fire or an emergency release: open both ways. A fire is latched until staff reset it with the
   * input at rest. `resetAsked`: staff pressed, and the board's own latch has yet to answer.
   */
  | { readonly name: 'Emergency'; readonly resetAsked: boolean }
  | { readonly name: 'OutOfService' }
  | { readonly name: 'Maintenance' }

export type StateName = State['name']

/** Why a lane is not in service. It returns by itself when none is left. */
export type OutReason =
  | Extract<AlarmCode, 'BOARD_LOST' | 'SCANNER_LOST' | 'NO_DEADMAN' | 'STOP' | 'RELAY_STUCK'>
  /** Too few beams work to tell who walks which way. */
  | Extract<AlarmCode, 'BEAM_STUCK'>
  /** Two on one grant, on a lane that waits for staff then. */
  | Extract<AlarmCode, 'TAILGATE'>
  | 'SHUTDOWN'

/** What the machine has asked of the barrier. A flap's relay waits in `due` for a clear way. */
export interface BarrierState {
  readonly energised: readonly MachineRelay[]
  readonly due: readonly MachineRelay[]
  /** Released, and the panels are still on their way. */
  readonly closing: boolean
  /** It had to open again. */
  readonly obstacle: boolean
  /** The way that was opened last. */
  readonly last: MachineRelay | undefined
  /** The relay's own feedback contact. */
  readonly feedback: boolean
}

/**
 * A lane: its state, the devices that have not reported yet, what keeps it out of service (each
 * told by an alarm), whether the fire loop is open and whether a fire is latched, how it is run,
 * whether its entry is served, and what is known of its barrier.
 */
export interface LaneState {
  readonly state: State
  readonly awaited: readonly OutReason[]
  readonly out: readonly OutReason[]
  readonly fire: boolean
  readonly latched: boolean
  readonly modes: LaneModes
  /** Why no entry would be admitted, whoever comes: a disk that takes no rows, trust that is too old. */
  readonly entryShut: DenyCode | undefined
  readonly track: BeamTrack
  readonly barrier: BarrierState
}

export type Verdict =
  | { readonly verdict: 'admit'; readonly grant: GrantBody }
  | { readonly verdict: 'deny'; readonly code: DenyCode; readonly scan: ScanBody }
  /** A scanner repeating itself: nothing happens, nothing is recorded. */
  | { readonly verdict: 'ignore' }

export const DEADLINES = [
  ...(['start', 'commit', 'wait', 'pulse', 'held', 'refuse', 'reset', 'test'] as const),
  // Of the barrier: they outlive what happens to the lane.
  ...(['beams', 'closed', 'blocked', 'feedback'] as const),
] as const
export type DeadlineName = (typeof DEADLINES)[number]

export type Input =
  /** Once, first of all. */
  | { readonly type: 'started' }
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  /** The grant's row is on disk. `withdrawn`: too late for the grant, which has ended by this. */
  | {
      readonly type: 'recorded'
      readonly ref: GrantRef
      readonly grant: GrantBody
      readonly withdrawn?: AnnulReason | undefined
    }
  /** It could not be written: nothing may move for it. */
  | {
      readonly type: 'recordFailed'
      readonly grant: GrantBody
      readonly code: Extract<DenyCode, 'JOURNAL_FULL' | 'JOURNAL_FAILED' | 'JOURNAL_SLOW'>
    }
  | { readonly type: 'contact'; readonly contact: MachineContact; readonly active: boolean }
  | { readonly type: 'deadline'; readonly name: DeadlineName }
  | { readonly type: 'lost'; readonly reason: OutReason; readonly detail: string }
  | { readonly type: 'found'; readonly reason: OutReason }
  /** Why no entry would be admitted now, shown at rest; undefined: entries are served. */
  | { readonly type: 'entry'; readonly shut: DenyCode | undefined }
  /** How the lane shall be run from now on; what is left out stays. */
  | ({ readonly type: 'mode'; readonly change: Partial<LaneModes> } & ModesAsked)
  /** An alarm that changes nothing about what the lane does, such as one reader of several lost. */
  | {
      readonly type: 'alarm'
      readonly code: AlarmCode
      readonly on: boolean
      readonly detail: string
    }
  /** A row of what the machine has no part in: input that no device gave. */
  | { readonly type: 'note'; readonly body: TestBody }
  /** A technician's test of a part; nothing happens where `testRefusal` says why not. */
  | { readonly type: 'test'; readonly test: PartTest; readonly by: string }

/** Who asked for how a lane is run. */
export interface ModesAsked {
  /** Up to 80 characters. */
  readonly by: string
  /** The revision of the config that says so; absent for a command. */
  readonly revision?: number | undefined
  /** Why, for a command, up to 400 characters. */
  readonly reason?: string | undefined
}

/** `idle`, `free` and `closed` are what a lane shows at rest: silent. */
export type ShownSign = Sign | 'idle' | 'free' | 'closed'

export type Effect =
  | { readonly type: 'energise'; readonly relay: MachineRelay }
  | { readonly type: 'release'; readonly relay: MachineRelay }
  | {
      readonly type: 'sign'
      readonly sign: ShownSign
      readonly code: VerdictCode | AlarmCode | ''
    }
  | { readonly type: 'deadline'; readonly name: DeadlineName; readonly afterMs: number }
  | { readonly type: 'cancel'; readonly name: DeadlineName }
  /** Whoever scanned while somebody else was under way has their turn, or is told that they have none. */
  | { readonly type: 'takeNext' }
  /** Clears a fire alarm that the board has latched, if its loop is closed. */
  | { readonly type: 'resetFire' }
  /** Written durably, then answered by the input `recorded` or `recordFailed`. */
  | { readonly type: 'recordGrant'; readonly body: GrantBody }
  /** A grant whose row is not on disk has ended: its pass is free, its row is annulled if it comes. */
  | { readonly type: 'withdraw'; readonly grant: GrantBody; readonly reason: AnnulReason }
  | ({ readonly type: 'record' } & MachineRecord)

export type MachineRecord =
  | { readonly kind: 'scan'; readonly body: ScanBody }
  | { readonly kind: 'passage'; readonly body: PassageBody }
  | { readonly kind: 'annulled'; readonly body: AnnulledBody }
  | { readonly kind: 'alarm'; readonly body: AlarmBody }
  | { readonly kind: 'mode'; readonly body: ModeBody }
  | { readonly kind: 'test'; readonly body: TestBody }

export interface Step {
  readonly lane: LaneState
  readonly effects: readonly Effect[]
}

/** What a lane's config means to its machine. Times are milliseconds. */
export interface MachineSettings extends TrackSettings {
  /** Where the staff button lets someone through. */
  readonly direction: Direction
  readonly area: string
  /** Those that the barrier has; one may open it both ways. */
  readonly relays: readonly MachineRelay[]
  readonly drive: 'hold' | 'pulse'
  /** How long a grant's row may take to reach the disk. */
  readonly commitMs: number
  readonly waitMs: number
  readonly pulseMs: number
  readonly passageMs: number
  readonly refuseMs: number
  readonly startMs: number
  /** How long the panels take to close. */
  readonly closeMs: number
  /** After two on one grant the lane only tells it, or holds until staff come. */
  readonly tailgate: 'alarm' | 'hold'
  /** Whether the relay's feedback contact is wired. */
  readonly feedback: boolean
}

export const SHUT_BARRIER: BarrierState = {
  energised: [],
  due: [],
  closing: false,
  obstacle: false,
  last: undefined,
  feedback: false,
}

/** Both ways ask for passes. */
const CONTROLLED: LaneModes = {
  entry: 'controlled',
  exit: 'controlled',
  maintenance: false,
  emergency: false,
  fareFree: false,
  timeFree: false,
  orderFree: false,
  trustDegraded: false,
}

/** One direction asks for passes, the other is closed; nothing else is switched on. */
export function plainModes(direction: Direction): LaneModes {
  return { ...CONTROLLED, [direction === 'entry' ? 'exit' : 'entry']: 'closed' }
}

/** A lane before its devices have reported: board and scanner are missing, relays at rest. */
export function startingLane(modes: LaneModes = CONTROLLED): LaneState {
  return {
    state: { name: 'Starting' },
    awaited: ['BOARD_LOST', 'SCANNER_LOST'],
    out: [],
    fire: false,
    latched: false,
    modes,
    entryShut: undefined,
    track: NO_TRACK,
    barrier: SHUT_BARRIER,
  }
}
