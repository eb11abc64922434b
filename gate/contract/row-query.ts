/** What may be asked of a gate's journal, and a piece of the answer. Pure data. */
import type { EventKind, GrantRef, JournalRow } from './events.ts'

/** Each part that is left out takes all. */
export interface RowQuery {
  /** How many rows at most, 1 to 500. */
  readonly max: number
  readonly kinds?: readonly EventKind[]
  /** A lane's name; '' for rows of the whole gate. */
  readonly lane?: string
  /** Of rows whose body has a code. */
  readonly code?: string
  /** By the gate's clock, Unix milliseconds: `fromMs ≤ at < untilMs`. */
  readonly fromMs?: number
  readonly untilMs?: number
  /** Rows before this one: the `next` of the page before. */
  readonly before?: GrantRef
}

export interface RowPage {
  /** Newest first. */
  readonly rows: readonly JournalRow[]
  /** Ask on with `before` set to this; undefined when all was looked at. */
  readonly next: GrantRef | undefined
}

/** Rows in the order in which they were written, one run after another. */
export interface RunQuery {
  /** How many rows at most, 1 to 500. */
  readonly max: number
  /** Rows after this one: the `next` of the run before. From the first row on unless given. */
  readonly after?: GrantRef
  /** Begins with the first row of this time or later, Unix milliseconds. For the first run alone. */
  readonly fromMs?: number
}

export interface RowRun {
  readonly rows: readonly JournalRow[]
  /** The hash that the first row follows from; null where it is not here any more. */
  readonly previousHash: string | null
  /** Ask on with `after` set to this; undefined when all was looked at. */
  readonly next: GrantRef | undefined
}
