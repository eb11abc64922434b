/** Reads the project's own modules: their imports and the sizes of files and functions. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { parseSync } from 'vite'

export interface Import {
  /** As written: `./x.ts`, `node:fs`, `zod`. */
  readonly specifier: string
  /** Path from the root for a module of our own. */
  readonly target: string | undefined
  /** True when only types are taken, so that nothing is loaded. */
  readonly typeOnly: boolean
}

export interface FunctionSize {
  readonly name: string
  readonly line: number
  /** Lines of its own: those of functions inside it are counted there. */
  readonly ownLines: number
}

export interface Module {
  /** From the root, with slashes. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly imports: readonly Import[]
  readonly functions: readonly FunctionSize[]
}

/** Files of the project: tracked, or new and not ignored. Paths from the root. */
export function projectFiles(root: string): string[] {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  })
  return list.split('\n').filter(path => path !== '' && existsSync(join(root, path)))
}

export function readModules(root: string): Module[] {
  return projectFiles(root)
    .filter(path => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .map(path => readModule(path, readFileSync(join(root, path), 'utf8')))
}

/** Throws when the text does not parse. */
export function readModule(path: string, text: string): Module {
  const { program, module, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  const lineOf = lineCounter(text)
  const specifiers: { specifier: string; typeOnly: boolean }[] = []
  for (const { moduleRequest, entries } of module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every(entry => entry.isType)
    specifiers.push({ specifier: moduleRequest.value, typeOnly })
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest) specifiers.push({ specifier: moduleRequest.value, typeOnly: isType })
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const written = text.slice(moduleRequest.start, moduleRequest.end)
    const literal = /^['"]([^'"]+)['"]$/.exec(written)
    if (literal?.[1]) specifiers.push({ specifier: literal[1], typeOnly: false })
  }
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    imports: specifiers.map(({ specifier, typeOnly }) => ({
      specifier,
      typeOnly,
      target: specifier.startsWith('.') ? resolveFrom(path, specifier) : undefined,
    })),
    functions: functionSizes(program, lineOf),
  }
}

function resolveFrom(path: string, specifier: string): string {
  return normalize(join(dirname(path), specifier)).replaceAll('\\', '/')
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return offset => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly id?: { readonly name?: string } | null
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

function functionSizes(program: unknown, lineOf: (offset: number) => number): FunctionSize[] {
  const sizes: FunctionSize[] = []

  /** Returns the lines that functions directly inside `value` take. */
  function visit(value: unknown): number {
    if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + visit(one), 0)
    if (typeof value !== 'object' || value === null) return 0
    const inner = Object.values(value).reduce((sum: number, one) => sum + visit(one), 0)
    const node = value as Node
    if (!FUNCTIONS.has(node.type)) return inner
    const line = lineOf(node.start)
    const span = lineOf(node.end) - line + 1
    sizes.push({ name: node.id?.name ?? 'function', line, ownLines: span - inner })
    return span > 1 ? span - 1 : 0
  }

  visit(program)
  return sizes
}
