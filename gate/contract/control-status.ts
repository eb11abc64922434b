/** What a gate says of itself when it is asked: plain data, as a console prints it. */
import type {
  BoardingWindow,
  ClockState,
  Direction,
  EventKind,
  LaneModes,
  TraceStep,
} from './events.ts'
import type { FreshnessStage } from './freshness.ts'
import type { Health } from './health.ts'
import type { RecordingEnd } from './recording.ts'
import type { Actor, Sign } from './sign.ts'

export interface GateStatus {
  readonly software: string
  /** As the config names them. */
  readonly gate: string
  readonly station: string
  /** Since the process began to run gates, milliseconds. */
  readonly upMs: number
  /** Whether a service manager runs the program, which starts it again. */
  readonly supervised: boolean
  /** False while one gate is stopped and the next is not started. */
  readonly running: boolean
  /** As the service gets it: trust, clock, rows waiting, disk, lanes; null while none runs. */
  readonly health: Health | null
  /** The names that the service knows this gate and its station by; null where it is not enrolled. */
  readonly enrolment: { readonly gate: string; readonly station: string } | null
  /** Null without a station bus. */
  readonly bus: {
    readonly state: 'up' | 'down'
    readonly all: number
    readonly awake: number
  } | null
}

/** What the last scan or release of a lane was told. */
export interface LastDecision {
  /** By the gate's clock, Unix milliseconds. */
  readonly at: number
  readonly verdict: 'admit' | 'deny'
  readonly code: string
  readonly direction: Direction
  readonly flags: readonly string[]
  readonly boarding?: BoardingWindow | undefined
  readonly trace: readonly TraceStep[]
}

export interface LaneStatus {
  readonly name: string
  /** Of its machine: `Locked`, `OutOfService` … */
  readonly state: string
  readonly modes: LaneModes
  /** Who asked for these modes, why, and by which revision of the config. */
  readonly asked: {
    readonly by: string
    readonly reason?: string | undefined
    readonly revision?: number | undefined
  }
  /** Codes of what keeps it out of service. */
  readonly out: readonly string[]
  readonly fire: boolean
  /** A fire that staff have yet to reset. */
  readonly latched: boolean
  /** Why no entry would be admitted now, whoever comes. */
  readonly entryShut: string | null
  /** Those in the lane as its beams see them, and those whose scan waits. */
  readonly people: { readonly inLane: number; readonly waiting: number }
  readonly relays: readonly Direction[]
  /** Contacts that are active; `pretended`: of these, by pretence alone. */
  readonly contacts: readonly string[]
  readonly pretended: readonly string[]
  /** Since the process began. */
  readonly passages: Readonly<Record<Direction, number>>
  readonly last: LastDecision | null
}

export interface DeviceStatus {
  readonly name: string
  readonly lane: string
  readonly state: 'connecting' | 'ready' | 'lost'
  /** When that began, Unix milliseconds of the machine's clock. */
  readonly sinceMs: number
  /** When a reader last gave a whole code, also one that nobody decides; null: not yet, or no reader. */
  readonly lastReadMs: number | null
  /** Its last error, also when it is over; of one that is ready it may be a warning. */
  readonly fault: {
    readonly code: string
    readonly message: string
    readonly remedy: string
    readonly atMs: number
  } | null
}

export interface TrustReport {
  readonly stage: FreshnessStage
  readonly manifestAgeMs: number
  readonly rollback: string
  readonly trustVersion: number
  /** Unix seconds. */
  readonly trustExp: number
  /** Passes that are issued from then on are signed by no key at hand; null: by none now. Unix seconds. */
  readonly keysUntil: number | null
  readonly manifestVersion: number | null
  readonly lists: number
  readonly lastPoll: { readonly code: string; readonly what?: string } | null
  readonly clock: {
    readonly nowMs: number
    readonly state: ClockState
    readonly doubt: string | null
    /** How the last signed time was taken, and what it added to the clock. */
    readonly lastTime: string | null
    readonly lastOffsetMs: number | null
  }
  /** Entry goes on with old trust until then, by whose order; null: it does not. */
  readonly extension: { readonly untilMs: number; readonly by: string } | null
}

/** Recordings of this process (`contract/recording.ts`). */
export interface Recording {
  readonly running: {
    readonly by: string
    /** Where it comes to stand. */
    readonly path: string
    /** By the machine's clock, Unix milliseconds, as all times here. */
    readonly startedMs: number
    readonly untilMs: number
    /** Written so far. */
    readonly bytes: number
  } | null
  /** How the last one ended; null: none yet. One that was dropped has no file. */
  readonly last:
    | {
        readonly why: RecordingEnd
        readonly path: string
        readonly bytes: number
        readonly atMs: number
      }
    | { readonly why: 'dropped'; readonly detail: string; readonly atMs: number }
    | null
}

/** What a code means and who acts. Sentences for the passenger are there for verdicts alone. */
export interface CodeMeaning {
  readonly code: string
  readonly about: 'verdict' | 'alarm' | 'device' | 'refusal'
  readonly action: string
  readonly actionZh: string
  readonly who?: Actor
  readonly sign?: Sign
  readonly zh?: string
  readonly en?: string
}

/** Something that happened, as it happened: a row on its way to the journal, or a device's state. */
export type ControlEvent =
  | {
      readonly type: 'row'
      readonly at: number
      readonly lane: string
      readonly kind: EventKind
      readonly body: object
    }
  | {
      readonly type: 'device'
      readonly at: number
      readonly lane: string
      readonly device: string
      readonly state: DeviceStatus['state']
      readonly code: string | null
    }
