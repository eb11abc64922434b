/**
 * The mutation operators: what may be written in place of a piece of code. They are those of Stryker
 * (stryker-mutator.io/docs/mutation-testing-elements/supported-mutators), with emptied returns and
 * removed statements added, and strings, templates and regular expressions left out.
 */
import { type Node, nodeIn, nodesIn } from './syntax.ts'

/** How the change is written, so that it can be switched: see switches.ts. */
export type Shape = 'value' | 'statement' | 'return' | 'block' | 'case'

export interface Change {
  readonly operator: string
  readonly shape: Shape
  /** The piece that is replaced: the node's own where left out. */
  readonly at?: { readonly start: number; readonly end: number }
  /** Empty for what is removed. */
  readonly to: string
}

/** A node with its text and where it stands. */
export interface Site {
  readonly node: Node
  readonly text: string
  readonly parent: Node | undefined
  /** The field of the parent that holds it. */
  readonly field: string
}

type Operator = (site: Site) => readonly Change[]

const OPPOSITE: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '/=': ['*='],
  '|=': ['&='],
  '&=': ['|='],
  '<<=': ['>>='],
  '??=': ['&&='],
  '&&=': ['||='],
  '||=': ['&&='],
}
const COMPARISONS = new Set(['<', '<=', '>', '>=', '===', '!=='])

/** The other method, or none: what it is called on stands for it. */
const METHODS: Readonly<Record<string, string | undefined>> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  toUpperCase: 'toLowerCase',
  toLowerCase: 'toUpperCase',
  trim: undefined,
  slice: undefined,
  filter: undefined,
  sort: undefined,
  toSorted: undefined,
  reverse: undefined,
  normalize: undefined,
}

const textOf = ({ text }: Site, { start, end }: Node) => text.slice(start, end)
const value = (operator: string, to: string): Change => ({ operator, shape: 'value', to })

const isText = (node: Node | undefined): boolean =>
  node?.type === 'TemplateLiteral' ||
  (node?.type === 'Literal' && typeof node.value === 'string') ||
  (node?.type === 'BinaryExpression' &&
    (isText(nodeIn(node, 'left')) || isText(nodeIn(node, 'right'))))

const isTest = ({ parent, field }: Site) =>
  field === 'test' && parent !== undefined && parent.type !== 'SwitchCase'

interface Signs {
  readonly left: Node
  readonly sign: string
  readonly other: string
}

/** Parentheses around the operands stay. `a ?? b` beside `&&` needs its own. */
function withSign({ node, text }: Site, { left, sign, other }: Signs): string {
  const mark = text.indexOf(sign, left.end)
  const before = text.slice(node.start, mark)
  const isMixed = sign === '??' && left.operator === '??'
  const first = isMixed ? `(${before.trimEnd()}) ` : before
  return `${first}${other}${text.slice(mark + sign.length, node.end)}`
}

/** `a < b` with its operator replaced, and, where no test has that already, as if it were known. */
const binary: Operator = site => {
  const { node } = site
  const sign = String(node.operator)
  const [left, right] = [nodeIn(node, 'left'), nodeIn(node, 'right')]
  if (left === undefined || right === undefined) return []
  if (sign === '+' && (isText(left) || isText(right))) return []
  const others = (OPPOSITE[sign] ?? []).map(other =>
    value('operator', withSign(site, { left, sign, other })),
  )
  if (!COMPARISONS.has(sign) || isTest(site)) return others
  return [...others, value('condition', 'true'), value('condition', 'false')]
}

const unary: Operator = site => {
  const argument = nodeIn(site.node, 'argument')
  const sign = site.node.operator
  if (argument === undefined || (sign !== '!' && sign !== '-')) return []
  return [value('operator', textOf(site, argument))]
}

const update: Operator = site => {
  const argument = nodeIn(site.node, 'argument')
  if (argument === undefined) return []
  const [name, sign] = [textOf(site, argument), site.node.operator === '++' ? '--' : '++']
  return [value('operator', site.node.prefix === true ? sign + name : name + sign)]
}

const literal: Operator = ({ node }) =>
  typeof node.value === 'boolean' ? [value('boolean', String(!node.value))] : []

const array: Operator = ({ node }) =>
  nodesIn(node, 'elements').length > 0 ? [value('array', '[]')] : []

const object: Operator = ({ node }) =>
  nodesIn(node, 'properties').length > 0 ? [value('object', '{}')] : []

const call: Operator = site => {
  const callee = nodeIn(site.node, 'callee')
  if (callee?.type !== 'MemberExpression' || callee.computed === true) return []
  const property = nodeIn(callee, 'property')
  if (property === undefined || !Object.hasOwn(METHODS, String(property.name))) return []
  const other = METHODS[String(property.name)]
  const { node, text } = site
  const before = text.slice(node.start, property.start)
  if (other === undefined) return [value('method', before.replace(/\s*\??\.\s*$/, ''))]
  return [value('method', before + other + text.slice(property.end, node.end))]
}

/** `a?.b` as `a.b`: of a chain each link that is optional. */
const chain: Operator = site => {
  const { node, text } = site
  const changes: Change[] = []
  for (let link = nodeIn(node, 'expression'); link !== undefined; ) {
    const inner: Node | undefined =
      nodeIn(link, 'object') ?? nodeIn(link, 'callee') ?? nodeIn(link, 'expression')
    if (link.optional === true && inner !== undefined) {
      const mark = text.indexOf('?.', inner.end)
      const next = text[mark + 2] === '[' || text[mark + 2] === '(' ? '' : '.'
      const to = text.slice(node.start, mark) + next + text.slice(mark + 2, node.end)
      changes.push(value('optional', to))
    }
    link = inner
  }
  return changes
}

/** A condition as if it were known. A loop that never ends is no test of anything. */
const condition: Operator = ({ node }) => {
  const test = nodeIn(node, 'test')
  if (test === undefined || test.type === 'Literal') return []
  const known =
    node.type === 'IfStatement' || node.type === 'ConditionalExpression'
      ? ['true', 'false']
      : ['false']
  return known.map(to => ({ ...value('condition', to), at: test }))
}

const arrow: Operator = ({ node }) => {
  const body = nodeIn(node, 'body')
  if (node.expression !== true || body === undefined) return []
  if (body.type === 'Identifier' && body.name === 'undefined') return []
  return [{ ...value('return', 'undefined'), at: body }]
}

const block: Operator = ({ node }) =>
  nodesIn(node, 'body').length > 0 ? [{ operator: 'block', shape: 'block', to: '{}' }] : []

const ACTS = new Set([
  'CallExpression',
  'AwaitExpression',
  'AssignmentExpression',
  'UpdateExpression',
  'ChainExpression',
])

/** A statement that acts. One that stands alone in its block goes with the block. */
const statement: Operator = ({ node, parent }) => {
  const acts = ACTS.has(nodeIn(node, 'expression')?.type ?? '')
  if (!acts || (parent?.type === 'BlockStatement' && nodesIn(parent, 'body').length === 1))
    return []
  return [{ operator: 'statement', shape: 'statement', to: '' }]
}

/** `x satisfies never`, returned or not, is there for TypeScript. */
const isNever = (node: Node) =>
  (nodeIn(node, 'argument') ?? nodeIn(node, 'expression'))?.type === 'TSSatisfiesExpression'

const BARE = new Set(['undefined', 'true', 'false'])

/** `return undefined` is empty already; true and false are turned around instead. */
const emptied: Operator = site => {
  const { node, parent } = site
  const argument = nodeIn(node, 'argument')
  const isAlone = parent?.type === 'BlockStatement' && nodesIn(parent, 'body').length === 1
  if (argument === undefined || isNever(node) || isAlone) return []
  if (BARE.has(textOf(site, argument))) return []
  return [{ operator: 'return', shape: 'return', to: 'return' }]
}

const switchCase: Operator = ({ node }) => {
  const [first, last] = [nodesIn(node, 'consequent')[0], nodesIn(node, 'consequent').at(-1)]
  if (first === undefined || last === undefined) return []
  if (isNever(first)) return []
  return [{ operator: 'case', shape: 'case', at: { start: first.start, end: last.end }, to: '' }]
}

/** By the type of the node. */
export const OPERATORS: Readonly<Record<string, readonly Operator[]>> = {
  BinaryExpression: [binary],
  LogicalExpression: [binary],
  AssignmentExpression: [binary],
  UnaryExpression: [unary],
  UpdateExpression: [update],
  Literal: [literal],
  ArrayExpression: [array],
  ObjectExpression: [object],
  CallExpression: [call],
  ChainExpression: [chain],
  IfStatement: [condition],
  ConditionalExpression: [condition],
  WhileStatement: [condition],
  DoWhileStatement: [condition],
  ForStatement: [condition],
  ArrowFunctionExpression: [arrow],
  BlockStatement: [block],
  ExpressionStatement: [statement],
  ReturnStatement: [emptied],
  SwitchCase: [switchCase],
}
