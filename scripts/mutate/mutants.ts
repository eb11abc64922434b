/** All mutants of a module: each is one change of one place. */
import { type Change, OPERATORS, type Shape } from './operators.ts'
import { type Child, childrenOf, FUNCTIONS, lineAt, type Node, parseModule } from './syntax.ts'

export interface Mutant {
  /** From the project's root. */
  readonly file: string
  readonly operator: string
  readonly shape: Shape
  /** Offsets of what is replaced, in the file's text. */
  readonly start: number
  readonly end: number
  readonly from: string
  readonly to: string
  /** From 1. */
  readonly line: number
  /** The text of that line, without the space around it. */
  readonly code: string
}

interface Place extends Child {
  readonly parent: Node | undefined
  readonly inFunction: boolean
  /** The chain `a?.b.c` that it is a link of. */
  readonly chain: Node | undefined
}

/**
 * In the order of the text. What runs as the module is loaded is left out: tables of constants, which
 * a switch could not change later. So are the statements that only TypeScript reads.
 */
export function mutantsOf(file: string, text: string): Mutant[] {
  const mutants = new Map<string, Mutant>()

  function add(node: Node, { at, operator, shape, to }: Change): void {
    const { start, end } = at ?? node
    const from = text.slice(start, end)
    if (from === to) return
    const line = lineAt(text, start)
    const mutant = {
      file,
      operator,
      shape,
      start,
      end,
      from,
      to,
      line: line.number,
      code: line.text,
    }
    const key = `${start}-${end}: ${to}`
    if (!mutants.has(key)) mutants.set(key, mutant)
  }

  function visit(place: Place): void {
    const { node } = place
    if (place.inFunction) {
      for (const operator of OPERATORS[node.type] ?? []) {
        for (const change of operator({ ...place, text })) add(node, inChain(place, change, text))
      }
    }
    const isFunction = FUNCTIONS.has(node.type)
    for (const child of childrenOf(node)) {
      visit({
        ...child,
        parent: node,
        inFunction: place.inFunction || (isFunction && child.field === 'body'),
        chain:
          node.type === 'ChainExpression' ? node : isLink(child, place) ? place.chain : undefined,
      })
    }
  }

  const root = parseModule(file, text)
  visit({ node: root, field: '', parent: undefined, inFunction: false, chain: undefined })
  return [...mutants.values()].sort((a, b) => a.start - b.start || b.end - a.end)
}

const isLink = ({ field }: Child, { node, chain }: Place) =>
  chain !== undefined &&
  (field === 'object' ||
    field === 'callee' ||
    (field === 'expression' && node.type === 'TSNonNullExpression'))

/** A link of a chain is replaced with its whole chain, which alone can be put in parentheses. */
function inChain({ node, chain }: Place, change: Change, text: string): Change {
  if (chain === undefined || change.shape !== 'value') return change
  const { start, end } = change.at ?? node
  return {
    ...change,
    at: chain,
    to: text.slice(chain.start, start) + change.to + text.slice(end, chain.end),
  }
}
