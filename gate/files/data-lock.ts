/**
 * One gate process a data folder. The lock is SQLite's own on an empty file: a lock of the system's
 * on bytes of it (fcntl, LockFileEx), which ends with the process however that ends. The file alone
 * says nothing, so no stale one keeps a gate from starting. The number of the process stands beside
 * it for whoever is refused, and decides nothing.
 *
 * Nothing else may open the file: a process that closes any handle of it lets go of the lock.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PID_CHARS_MAX, PID_LOOKS, PID_PAUSE_MS } from '../limits.ts'
import { setAside } from './set-aside.ts'
import { isBusy, isDamage, mayBeTheDisk } from './sqlite.ts'
import { isOfTheDisk, whyUnwritable } from './writable-probe.ts'

export const LOCK_FILE = 'gate.lock'
export const PID_FILE = 'gate.pid'

/** `message` names the folder, the other process, and what to do. */
export class DataInUseError extends Error {
  readonly code = 'DATA_IN_USE'

  constructor(folder: string, pid: number | undefined) {
    const who = pid === undefined ? 'another gate process' : `the gate process ${pid}`
    super(
      `${folder} is in use by ${who}: nothing was changed there. Stop that one first ` +
        '(systemctl stop wicketgate-gate), or name another folder under "data"',
    )
    this.name = 'DataInUseError'
  }
}

export interface DataLock {
  /** What lay in the lock's place and was set aside; one sentence, or none. */
  readonly damaged: readonly string[]
  /** False where the disk takes no file, full or read-only: the gate runs without a lock then. */
  held(): boolean
  /**
   * Whether the file still is the one that is locked; else it is locked anew. `lost`: another
   * process has the one that lies there now.
   */
  look(): 'held' | 'anew' | 'lost'
  release(): void
}

/** `nowMs` (Unix) names what is no lock and is set aside. Throws DataInUseError, or what SQLite says of a folder that takes no file. */
export function lockData(folder: string, nowMs: number): DataLock {
  const file = join(folder, LOCK_FILE)
  const damaged: string[] = []
  let lock = takeAnew(folder, nowMs, damaged)
  let place = placeOf(file)
  if (lock !== undefined) writePid(folder)
  return {
    damaged,
    held: () => lock !== undefined,
    look() {
      if (lock !== undefined && placeOf(file) === place) return 'held'
      try {
        const next = take(folder, file)
        if (next === undefined) return 'held'
        lock?.close()
        lock = next
      } catch (error) {
        if (error instanceof DataInUseError) return 'lost'
        throw error
      }
      place = placeOf(file)
      writePid(folder)
      return 'anew'
    },
    release() {
      if (lock === undefined) return
      dropPid(join(folder, PID_FILE))
      lock.close()
      lock = undefined
    },
  }
}

/** A file that is no database is nobody's lock. */
function takeAnew(folder: string, nowMs: number, damaged: string[]): DatabaseSync | undefined {
  const file = join(folder, LOCK_FILE)
  try {
    return take(folder, file)
  } catch (error) {
    if (!isDamage(error)) throw error
    const name = setAside(folder, LOCK_FILE, nowMs)
    damaged.push(`${file} was no lock: it was set aside as ${name}`)
    return take(folder, file)
  }
}

/** Undefined where the disk takes no file. */
function take(folder: string, file: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    // In memory, so that a lock writes nothing and needs no room.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if (isBusy(error)) throw new DataInUseError(folder, readPid(join(folder, PID_FILE)))
    const why = whyUnwritable(folder)
    if (!mayBeTheDisk(error) || why === undefined) throw error
    if (!isOfTheDisk(why)) throw why
    return undefined
  }
}

function placeOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.dev}:${found.ino}`
}

/** A number that can't be written must not leave an older one behind. */
function writePid(folder: string): void {
  const file = join(folder, PID_FILE)
  try {
    writeFileSync(file, `${process.pid}\n`, { mode: 0o600 })
  } catch {
    dropPid(file)
  }
}

/** On a disk that went read-only it stays: it decides nothing. */
function dropPid(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // The next start writes its own.
  }
}

/** Whoever took the lock just now writes its number next: an older one is waited out for a moment. */
function readPid(file: string): number | undefined {
  for (let look = 1; ; look++) {
    const pid = pidIn(file)
    if ((pid !== undefined && lives(pid)) || look === PID_LOOKS) return pid
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PID_PAUSE_MS)
  }
}

function pidIn(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'latin1').trim()
    return text.length <= PID_CHARS_MAX && /^\d+$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
