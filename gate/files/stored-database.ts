/**
 * A database of one layout that is read once at a start and written from then on: a file of the data
 * folder, or one in memory, which a simulation keeps over the starts of its gate.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { makeFolder } from './make-folder.ts'
import { setAside, trySetAside } from './set-aside.ts'
import {
  damageError,
  type Layout,
  layoutOf,
  openTables,
  openTablesIn,
  openToRead,
} from './sqlite.ts'

export interface StoredDatabase {
  /** Named in errors. */
  readonly name: string
  /**
   * What `read` finds, in a database that is closed after it; undefined where there is none. Throws
   * what SQLite or `read` throws. `lived`: a file cut to nothing is damaged, not one whose first write
   * was cut short.
   */
  read<T>(read: (database: DatabaseSync) => T, lived?: boolean): T | undefined
  /** To write; made when there is none. Throws what SQLite throws. */
  open(): DatabaseSync
  close(database: DatabaseSync): void
  /** Makes the folder where somebody has deleted it. */
  makeFolder(): void
  /** Whether something else lies in its place, such as a folder. */
  isBlocked(): boolean
  /** Its new name; undefined when there was none. Throws what renaming throws. */
  setAside(nowMs: number): string | undefined
  /** As `setAside`; undefined also on a disk that lets nothing be moved. */
  trySetAside(nowMs: number): string | undefined
}

export function createStoredFile(folder: string, file: string, layout: Layout): StoredDatabase {
  const path = join(folder, file)
  return {
    name: path,
    read(read, lived = false) {
      if (!existsSync(path)) return undefined
      if (lived && statSync(path).size === 0) throw damageError('the file is empty')
      const database = openToRead(path, layout)
      try {
        return read(database)
      } finally {
        database.close()
      }
    },
    open: () => openTables(path, layout),
    close: database => database.close(),
    makeFolder: () => makeFolder(folder),
    isBlocked: () => statSync(path, { throwIfNoEntry: false })?.isFile() === false,
    setAside: nowMs => setAside(folder, file, nowMs),
    trySetAside: nowMs => trySetAside(folder, file, nowMs),
  }
}

/** `database` is its owner's to close. */
export function createStoredMemory(database: DatabaseSync, layout: Layout): StoredDatabase {
  return {
    name: 'database in memory',
    read: read => (layoutOf(database) === 0 ? undefined : read(database)),
    open: () => openTablesIn(database, layout),
    close: () => {},
    makeFolder: () => {},
    isBlocked: () => false,
    setAside: () => undefined,
    trySetAside: () => undefined,
  }
}

/** The one open database of a writer: opened when it is first asked for, and again after `close`. */
export interface OpenDatabase {
  /** Throws what SQLite throws. */
  get(): DatabaseSync
  close(): void
}

export function openWhenAsked(stored: StoredDatabase): OpenDatabase {
  let database: DatabaseSync | undefined
  return {
    get() {
      database ??= stored.open()
      return database
    },
    close() {
      const open = database
      database = undefined
      if (open !== undefined) stored.close(open)
    },
  }
}
