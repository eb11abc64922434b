/**
 * The worker thread that writes `trust.db`: a synchronous write on a bad flash card stalls for
 * hundreds of milliseconds, and the thread that moves the barrier must not wait for it.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { setAside } from '../store/set-aside.ts'
import { isDamage } from '../store/sqlite.ts'
import {
  CACHE_FILE,
  type CacheChange,
  ensureDataDir,
  openCacheFile,
  writeCacheChange,
} from './cache-file.ts'

/** What the thread is asked, one at a time. */
export type CacheRequest =
  | { readonly kind: 'write'; readonly change: CacheChange; readonly nowMs: number }
  | { readonly kind: 'close' }

/**
 * `WRITE_FAILED`: nothing was changed (disk full, no permission). `DAMAGED`: the file was no
 * database any more and was set aside under `setAside`; the next change must be a whole one.
 */
export type CacheAnswer =
  | { readonly code: 'WRITTEN' }
  | { readonly code: 'WRITE_FAILED'; readonly detail: string }
  | { readonly code: 'DAMAGED'; readonly detail: string; readonly setAside: string | undefined }

let database: DatabaseSync | undefined

function write(dataDir: string, change: CacheChange, nowMs: number): CacheAnswer {
  const file = join(dataDir, CACHE_FILE)
  try {
    ensureDataDir(dataDir)
    // Everything is written: whatever is open may be a file that is gone.
    if (change.clear) database = void database?.close()
    database ??= openCacheFile(file)
    writeCacheChange(database, change)
    return { code: 'WRITTEN' }
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'unknown'
    if (!isDamage(error) && !isNoFile(file)) return { code: 'WRITE_FAILED', detail }
    database?.close()
    database = undefined
    return { code: 'DAMAGED', detail, setAside: setAside(dataDir, CACHE_FILE, nowMs) }
  }
}

/** A folder, say, that somebody put in its place. */
function isNoFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === false
}

parentPort?.on('message', (request: CacheRequest) => {
  if (request.kind === 'close') {
    database?.close()
    parentPort?.close()
    return
  }
  const { dataDir } = workerData as { dataDir: string }
  parentPort?.postMessage(write(dataDir, request.change, request.nowMs))
})
