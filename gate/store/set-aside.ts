/** What is damaged in the data folder: out of the way, under a name, the newest few kept. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SET_ASIDE_MAX } from '../limits.ts'
import { TAILS } from './place.ts'

/**
 * Moves a damaged database with its WAL and returns its new name, or undefined when there was none.
 * The newest few are kept for the technician, older ones are deleted. `nowMs`: Unix milliseconds.
 */
export function setAside(dataDir: string, file: string, nowMs: number): string | undefined {
  let name: string | undefined
  for (const tail of TAILS) {
    const path = join(dataDir, file + tail)
    if (!existsSync(path)) continue
    const aside = `${asideName(file, nowMs)}${tail}`
    renameSync(path, join(dataDir, aside))
    if (tail === '') name = aside
  }
  keepNewest(dataDir, file)
  return name
}

/** As `setAside`, of one entry alone, a file, a folder or a pipe. Throws what renaming throws. */
export function setEntryAside(dataDir: string, name: string, nowMs: number): string {
  const aside = asideName(name, nowMs)
  renameSync(join(dataDir, name), join(dataDir, aside))
  keepNewest(dataDir, name)
  return aside
}

const asideName = (name: string, nowMs: number): string =>
  `${name}.damaged-${new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '')}`

function keepNewest(dataDir: string, file: string): void {
  const kept = readdirSync(dataDir)
    .filter(name => name.startsWith(`${file}.damaged-`) && name.endsWith('Z'))
    .sort()
  for (const old of kept.slice(0, -SET_ASIDE_MAX)) {
    for (const tail of TAILS) rmSync(join(dataDir, old + tail), { force: true, recursive: true })
  }
}
