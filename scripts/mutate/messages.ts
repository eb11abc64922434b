/** What the program and the process that judges say to each other. */

/** A judge, and what it reaches without a mutant. */
export interface JudgeNote {
  readonly name: string
  /** From the project's root. */
  readonly file: string
  /** Milliseconds of CPU. */
  readonly costMs: number
  /** Numbers of the mutants whose switch it asks, in order. */
  readonly reaches: readonly number[]
  /** How often it asks switches. */
  readonly asked: number
  /** Why it can't judge: it does not hold, or not twice. */
  readonly fault: string | undefined
}

/** Which judges to ask about a mutant, in this order: places in the list of judges. */
export interface Question {
  readonly mutant: number
  readonly judges: readonly number[]
}

export interface Answer {
  readonly mutant: number
  /** The judge that killed it; undefined for a survivor. */
  readonly killedBy: number | undefined
  /** What did not hold. */
  readonly why: string | undefined
  /** Something of the mutant may have stayed: the process must not judge on. */
  readonly isSpoilt: boolean
}

export type Said =
  | {
      readonly type: 'ready'
      readonly judges: readonly JudgeNote[]
      /** Mutants whose code ran as the modules were loaded, when none could act. */
      readonly loading: readonly number[]
    }
  | ({ readonly type: 'answer' } & Answer)

/** The process's only argument, as JSON. */
export interface Assignment {
  readonly root: string
  /** From the root. */
  readonly tests: readonly string[]
  readonly scenarios: readonly string[]
  /** How often each judge asks switches, where that is known from a process before. */
  readonly asked?: readonly number[] | undefined
}
