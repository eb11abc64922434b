/** What some programs load: modules of the project, files beside them, packages. */
import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { readModule } from '../house/modules.ts'

export interface Closure {
  /** Modules, and files that a module names by its own address; paths from the root, in order. */
  readonly files: readonly string[]
  /** Names of packages, in order. */
  readonly packages: readonly string[]
}

/** A worker's module, or a file that is read: `new URL('./x', import.meta.url)`. */
const OWN_ADDRESS = /new URL\(\s*'(\.{1,2}\/[^']+)',\s*import\.meta\.url,?\s*\)/g

/** A package that is loaded later: `require('node-hid')`. */
const REQUIRED = /require\('([^'./][^']*)'\)/g

/** `entries`: paths from the root. Throws when a module that is imported is not there. */
export function closureOf(root: string, entries: readonly string[]): Closure {
  const files = new Set<string>()
  const packages = new Set<string>()
  const ahead = [...entries]
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    if (files.has(path)) continue
    files.add(path)
    if (!path.endsWith('.ts')) continue
    const text = readFileSync(join(root, path), 'utf8')
    for (const { specifier, target, typeOnly } of readModule(path, text).imports) {
      // Types of ours are a few lines; those of a package are not needed to run.
      if (target !== undefined) ahead.push(target)
      else if (!typeOnly && !isBuiltin(specifier)) packages.add(packageOf(specifier))
    }
    for (const [, specifier = ''] of text.matchAll(REQUIRED)) {
      if (!isBuiltin(specifier)) packages.add(packageOf(specifier))
    }
    for (const [, address = ''] of text.matchAll(OWN_ADDRESS)) {
      const named = normalize(join(dirname(path), address)).replaceAll('\\', '/')
      // A folder that is named is not taken whole.
      if (/\.\w+$/.test(named) && existsSync(join(root, named))) ahead.push(named)
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() }
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
