/** What keeps the house tidy beside its imports: sizes, leftovers, a README in each room. */
import type { Module } from './modules.ts'

const FILE_LINES_MAX = 300
const TEST_LINES_MAX = 500
const FUNCTION_LINES_MAX = 70
const FOLDERS = ['pass', 'gate', 'hardware', 'server', 'fixtures', 'scripts']

/** One line for each file or function that has grown a second idea. */
export function oversized(modules: readonly Module[]): string[] {
  return modules.flatMap(({ path, lines, functions }) => {
    const isTest = path.endsWith('.test.ts')
    const max = isTest ? TEST_LINES_MAX : FILE_LINES_MAX
    const file = lines > max ? [`${path}: ${lines} lines, at most ${max}`] : []
    const long = functions.filter(one => !isTest && one.ownLines > FUNCTION_LINES_MAX)
    return [
      ...file,
      ...long.map(
        one =>
          `${path}:${one.line}: ${one.name} has ${one.ownLines} lines, ` +
          `at most ${FUNCTION_LINES_MAX}`,
      ),
    ]
  })
}

interface Leftover {
  readonly pattern: RegExp
  readonly why: string
  readonly where?: RegExp
}

// Written in pieces, so that this file does not find itself.
const LEFTOVERS: readonly Leftover[] = [
  { pattern: new RegExp(`\\b(t|test)\\.${'only'}\\(`), why: 'a test left alone' },
  {
    pattern: new RegExp(`\\b(${'TO' + 'DO'}|${'FIX' + 'ME'}|${'XX' + 'X'})\\b`),
    why: 'unfinished',
  },
  { pattern: new RegExp(`\\b${'debug' + 'ger'}\\b`), why: 'a breakpoint' },
  { pattern: new RegExp(`/${'wo' + 'rk'}/|/${'ro' + 'ot'}/`), why: 'a path of one machine' },
  { pattern: new RegExp(`${'registry'}\\.npm|deb\\.debian\\.org`), why: 'a registry’s host' },
  {
    pattern: new RegExp(`\\b${'console'}\\.(log|error|warn)\\(`),
    why: 'use the log',
    where: /^(gate|server|hardware|pass)\//,
  },
]

/** One line for each leftover in a text. */
export function leftovers(path: string, text: string): string[] {
  return LEFTOVERS.flatMap(({ pattern, why, where }) => {
    if (where !== undefined && !where.test(path)) return []
    const match = pattern.exec(text)
    if (match === null) return []
    const line = text.slice(0, match.index).split('\n').length
    return [`${path}:${line}: ${why} (${match[0]})`]
  })
}

interface Kept {
  readonly what: string
  readonly pattern: RegExp
  /** Program → files of it that may; its tests may, and programs that are not named. */
  readonly to: Readonly<Record<string, RegExp>>
}

const KEPT: readonly Kept[] = [
  {
    what: 'the system’s time or chance: take it from a port',
    pattern:
      /\b(Date\.now|performance\.now|set(Timeout|Interval)|AbortSignal\.timeout|random(Bytes|UUID|Int)|Math\.random|getRandomValues|new Date\(\))/,
    // The ports, of the pages too; the process of the face check; what is run by hand, once.
    to: {
      server:
        /^server\/(clock\.ts|face\/(face-process|child)\.ts|ceremony\/|cli\/|web\/shared\/browser-ports\.ts)/,
    },
  },
  {
    what: 'the system’s time or chance: take it from the gate’s ports',
    pattern:
      /\b(Date\.now|performance\.now|set(Timeout|Interval)|AbortSignal\.timeout)\(|\bMath\.random\b|new Date\(\)|import \{[^}]*\b(random(Bytes|UUID|Int)|getRandomValues)\b[^}]*\} from 'node:crypto'/,
    // The composition roots; the bus's own thread; the seeds of a hash table, which no row shows.
    to: {
      gate: /^gate\/(assembly\/(program|command|process-signals)|bus\/thread|memory\/ledger)\.ts$/,
    },
  },
  {
    what: 'SQL: it belongs into the store',
    pattern:
      /\.(select(From|NoFrom)|insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\(|\bsql(<[^`]*>)?`/,
    to: { server: /^server\/store\// },
  },
]

/** One line for each thing that stands in a file to which it is not kept. */
export function outOfPlace(path: string, text: string): string[] {
  if (/\.test\.ts$|\/testing\/|(?<!\.tsx?)$/.test(path)) return []
  return KEPT.flatMap(({ what, pattern, to }) => {
    const allowed = to[path.split('/', 1)[0] as string]
    const match = allowed === undefined || allowed.test(path) ? null : pattern.exec(text)
    if (match === null) return []
    const line = text.slice(0, match.index).split('\n').length
    return [`${path}:${line}: ${what} (${match[0]})`]
  })
}

/** Names that say nothing, and barrels. */
export function badNames(paths: readonly string[]): string[] {
  return paths
    .filter(path => /(^|\/)(utils?|helpers?|misc|common|index)\.ts$/.test(path))
    .map(path => `${path}: a name that says nothing, or a barrel`)
}

/** One line for each program, and each folder in it, that has files and no README.md. */
export function missingReadmes(paths: readonly string[]): string[] {
  const present = new Set(paths)
  const ours = paths.filter(path => FOLDERS.includes(path.split('/', 1)[0] ?? ''))
  const folders = new Set(
    ours.flatMap(path => {
      const parts = path.split('/').slice(0, -1)
      return [parts.slice(0, 1), parts.slice(0, 2)].map(one => one.join('/'))
    }),
  )
  return [...folders]
    .filter(folder => !present.has(`${folder}/README.md`))
    .map(folder => `${folder}/: no README.md`)
}
