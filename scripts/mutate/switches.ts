/**
 * All mutants of a module in one text, each behind a switch (mutant schemata, Untch et al. 1993): so
 * modules are loaded once for all of them. `isMutant(n)` says whether number n is the one that acts.
 */
import type { Mutant } from './mutants.ts'

export interface NumberedMutant extends Mutant {
  readonly number: number
}

/**
 * Global functions that the text calls. `SWITCH(number)` says whether that mutant acts. Of a condition
 * taken as known, `SEEN(number, known, value)` gives the value and notes where it is another: a test in
 * which it never is cannot tell the mutant from the original.
 */
export const SWITCH = '__isMutant'
export const SEEN = '__seenBeside'

interface Piece {
  readonly start: number
  readonly end: number
  readonly mutants: NumberedMutant[]
  readonly inner: Piece[]
}

/** `mutants` of this text, in its order. */
export function withSwitches(text: string, mutants: readonly NumberedMutant[]): string {
  return written(text, nested(text, mutants))
}

/** Pieces of a syntax tree lie inside each other or apart. */
function nested(text: string, mutants: readonly NumberedMutant[]): Piece {
  const root: Piece = { start: 0, end: text.length, mutants: [], inner: [] }
  const open = [root]
  for (const mutant of mutants) {
    while ((open.at(-1)?.end ?? 0) < mutant.end) open.pop()
    let piece = open.at(-1) ?? root
    if (piece === root || piece.start !== mutant.start || piece.end !== mutant.end) {
      const { start, end } = mutant
      const next: Piece = { start, end, mutants: [], inner: [] }
      piece.inner.push(next)
      open.push(next)
      piece = next
    }
    piece.mutants.push(mutant)
  }
  return root
}

function written(text: string, piece: Piece): string {
  let made = ''
  let at = piece.start
  for (const inner of piece.inner) {
    made += text.slice(at, inner.start) + written(text, inner)
    at = inner.end
  }
  return piece.mutants.reduceRight(switched, made + text.slice(at, piece.end))
}

function switched(original: string, mutant: NumberedMutant): string {
  const { number, to } = mutant
  const isKnown = to === 'true' || to === 'false'
  const on = `${SWITCH}(${number}, ${isKnown})`
  switch (mutant.shape) {
    case 'value':
      return isKnown
        ? `(${on} ? ${to} : ${SEEN}(${number}, ${to}, (${original})))`
        : `(${on} ? (${to}) : (${original}))`
    case 'statement':
    case 'case':
      return `{ if (!${on}) { ${original}\n} }`
    case 'return':
      return `{ if (${on}) return; ${original}\n}`
    case 'block':
      return `{ if (!${on}) ${original}\n}`
    default:
      return mutant.shape satisfies never
  }
}
