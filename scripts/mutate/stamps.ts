/**
 * What a judge depends on, as one hash: its file, all modules of ours that it loads, the installed
 * packages and the judging itself. Data that a test reads from disk is not in it, but for scenarios.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Module, readModules } from '../house/modules.ts'
import { traceFileOf } from '../replay/run.ts'

const PLAYER = 'scripts/replay/run.ts'
/** What makes the mutants, and what judges them. */
const JUDGING = [
  'scripts/mutate/mutants.ts',
  'scripts/mutate/hooks.ts',
  'scripts/mutate/judging.ts',
]
const isOwn = (path: string) => path.startsWith('scripts/mutate/')

/** The stamp of a judge's file, a test or a scenario. Paths from the root. */
export type StampOf = (file: string) => string

export function createStamps(root: string): StampOf {
  const modules = new Map(readModules(root).map(module => [module.path, module]))
  const own = JUDGING.flatMap(file => loadedBy(modules, file)).filter(({ path }) => isOwn(path))
  const base = hashOf([textIn(root, 'package-lock.json'), ...own.map(({ text }) => text)])
  const known = new Map<string, string>()

  function stampOf(file: string): string {
    if (file.endsWith('.json')) {
      return hashOf([stamp(PLAYER), textIn(root, file), textIn(root, traceFileOf(file))])
    }
    const loaded = loadedBy(modules, file)
    return hashOf([base, ...loaded.flatMap(({ path, text }) => [path, text])])
  }

  function stamp(file: string): string {
    const made = known.get(file) ?? stampOf(file)
    known.set(file, made)
    return made
  }
  return stamp
}

/** A file and all modules that it loads, through others too, in the order of their paths. */
function loadedBy(modules: ReadonlyMap<string, Module>, file: string): Module[] {
  const loaded = new Set<Module>()
  const open = [file]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const module = modules.get(path)
    if (module === undefined || loaded.has(module)) continue
    loaded.add(module)
    for (const { target, typeOnly } of module.imports) {
      if (target !== undefined && !typeOnly) open.push(target)
    }
  }
  return [...loaded].sort((a, b) => (a.path < b.path ? -1 : 1))
}

export function hashOf(texts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${text.length}:`).update(text)
  return hash.digest('hex').slice(0, 32)
}

function textIn(root: string, file: string): string {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
