/**
 * What a simulated station tells its page, and what the page may ask of it. Updates come as server-sent
 * events, each the JSON of an `Update`; the first has every part. Lengths are metres along a lane: 0 is
 * its barrier, entry walks towards +.
 */

/** A text in the page's two languages. */
export interface Said {
  readonly zh: string
  readonly en: string
}

/** How a pin is wired: an output, or a contact that `opens` or `closes` when it becomes active. */
export type Wiring = 'output' | 'opens' | 'closes'

export interface PinPlan {
  /** As `entry`, `arrow` or `beamA`. */
  readonly name: string
  readonly pin: number
  readonly wiring: Wiring
}

export interface LanePlan {
  readonly name: string
  readonly direction: Way
  readonly profile: 'tripod' | 'flap'
  /** In the order of the board. */
  readonly pins: readonly PinPlan[]
  readonly beams: readonly { readonly name: string; readonly at: number }[]
  /** Where somebody stands who shows a code. */
  readonly readerAt: number
}

export type Way = 'entry' | 'exit'

export interface BodyState {
  /** The same as long as it is in the lane. */
  readonly id: number
  /** Its middle. */
  readonly at: number
  readonly halfDepth: number
  readonly kind: 'person' | 'case' | 'wheels'
  readonly way: Way
  /** Walks back where it came from. */
  readonly isBack: boolean
  /** Holds a code before the reader. */
  readonly isShowing: boolean
  /** The traveller's name in the table; '' for who came another way. */
  readonly who: string
}

export interface LaneState {
  /** The level of each pin of the plan, `0` or `1`, in its order. */
  readonly levels: string
  /** Degrees that the arm has turned (tripod), or the opening from 0 to 1 (flap). */
  readonly position: number
  readonly bodies: readonly BodyState[]
  readonly sign: SignState
}

/** What the lane tells people; `code` is '' at rest. */
export interface SignState {
  readonly sign: string
  readonly code: string
  readonly says: Said
}

/** How a row of the journal looks among others. */
export type Tone = 'pass' | 'refuse' | 'retry' | 'calm'

export interface RowState {
  /** Of the journal, as `epoch/seq`. */
  readonly id: string
  readonly seq: number
  /** Unix milliseconds by the gate's clock. */
  readonly at: number
  /** '' for the whole gate. */
  readonly lane: string
  readonly kind: string
  readonly code: string
  readonly tone: Tone
  /** What happened, then why, step by step. */
  readonly means: { readonly zh: readonly string[]; readonly en: readonly string[] }
}

/** What was answered to a line of the page. */
export interface Answer {
  readonly id: number
  readonly line: string
  readonly text: Said
}

export interface Plan {
  readonly lanes: readonly LanePlan[]
  /** Where the passenger's page is. */
  readonly passengerUrl: string
}

export interface Update {
  readonly plan?: Plan
  /** Those that changed, by name. */
  readonly lanes?: Readonly<Record<string, LaneState>>
  /** New ones, oldest first. */
  readonly rows?: readonly RowState[]
  /** The troubles that are on now, as the prompt's lines begin them. */
  readonly troubles?: readonly string[]
  readonly answers?: readonly Answer[]
  /** What the gate said on the technician's line, a character a byte; in the first update, the last of it. */
  readonly console?: string
}

/** What was seen of a scenario that was played in virtual time; times are milliseconds from its start. */
export interface Film {
  /** Of its file below `fixtures/scenarios/`, as `people/flap-normal`. */
  readonly name: string
  /** What must happen, in its author's words. */
  readonly title: string
  readonly endMs: number
  readonly lanes: readonly LanePlan[]
  /** In the order of their times; the first, at 0, has every lane, the others those that changed. */
  readonly frames: readonly FilmFrame[]
  readonly rows: readonly FilmRow[]
}

export interface FilmFrame {
  readonly atMs: number
  readonly lanes: Readonly<Record<string, LaneState>>
}

export interface FilmRow {
  readonly atMs: number
  readonly row: RowState
}

/** `GET`: the names of all scenarios; with `?name=` a `Film`. */
export const SCENARIOS_PATH = '/station/scenarios'
export const EVENTS_PATH = '/station/events'
/** `POST` of a `Command`. */
export const RUN_PATH = '/station/run'
/** `POST` of bytes that are typed on the technician's line. */
export const TYPE_PATH = '/station/console'
/** Of one such request. */
export const TYPED_BYTES_MAX = 4096

/** `POST` of a picture that is held before the camera of the lane that `?lane=` names. */
export const PICTURE_PATH = '/station/picture'
/** Of one picture. */
export const PICTURE_BYTES_MAX = 16_000_000

export interface Command {
  /** As it would be typed at the prompt. */
  readonly line: string
}
