/**
 * The data folder before anything in it is opened: what is no file where one must be (a folder, a
 * pipe that never ends, a socket) is set aside under a name, so that each file's own reader finds
 * nothing or a file. What is wrong inside of a file its reader says.
 */
import { lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { STORE_FILE } from '../config/store-file.ts'
import { LOCK_FILE, PID_FILE } from '../files/data-lock.ts'
import { TAILS } from '../files/file-identity.ts'
import { setEntryAside } from '../files/set-aside.ts'
import { JOURNAL_FILE } from '../store/journal.ts'
import { CACHE_FILE } from '../trust/cache-file.ts'

const DATABASES = [JOURNAL_FILE, CACHE_FILE, STORE_FILE]

/** Every name that a gate opens or makes in its data folder itself; the identity is read as it is. */
const FILES: readonly string[] = [
  ...DATABASES.flatMap(name => TAILS.map(tail => name + tail)),
  ...[`${JOURNAL_FILE}.reserve`, `${JOURNAL_FILE}.next`, LOCK_FILE, PID_FILE, 'probe.partial'],
]
const FOLDERS: readonly string[] = ['station']

/** One sentence for each that was set aside, or could not be. Never throws. `nowMs` names them. */
export function clearDataFolder(folder: string, nowMs: number): string[] {
  const wrong = [
    ...FILES.filter(name => isOther(join(folder, name), 'file')),
    ...FOLDERS.filter(name => isOther(join(folder, name), 'folder')),
  ]
  return wrong.map(name => {
    const what = `${join(folder, name)} was no ${FOLDERS.includes(name) ? 'folder' : 'file'}`
    try {
      const keepAll = name === JOURNAL_FILE
      return `${what}: it was set aside as ${setEntryAside(folder, name, nowMs, { keepAll })}`
    } catch (error) {
      return `${what}, and could not be set aside: ${(error as Error).message}`
    }
  })
}

/** False where nothing lies there. A link counts as what it leads to. */
function isOther(path: string, wanted: 'file' | 'folder'): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found !== undefined) return wanted === 'file' ? !found.isFile() : !found.isDirectory()
    // A link to nothing would be followed, and a file made elsewhere.
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}
