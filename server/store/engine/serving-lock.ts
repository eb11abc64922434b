/**
 * One serving process a SQLite file. Its places in status lists, its lease and its view of what is
 * published are those of one process; several replicas share PostgreSQL. Commands that work beside a
 * running service take no lock.
 *
 * The lock is SQLite's own on an empty file beside the database: a lock of the system's on bytes of
 * it, which ends with the process however that ends, so a stale file holds nobody up. The number of
 * the process stands in another file, for whoever is refused. Nothing else may open the lock's file:
 * a process that closes any handle of it lets go of the lock.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from '../../errors.ts'
import { makeFolder } from '../../files/make-folder.ts'
import { PID_DIGITS_MAX } from '../../limits.ts'
import { isPostgresUrl } from './engines.ts'

const SQLITE_BUSY = 5

export interface ServingLock {
  release(): void
}

const NOTHING_TO_LOCK: ServingLock = { release: () => {} }

/**
 * `place` as `openDatabase` takes it. Throws StartError `IN_USE` with the file, the other process and
 * what to do, and `DATABASE` when the lock's file can't be made.
 */
export function lockServing(place: string): ServingLock {
  if (isPostgresUrl(place) || place === ':memory:') return NOTHING_TO_LOCK
  const lock = take(place)
  const pidFile = `${place}.pid`
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  } catch {
    // Better none than the number of an earlier process.
    rmSync(pidFile, { force: true })
  }
  return {
    release() {
      rmSync(pidFile, { force: true })
      lock.close()
    },
  }
}

function take(file: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    makeFolder(dirname(file))
    lock = new DatabaseSync(`${file}.lock`, { timeout: 0 })
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    const { errcode, message } = error as Error & { errcode?: number }
    if (errcode === SQLITE_BUSY) throw inUse(file)
    const what = `database.file: ${file} can't be used: ${message}; name a file in a folder that the service's user can write`
    throw new StartError('DATABASE', what, { cause: error })
  }
}

function inUse(file: string): StartError {
  const pid = readPid(`${file}.pid`)
  const who = pid === undefined ? 'another process' : `the process ${pid}`
  return new StartError(
    'IN_USE',
    `${file} is in use by ${who}, which serves from it: nothing was changed there. Stop that one ` +
      'first, name another file under "database", or use PostgreSQL for several replicas',
  )
}

function readPid(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'latin1').trim()
    return text.length <= PID_DIGITS_MAX && /^\d+$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}
