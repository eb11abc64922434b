/** What became of a mutant. */
import type { NumberedMutant } from './switches.ts'

export interface Verdict {
  readonly mutant: NumberedMutant
  /** The name of the judge; undefined for a survivor. */
  readonly killedBy: string | undefined
  /** What did not hold, or that nothing reaches it. */
  readonly why: string | undefined
  /** Its code runs only as its module is loaded, when no mutant acts: it is not counted. */
  readonly isLoadOnly: boolean
}
