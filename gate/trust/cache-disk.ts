/** Where a keeper's cache is: read at once at its start, written by a thread of its own. */
import type { StoredDatabase } from '../files/stored-database.ts'
import type { RequestPort } from '../threads/request-port.ts'
import { createThreadPort } from '../threads/thread-port.ts'
import { cacheIn } from './cache-file.ts'
import type { CacheCalls } from './cache-writer.ts'

export interface CacheDisk {
  readonly stored: StoredDatabase
  readonly writer: RequestPort<CacheCalls>
}

/** `trust.db` of a data folder. Its thread starts with the first write. */
export function createCacheDisk(dataDir: string): CacheDisk {
  const module = new URL('./cache-thread.ts', import.meta.url)
  return {
    stored: cacheIn(dataDir),
    writer: createThreadPort<CacheCalls>({ module, data: { dataDir }, startsAnew: true }),
  }
}
