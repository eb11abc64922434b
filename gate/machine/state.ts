/**
 * The words of the lane's machine: states, inputs, effects. Pure data; nothing here acts.
 * Only `gate/runner.ts` executes effects.
 */
import type { AlarmCode, DenyCode, VerdictCode } from '../contract/codes.ts'
import type {
  AlarmBody,
  AnnulledBody,
  Direction,
  GrantBody,
  GrantRef,
  LaneModes,
  ModeBody,
  PassageBody,
  ScanBody,
} from '../contract/events.ts'
import type { Sign } from '../contract/sign.ts'

export type MachineRelay = 'entry' | 'exit'
/** A to F from the entry side to the exit side; a flap's panels stand between C and D. */
export type Beam = 'beamA' | 'beamB' | 'beamC' | 'beamD' | 'beamE' | 'beamF'
export type MachineContact =
  | Beam
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
  /** A grant: `ref` is undefined until its row is on disk, and the relay rests until then. */
  | { readonly name: 'Admitting'; readonly grant: GrantBody; readonly ref: GrantRef | undefined }
  /** Someone is in the barrier. */
  | { readonly name: 'Passing'; readonly grant: GrantBody; readonly ref: GrantRef }
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
  | 'SHUTDOWN'

/** Who is between a flap's beams, as far as two beams and their order can say. See way.ts. */
export interface Way {
  /** Beams that are interrupted now, as the board says. */
  readonly active: readonly Beam[]
  /** Interrupted for half the time after which a beam is called stuck. */
  readonly suspect: readonly Beam[]
  readonly stuck: readonly Beam[]
  /** Of C and D, those interrupted, with short gaps closed. */
  readonly on: readonly Beam[]
  /** From which side those between have come; undefined when the way is clear. */
  readonly from: Direction | undefined
  /** How many came to the near beam, left it, reached the far beam, and went through. */
  readonly came: number
  readonly left: number
  readonly reached: number
  readonly went: number
}

/** What the machine has asked of the barrier. A flap's relay waits in `due` for a clear way. */
export interface Barrier {
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
 * and what is known of its barrier.
 */
export interface Lane {
  readonly state: State
  readonly awaited: readonly OutReason[]
  readonly out: readonly OutReason[]
  readonly fire: boolean
  readonly latched: boolean
  readonly modes: LaneModes
  readonly way: Way
  readonly barrier: Barrier
}

export type Verdict =
  | { readonly verdict: 'admit'; readonly grant: GrantBody }
  | { readonly verdict: 'deny'; readonly code: DenyCode; readonly scan: ScanBody }
  /** A scanner repeating itself: nothing happens, nothing is recorded. */
  | { readonly verdict: 'ignore' }

export const DEADLINES = [
  ...(['start', 'wait', 'pulse', 'held', 'refuse', 'reset'] as const),
  // Of the barrier: they outlive what happens to the lane.
  ...(['beamC', 'beamD', 'between', 'stuck', 'closed', 'blocked', 'feedback'] as const),
] as const
export type DeadlineName = (typeof DEADLINES)[number]

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
  /** How the lane shall be run from now on; what is left out stays. */
  | { readonly type: 'mode'; readonly change: Partial<LaneModes>; readonly by: string }

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
  | { readonly kind: 'mode'; readonly body: ModeBody }

export interface Step {
  readonly lane: Lane
  readonly effects: readonly Effect[]
}

/** What a lane's config means to its machine. Times are milliseconds. */
export interface MachineSettings {
  /** Where the staff button lets someone through. */
  readonly direction: Direction
  readonly area: string
  readonly profile: 'tripod' | 'flap'
  /** Those that the barrier has; one may open it both ways. */
  readonly relays: readonly MachineRelay[]
  readonly drive: 'hold' | 'pulse'
  readonly waitMs: number
  readonly pulseMs: number
  readonly passageMs: number
  readonly refuseMs: number
  readonly startMs: number
  /** A beam interrupted again within this time: the same person, or a bag drawn behind. */
  readonly joinMs: number
  /** How long the panels take to close. */
  readonly closeMs: number
  /** A beam interrupted for as long is stuck. */
  readonly stuckMs: number
  /** Whether the relay's feedback contact is wired. */
  readonly feedback: boolean
}

export const CLEAR_WAY: Way = {
  active: [],
  suspect: [],
  stuck: [],
  on: [],
  from: undefined,
  came: 0,
  left: 0,
  reached: 0,
  went: 0,
}

export const SHUT_BARRIER: Barrier = {
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
export function startingLane(modes: LaneModes = CONTROLLED): Lane {
  return {
    state: { name: 'Starting' },
    awaited: ['BOARD_LOST', 'SCANNER_LOST'],
    out: [],
    fire: false,
    latched: false,
    modes,
    way: CLEAR_WAY,
    barrier: SHUT_BARRIER,
  }
}
