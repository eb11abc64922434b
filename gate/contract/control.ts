/**
 * Everything that may be asked of a running gate, or done to it, in one object: what a technician's
 * console, a replay and a page are built on. It stays the same while the config changes and one gate
 * follows another. Nothing here throws for what was asked: a refusal is an answer with a code.
 */
import type { JsonValue } from './canonical.ts'
import type { ControlRefusal } from './control-codes.ts'
import type {
  CodeMeaning,
  ControlEvent,
  DeviceStatus,
  GateStatus,
  LaneStatus,
  Recording,
  TrustReport,
} from './control-status.ts'
import type { Direction, EventKind, JournalRow, LaneModes, TraceStep } from './events.ts'
import type { GateFigures } from './figures.ts'
import type { PartTest } from './part-test.ts'
import type { RowPage, RowQuery } from './row-query.ts'
import type { Meaning } from './sentences.ts'

/** Not done, and nothing has changed. `problems`: one line each, where there is more to say. */
export interface Refused {
  readonly ok: false
  readonly code: ControlRefusal
  readonly problems: readonly string[]
}
/** Done, with what is to be told of it; or refused. */
export type Answer<T extends object = object> = ({ readonly ok: true } & T) | Refused

/** Who asks, 1–80 characters; why, up to 400. Both stand in the row of what was done. */
export interface Asker {
  readonly by: string
  readonly reason: string
}

export interface GateControl {
  /** Never rejects. */
  status(): Promise<GateStatus>
  /** Empty while no gate runs. */
  lanes(): readonly LaneStatus[]
  devices(): readonly DeviceStatus[]
  /** What the gate has counted and timed since its start. `NOT_RUNNING`. */
  figures(): Answer<GateFigures>
  readonly lane: LaneControl
  readonly trust: TrustControl
  readonly config: ConfigControl
  readonly journal: JournalControl
  readonly enrolment: EnrolmentControl
  readonly recording: RecordingControl
  /**
   * Ends the gate's program in an orderly way, as a signal does, so that its service manager starts it
   * again (`restart`) or does not (`shutdown`); the machine stays up. Not while a lane is open for
   * everyone (`EMERGENCY`). A row of kind `command` says who and why.
   */
  end(how: 'restart' | 'shutdown', asker: Asker): Promise<Answer>
  /**
   * Events from now on, in a queue of `max` (1–1000, 200 unless said). `onReady` is called once
   * when the empty queue gets its first event, never from within what caused it.
   */
  subscribe(
    wants: EventFilter,
    onReady: () => void,
  ): Answer<{ readonly subscription: Subscription }>
  /** What a code of any table means; `NO_SUCH_CODE`. */
  explain(code: string): Answer<CodeMeaning>
}

/** What a reader read, and what it would be told. */
export interface ReadCode {
  readonly reader: string
  /** Length of its text. */
  readonly chars: number
  readonly told: string
  readonly trace: readonly TraceStep[]
}

/** What is done to one lane, by its name. */
export interface LaneControl {
  /**
   * Runs the lane in another way, as its config may; what is left out stays. It acts after the
   * passage that runs; an emergency release at once. `state` is what the lane is then.
   */
  setModes(
    lane: string,
    change: Partial<LaneModes>,
    asker: Asker,
  ): Answer<{ readonly state: string; readonly modes: LaneModes }>
  /** As its config says. */
  clearModes(
    lane: string,
    asker: Asker,
  ): Answer<{ readonly state: string; readonly modes: LaneModes }>
  /**
   * Tests a relay or a sign, in maintenance and with nobody in the lane. Resolves after the test: a
   * relay's feedback contact `followed`, or did not (`stuck`: RELAY_STUCK is on); `unchecked` where
   * none is wired, for a sign, and when something took the lane over meanwhile.
   */
  test(
    lane: string,
    part: PartTest,
    by: string,
  ): Promise<Answer<{ readonly result: 'followed' | 'stuck' | 'unchecked' }>>
  /**
   * Waits for a code that somebody holds up before a reader of this direction: what it would be told.
   * Only in maintenance: no pass is used, nothing moves. `NOTHING_READ` after 30 s, `INTERRUPTED` when
   * `signal` fires. The text itself is told nobody.
   */
  readCode(
    lane: string,
    direction: Direction,
    how: {
      readonly by: string
      readonly signal?: AbortSignal
      /** Called once it waits. */
      readonly onWaiting?: () => void
    },
  ): Promise<Answer<ReadCode>>
  /**
   * Pretends a contact, until it is ended or the maintenance is. Only in maintenance, where nothing
   * pretended lets a person through; a fire opens the barrier as a real one does.
   */
  pretendContact(lane: string, contact: string, active: boolean, by: string): Answer
  /** Only in maintenance: what the text would be told. No pass is used, nothing moves. */
  pretendScan(
    lane: string,
    direction: Direction,
    text: string,
    by: string,
  ): Answer<{ readonly told: string; readonly trace: readonly TraceStep[] }>
}

export interface TrustControl {
  /** `NOT_RUNNING`. */
  report(): Answer<TrustReport>
  /** Asks the service at once. Resolves with how that ended. */
  poll(): Promise<Answer<{ readonly outcome: string; readonly what: string }>>
  /** Unix milliseconds. `BELOW_FLOOR` for a time that is certainly past. */
  setClock(nowMs: number): Answer<{ readonly offsetMs: number }>
  /** Entry goes on with old trust until then, at most 72 h ahead, every event flagged. */
  extend(untilMs: number, by: string): Answer
  endExtension(): Answer
}

export interface RevisionInfo {
  readonly number: number
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly sha256: string
  /** Why it was taken back; null while it was not. */
  readonly reverted: string | null
}

/** What became of a revision: it runs, and is good unless it waits for its confirmation. */
export type Committed = Answer<{ readonly revision: number; readonly onTrial: boolean }>

/** One place where two configs differ. */
export interface ComparedPlace {
  /** In the candidate as it is shown, from 1; null for what is not in it. */
  readonly line: number | null
  /** `+` is new, `-` goes, else what was and what is, without what opens an address. */
  readonly text: string
}

/** The revision that runs, or that ran last. */
export type RunningConfig = Answer<{
  readonly revision: RevisionInfo
  /** Without what opens its addresses: `http://***@camera/video?***`. */
  readonly value: JsonValue
  /** The revision that it goes back to unless confirmed; null: it is good. */
  readonly backTo: number | null
}>

/**
 * A problem is one line: `line 14: lanes.A.timing.waitMs: …`, by the candidate's `shownText`. Before
 * the first config runs, as while the gate enrols, answers are `NOT_RUNNING`.
 */
export interface ConfigControl {
  running(): RunningConfig
  /** Newest first; empty before the first runs. */
  history(): readonly RevisionInfo[]
  /**
   * Edits the candidate; `undefined` takes a key away. `problems` keep it from being committed. An
   * address as `running` shows it stands for the one that is known.
   */
  set(path: string, value: JsonValue | undefined): Answer<{ readonly problems: readonly string[] }>
  /** As it is edited, shown as `running` is; `NO_CANDIDATE`. */
  candidate(): Answer<{ readonly value: JsonValue; readonly problems: readonly string[] }>
  /** The candidate against what runs, or against an older revision. */
  compare(revision?: number): Answer<{ readonly differences: readonly ComparedPlace[] }>
  discard(): void
  /** The candidate becomes that revision: compare it, then commit it. */
  rollback(revision: number): Answer<{ readonly problems: readonly string[] }>
  /** `confirmMs`: goes back by itself unless confirmed in this time, 10 s to 1 h. */
  commit(asker: Asker, confirmMs?: number): Promise<Committed>
  confirm(by: string): Promise<Committed>
  /** Takes the revision on trial back, before its time. */
  takeBack(by: string): Promise<Committed>
  /** Looks at the config file again, as for SIGHUP. */
  reload(): Promise<Committed>
}

/** Rows that are to be written into a file, as they follow one another in the chain. */
export interface ExportOrder {
  /** A bare name; it comes to stand in `exports` of the data folder. */
  readonly file: string
  /**
   * From the first row of this time or later to the last before the first that is `untilMs` or later,
   * by the gate's clock, Unix milliseconds. All unless given.
   */
  readonly fromMs?: number
  readonly untilMs?: number
  readonly by: string
  /** How many rows are written so far. */
  readonly onProgress?: (rows: number) => void
  /** Stops it; nothing is left then. */
  readonly signal?: AbortSignal
}

export type Exported = Answer<{
  readonly path: string
  readonly rows: number
  readonly bytes: number
}>

export interface JournalControl {
  tail(query: RowQuery): Promise<Answer<RowPage>>
  /** One row with its meaning in sentences of each language; without an epoch the newest of that number. */
  row(
    seq: number,
    epoch?: string,
  ): Promise<Answer<{ readonly row: JournalRow; readonly meaning: Meaning }>>
  /**
   * Writes rows into a file of its own user alone, in the form of `journal-export.ts`, never over
   * another. One at a time; grants are written between its pieces. A row of kind `command` says who.
   */
  export(order: ExportOrder): Promise<Exported>
  /** Walks the whole chain, in pieces, so that grants are written between them. */
  verify(): Promise<
    Answer<{
      readonly rows: number
      /** The first row that does not fit; null: the chain holds. */
      readonly broken: { readonly epoch: string; readonly seq: number; readonly why: string } | null
    }>
  >
}

/** Takes down all that comes to the gate, for a replay (`contract/recording.ts`). Nothing waits for it. */
export interface RecordingControl {
  /** Never waits; also while no gate runs. */
  now(): Recording
  /**
   * For `minutes`, 1 to 15, into a file of its own user alone in `recordings` of the data folder, where the
   * newest few stay. One at a time: `RECORDING_RUNNING` says who and until when. It ends by itself: at
   * its time, at its size, when the gate stops or changes its config. A disk that is full, slow or hung
   * loses it, as `now` tells. A row of kind `command` says who.
   */
  start(order: {
    readonly minutes: number
    readonly by: string
  }): Promise<Answer<{ readonly path: string; readonly untilMs: number }>>
  /** Before its time. Resolves when its file is whole. `NOT_RECORDING`, `RECORDING_LOST`. */
  stop(): Promise<Answer<{ readonly path: string; readonly bytes: number }>>
}

/**
 * Joining the service and leaving it. Each ends the gate in an orderly way and starts it anew, as
 * another config does; not while a lane is open for everyone (`EMERGENCY`).
 */
export interface EnrolmentControl {
  /**
   * With a one-time code of an operator, for the gate and the station of the config. Also in the place
   * of an enrolment that is there. `ENROLMENT_FAILED` says why not.
   */
  join(
    code: string,
    by: string,
  ): Promise<Answer<{ readonly gate: string; readonly station: string }>>
  /** Rows stay here from then on. The gate's key is gone: the next enrolment makes another. */
  leave(asker: Asker): Promise<Answer>
}

/** Each part that is left out takes all. */
export interface EventFilter {
  readonly kinds?: readonly (EventKind | 'device')[]
  /** A lane's name; '' for rows of the whole gate. */
  readonly lane?: string
  readonly max?: number
}

export interface Subscription {
  /** What has come since the last call, oldest first; `lost` of it were dropped, the oldest. */
  take(): { readonly events: readonly ControlEvent[]; readonly lost: number }
  close(): void
}
