/** Which mutant acts in this process, and which were reached. Their switches ask here: see switches.ts. */
import { SEEN, SWITCH } from './switches.ts'

/** No mutant has it. */
export const NONE = -1
/** So many times as often as without a mutant, and so often besides, switches are asked before a loop has no end. */
const ENDLESS_TIMES = 20
const ENDLESS_ASKED = 200_000

/** A mutant goes round in a loop. Its own code may catch this, and is told so again. */
export class EndlessError extends Error {
  override readonly name = 'EndlessError'
}

let acting = NONE
let asked = 0
let askedMax = Number.POSITIVE_INFINITY
let reached: Set<number> | undefined

/** `isKnown`: it takes a condition as known, so that being asked about is not yet being reached. */
function isMutant(number: number, isKnown: boolean): boolean {
  asked += 1
  if (asked > askedMax) throw new EndlessError(`mutant ${acting} goes round in a loop`)
  if (!isKnown) reached?.add(number)
  return number === acting
}

function seenBeside(number: number, known: boolean, value: unknown): unknown {
  if (reached !== undefined && Boolean(value) !== known) reached.add(number)
  return value
}
Object.assign(globalThis, { [SWITCH]: isMutant, [SEEN]: seenBeside })

export interface Reached {
  readonly mutants: readonly number[]
  /** How often switches were asked. */
  readonly asked: number
}

/** Notes the mutants that are reached from here on, until it is called. */
export function noteReached(): () => Reached {
  const mutants = new Set<number>()
  reached = mutants
  asked = 0
  return () => {
    reached = undefined
    return { mutants: [...mutants].sort((a, b) => a - b), asked }
  }
}

/** From here on mutant `number` acts, where `plainlyAsked` switches are asked without it. */
export function act(number: number, plainlyAsked: number): void {
  acting = number
  asked = 0
  askedMax = plainlyAsked * ENDLESS_TIMES + ENDLESS_ASKED
}

/** No mutant acts; gives whether the one before went round in a loop. */
export function rest(): boolean {
  const isEndless = asked > askedMax
  acting = NONE
  askedMax = Number.POSITIVE_INFINITY
  return isEndless
}
