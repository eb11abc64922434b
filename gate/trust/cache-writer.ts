/** Writes `trust.db`, in its thread (`cache-thread.ts`) or in the gate's process. */
import { isDamage } from '../files/sqlite.ts'
import { openWhenAsked, type StoredDatabase } from '../files/stored-database.ts'
import type { Answerer } from '../threads/request-port.ts'
import { type CacheChange, writeCacheChange } from './cache-file.ts'

export interface CacheCalls {
  /** `nowMs` (Unix milliseconds) names a damaged file. */
  write(change: CacheChange, nowMs: number): CacheAnswer
}

/**
 * `WRITE_FAILED`: nothing was changed (disk full, no permission). `DAMAGED`: the file was no
 * database any more and was set aside under `setAside`; the next change must be a whole one.
 */
export type CacheAnswer =
  | { readonly code: 'WRITTEN' }
  | { readonly code: 'WRITE_FAILED'; readonly detail: string }
  | { readonly code: 'DAMAGED'; readonly detail: string; readonly setAside: string | undefined }

/** Opens the file with the first change. */
export function createCacheWriter(file: StoredDatabase): Answerer<CacheCalls> {
  const database = openWhenAsked(file)

  return {
    write(change, nowMs) {
      try {
        file.makeFolder()
        // Everything is written: whatever is open may be a file that is gone.
        if (change.clear) database.close()
        writeCacheChange(database.get(), change)
        return { code: 'WRITTEN' }
      } catch (error) {
        const detail = error instanceof Error ? error.message : 'unknown'
        if (!isDamage(error) && !file.isBlocked()) return { code: 'WRITE_FAILED', detail }
        database.close()
        return { code: 'DAMAGED', detail, setAside: file.setAside(nowMs) }
      }
    },
    close: database.close,
  }
}
