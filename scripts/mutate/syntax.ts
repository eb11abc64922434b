/** Our own modules as syntax trees (ESTree with TypeScript's nodes, by Vite's parser). */
import { parseSync } from 'vite'

export interface Node {
  readonly type: string
  /** Offsets in the text, `end` after the last character. */
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** Throws when the text does not parse. */
export function parseModule(path: string, text: string): Node {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  return program as unknown as Node
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** What TypeScript adds around a value that is there at run time too. */
const TYPED_VALUES = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'])
const isTypeOnly = ({ type }: Node) => type.startsWith('TS') && !TYPED_VALUES.has(type)

export interface Child {
  readonly node: Node
  /** The field of its parent. */
  readonly field: string
}

/** What runs inside a node, in the order of its fields; types are left out. */
export function childrenOf(node: Node): Child[] {
  return Object.entries(node).flatMap(([field, value]) =>
    [value]
      .flat()
      .filter(isNode)
      .filter(child => !isTypeOnly(child))
      .map(child => ({ node: child, field })),
  )
}

export const nodeIn = (node: Node, field: string): Node | undefined => {
  const value = node[field]
  return isNode(value) ? value : undefined
}

export function nodesIn(node: Node, field: string): Node[] {
  const value = node[field]
  return Array.isArray(value) ? value.filter(isNode) : []
}

export const FUNCTIONS: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
])

/** The line of an offset, from 1, and its text without the space around it. */
export function lineAt(text: string, offset: number): { number: number; text: string } {
  const from = text.lastIndexOf('\n', offset - 1) + 1
  const to = text.indexOf('\n', offset)
  const number = text.slice(0, from).split('\n').length
  return { number, text: text.slice(from, to < 0 ? text.length : to).trim() }
}
