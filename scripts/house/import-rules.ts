/**
 * Who may import whom: the table of README.md as data. Three floors, no arrow upward, no circle:
 * scripts over gate and server, those over hardware and pass; fixtures stand beside, for tests and
 * scripts.
 */
import type { Module } from './modules.ts'

interface Rule {
  /** The first rule whose pattern fits a module's path holds for it. */
  readonly from: RegExp
  readonly may: readonly RegExp[]
  /** May be imported for their types alone. */
  readonly mayTypes?: readonly RegExp[]
  readonly node: boolean
  /** Packages, or all of them. */
  readonly packages: readonly string[] | 'any'
}

const PASS = /^pass\//
const CONTRACT = /^gate\/contract\//
const HARDWARE_PORTS = /^hardware\/ports\.ts$/

/** What a browser may load of the contract: nothing that brings the library which reads an input. */
const WORDS_OF_GATES = /^gate\/contract\/(chain|codes|explain-row|freshness)\.ts$/

const RULES: readonly Rule[] = [
  { from: /\.test\.ts$|\/testing\//, may: [/./], node: true, packages: 'any' },
  { from: /^pass\/.*-node\.ts$/, may: [PASS], node: true, packages: [] },
  { from: PASS, may: [/^pass\/(?!.*-node\.ts)/], node: false, packages: [] },
  { from: /^hardware\//, may: [/^hardware\//], node: true, packages: 'any' },
  { from: CONTRACT, may: [CONTRACT], node: false, packages: ['zod'] },
  {
    from: /^gate\/(decide|machine)\//,
    may: [/^gate\/(decide|machine|contract)\//, /^pass\/bytes\.ts$/],
    mayTypes: [PASS],
    node: false,
    packages: [],
  },
  {
    from: /^gate\/(main|assembly\/(program|open-reader|pins-of-parts))\.ts$/,
    may: [/^gate\//, PASS, /^hardware\//],
    node: true,
    packages: 'any',
  },
  {
    from: /^gate\//,
    may: [/^gate\//, PASS],
    mayTypes: [HARDWARE_PORTS],
    node: true,
    packages: 'any',
  },
  {
    from: /^server\/web\/[\w-]+\//,
    may: [
      /^server\/web\/[\w-]+\//,
      /^server\/(domain|limits\.ts)/,
      /^pass\/(?!.*-node\.ts)/,
      WORDS_OF_GATES,
    ],
    mayTypes: [CONTRACT],
    node: false,
    packages: [
      'preact',
      'preact/hooks',
      '@preact/signals',
      'idb-keyval',
      'qr',
      '@xterm/xterm',
      '@xterm/xterm/css/xterm.css',
      'uplot',
      'uplot/dist/uPlot.min.css',
    ],
  },
  { from: /^server\//, may: [/^server\//, PASS, CONTRACT], node: true, packages: 'any' },
  { from: /^fixtures\//, may: [/^(?!scripts\/)/], node: true, packages: 'any' },
  { from: /^scripts\//, may: [/./], node: true, packages: 'any' },
]

/** Only the service, fixtures, tests and scripts may sign. */
const SIGNING = /^pass\/(issue|present)\.ts$/
const MAY_SIGN = /^(pass|server|fixtures|scripts)\/|\/testing\/|\.test\.ts$/
/** Holds a barrier: only the assembly may, so that every change of a lane has one door. */
const LANE = /^gate\/lane\/lane\.ts$/
const MAY_HOLD_LANES = /^(gate\/assembly|fixtures|scripts)\/|\/testing\/|\.test\.ts$/
/** Imported by tests and scripts alone. */
const FOR_TESTS = /^(fixtures|scripts)\/|\/testing\//
const MAY_USE_TESTS = /^(fixtures|scripts)\/|\/testing\/|\.test\.ts$/

/** One line for each import that breaks the table. */
export function brokenImports(modules: readonly Module[]): string[] {
  return modules.flatMap(module =>
    module.imports.flatMap(one => {
      const why = objection(module.path, one.specifier, one.target, one.typeOnly)
      return why === undefined ? [] : [`${module.path} imports ${one.specifier}: ${why}`]
    }),
  )
}

function objection(
  from: string,
  specifier: string,
  target: string | undefined,
  typeOnly: boolean,
): string | undefined {
  const rule = RULES.find(one => one.from.test(from))
  if (rule === undefined) return 'this folder is not in the import table'
  if (target !== undefined) return objectionToOwn(rule, from, target, typeOnly)
  if (specifier.startsWith('node:')) return rule.node ? undefined : 'no Node module here'
  if (rule.packages === 'any') return undefined
  const known = rule.packages.includes(specifier)
  return known ? undefined : 'no such package here'
}

function objectionToOwn(
  rule: Rule,
  from: string,
  target: string,
  typeOnly: boolean,
): string | undefined {
  if (SIGNING.test(target) && !MAY_SIGN.test(from)) return 'only the service may sign'
  if (LANE.test(target) && !MAY_HOLD_LANES.test(from)) return 'only gate/assembly may hold a lane'
  if (FOR_TESTS.test(target) && !MAY_USE_TESTS.test(from)) return 'for tests and scripts alone'
  if (rule.may.some(pattern => pattern.test(target))) return undefined
  const asType = rule.mayTypes?.some(pattern => pattern.test(target)) === true
  if (asType && typeOnly) return undefined
  return asType ? 'only its types may be imported' : 'not in the import table'
}

/** Circles of imports, types included, each as `a → b → a`. */
export function importCycles(modules: readonly Module[]): string[] {
  const edges = new Map<string, string[]>()
  for (const { path, imports } of modules) {
    edges.set(
      path,
      imports.flatMap(one => one.target ?? []),
    )
  }
  const cycles: string[] = []
  const done = new Set<string>()
  const trail: string[] = []

  function visit(path: string): void {
    const at = trail.indexOf(path)
    if (at >= 0) cycles.push([...trail.slice(at), path].join(' → '))
    if (at >= 0 || done.has(path)) return
    trail.push(path)
    for (const target of edges.get(path) ?? []) visit(target)
    trail.pop()
    done.add(path)
  }

  for (const path of edges.keys()) visit(path)
  return cycles
}
