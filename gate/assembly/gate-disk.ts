/**
 * What a gate keeps over its restarts, behind one port: the data folder with a thread for each
 * database, or memory alone, so that a whole gate runs in one process on virtual time.
 *
 * In memory the same code writes and reads: the journal's host, the cache's writer. Only threads and
 * files are left out, so nothing waits for real time.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type FileWatch, type FileWatchParts, watchFiles } from '../files/file-watch.ts'
import { type FoundIdentity, findIdentity } from '../net/identity.ts'
import { createMemoryShelf, createShelf, type Shelf } from '../station/shelf.ts'
import { JOURNAL_FILE, type Journal, openJournal, type RandomBytes } from '../store/journal.ts'
import { createMemoryDisk } from '../store/journal-disk.ts'
import { openJournalHere } from '../store/journal-here.ts'
import { createLocalPort } from '../threads/request-port.ts'
import { type CacheDisk, createCacheDisk } from '../trust/cache-disk.ts'
import { cacheInMemory } from '../trust/cache-file.ts'
import { createCacheWriter } from '../trust/cache-writer.ts'

export interface GateDisk {
  /** As `openJournal` of `store/journal.ts`. */
  openJournal(nowMs: number, random: RandomBytes): Promise<Journal>
  /** Of the trust keeper, which closes it. */
  openCache(): CacheDisk
  findIdentity(): FoundIdentity
  /** The station's files. */
  openShelf(): Shelf
  /** Looks after the files beside the databases. */
  watch(parts: Omit<FileWatchParts, 'folder'>): FileWatch
}

/** A data folder. */
export function createFolderDisk(folder: string): GateDisk {
  return {
    openJournal: (nowMs, random) => openJournal(join(folder, JOURNAL_FILE), nowMs, random),
    openCache: () => createCacheDisk(folder),
    findIdentity: () => findIdentity(folder),
    openShelf: () => createShelf(join(folder, 'station')),
    watch: parts => watchFiles({ ...parts, folder }),
  }
}

/** A disk that outlives the gates of a simulation, which start on it one after the other. */
export interface MemoryDisk extends GateDisk {
  readonly journal: DatabaseSync
  readonly cache: DatabaseSync
  /** Ends it: its rows are gone. */
  close(): void
}

/**
 * `identity`: an enrolled one has a service to talk to. `databases`: that it goes on with, copies of a
 * real gate's for example; empty ones unless given.
 */
export function createDiskInMemory(
  identity: FoundIdentity,
  databases: { readonly journal?: DatabaseSync; readonly cache?: DatabaseSync } = {},
): MemoryDisk {
  const { journal = new DatabaseSync(':memory:'), cache = new DatabaseSync(':memory:') } = databases
  const shelf = new Map<string, Uint8Array>()
  return {
    journal,
    cache,
    openJournal: (nowMs, random) => openJournalHere(createMemoryDisk(journal), nowMs, random),
    openCache() {
      const stored = cacheInMemory(cache)
      return { stored, writer: createLocalPort(createCacheWriter(stored)) }
    },
    findIdentity: () => identity,
    openShelf: () => createMemoryShelf(shelf),
    // No file of it can go.
    watch: () => ({ look: async () => {}, close: () => {} }),
    close() {
      journal.close()
      cache.close()
    },
  }
}
