/**
 * The build of the pages, made when there is none of the present sources. Builds stand in `dist/` beside
 * this file, each in a folder named by its site and the hash of its sources. Vite runs in a process of its own, so
 * the service loads nothing of it.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Site } from './page-table.ts'
import { hashOfSources } from './sources.ts'

const ROOT = join(import.meta.dirname, '../..')
const DIST = join(import.meta.dirname, 'dist')

export type Build =
  /** `folder`: an absolute path. */
  | { readonly ok: true; readonly folder: string }
  /** `problem`: one line, with what to do. */
  | { readonly ok: false; readonly problem: string }

export interface BuildOptions {
  /** Hears of a build before it begins, since it takes seconds. */
  readonly onStart: () => void
  /** Whose pages; the service's when left out. */
  readonly site?: Site
  readonly root?: string
  readonly dist?: string
  /** Whether a package can be loaded here. */
  readonly isInstalled?: (name: string) => boolean
}

/** The build of the present sources, made first where it is missing. Never rejects. */
export async function buildPages({
  onStart,
  site = 'service',
  root = ROOT,
  dist = DIST,
  isInstalled = canLoad,
}: BuildOptions): Promise<Build> {
  try {
    const folder = join(dist, `${site}-${hashOfSources(root, site)}`)
    if (existsSync(folder)) return { ok: true, folder }
    if (!isInstalled('vite')) {
      const problem =
        'the pages are not built, and their build tool is not installed: ' +
        'run npm ci without --omit=dev, or copy server/web/dist from an install that has it'
      return { ok: false, problem }
    }
    onStart()
    const fault = await run(root, site, folder)
    return fault === undefined ? { ok: true, folder } : { ok: false, problem: fault }
  } catch (error) {
    return { ok: false, problem: `the pages can not be built: ${(error as Error).message}` }
  }
}

/** What went wrong; undefined when the folder is there. */
async function run(root: string, site: Site, folder: string): Promise<string | undefined> {
  const program = join(root, 'server/web/build-program.ts')
  const child = spawn(process.execPath, [program, site, folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said] = await Promise.all([
    text(child.stderr),
    new Promise((resolve, reject) => child.once('close', resolve).once('error', reject)),
  ])
  if (existsSync(folder)) return undefined
  const why = said.split('\n').find(line => line.trim() !== '') ?? 'the build gave nothing'
  return `the pages can not be built: ${why.trim()}`
}

function canLoad(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}
