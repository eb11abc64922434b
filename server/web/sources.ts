/**
 * What a build is made of, as one hash: the pages' own files, what they take of `pass/`, `domain/` and
 * the gate's contract, the build itself, and the versions of packages. A build is named by it, so it is never out of date.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { PAGES, type Site } from './page-table.ts'

/** From the root of the project: folders, and single files. */
const FOLDERS = ['server/web', 'server/domain', 'gate/contract', 'pass']
const FILES = ['server/limits.ts', 'package-lock.json']
const NOT_BUILT = /\.test\.ts$|\.md$|^server\/web\/(dist|tests|testing)(\/|$)/

/** Paths from the root with slashes, sorted. */
function sourceFiles(root: string, site: Site): string[] {
  const others = PAGES.filter(page => page.site !== site).map(
    ({ folder }) => `server/web/${folder}/`,
  )
  const isOthers = (path: string) => others.some(folder => path.startsWith(folder))
  const found = FOLDERS.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
  )
  return [...found.filter(path => !NOT_BUILT.test(path) && !isOthers(path)), ...FILES].sort()
}

/** 16 hex digits; the same for the same files. Pages of other sites are left out. */
export function hashOfSources(root: string, site: Site): string {
  const hash = createHash('sha256')
  for (const path of sourceFiles(root, site)) {
    const bytes = readFileSync(join(root, path))
    hash.update(`${path}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex').slice(0, 16)
}
