/** Damaged files of the data folder: out of the way, under a name, the newest few kept. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SET_ASIDE_MAX } from '../limits.ts'

/** A SQLite database in three files. */
const TAILS = ['', '-wal', '-shm']

/**
 * Moves a damaged database with its WAL and returns its new name, or undefined when there was none.
 * The newest few are kept for the technician, older ones are deleted. `nowMs`: Unix milliseconds.
 */
export function setAside(dataDir: string, file: string, nowMs: number): string | undefined {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  let name: string | undefined
  for (const tail of TAILS) {
    const path = join(dataDir, file + tail)
    if (!existsSync(path)) continue
    const aside = `${file}.damaged-${stamp}${tail}`
    renameSync(path, join(dataDir, aside))
    if (tail === '') name = aside
  }
  const kept = readdirSync(dataDir)
    .filter(name => name.startsWith(`${file}.damaged-`) && name.endsWith('Z'))
    .sort()
  for (const old of kept.slice(0, -SET_ASIDE_MAX)) {
    for (const tail of TAILS) rmSync(join(dataDir, old + tail), { force: true, recursive: true })
  }
  return name
}
