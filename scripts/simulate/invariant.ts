/** What an invariant is: what must be true, and what it is judged by. */
import type { Observed } from '../../fixtures/stage/observed.ts'
import type { Answered } from './applications.ts'
import type { Facts } from './facts.ts'
import type { JournalLine } from './simulated-gate.ts'

export interface Broken {
  readonly invariant: string
  /** From the start, milliseconds. */
  readonly atMs: number
  /** '' for the whole gate. */
  readonly lane: string
  readonly what: string
}

/** The end: no fault acts any more, and all that waited had its time. */
export interface End {
  readonly atMs: number
  /** The true time at the start, Unix milliseconds. */
  readonly startMs: number
  readonly gates: readonly GateEnd[]
  /** Of the service to who applied, in their order. */
  readonly answers: readonly Answered[]
}

/** The end of one gate. */
export interface GateEnd {
  readonly place: string
  /** Its own journal, in its order. */
  readonly journal: readonly JournalLine[]
  /** What the service has of it, in any order. */
  readonly stored: readonly Pick<JournalLine, 'epoch' | 'seq' | 'hash'>[]
  /** Rows that were refused on their way and told so, as `EPOCH SEQ`. */
  readonly setAside: ReadonlySet<string>
}

export type Fail = (broken: Omit<Broken, 'invariant'>) => void
/** Relays that are energised, by lane, and since when; what is seen now is in it already. */
export type Relays = ReadonlyMap<string, ReadonlyMap<string, number>>

/** Judged at every step of a simulation. */
export interface StepInvariant {
  /** What is always true, in words. */
  readonly says: string
  readonly watch: (facts: Facts, fail: Fail) => (one: Observed, relays: Relays) => void
}

/** Judged once, at the end. */
export interface EndInvariant {
  readonly says: string
  readonly check: (end: End, fail: Fail) => void
}
