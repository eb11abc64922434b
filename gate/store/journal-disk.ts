/** What the journal's database lies on: a file with its folder and disk, or a database in memory. */
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type Gone, type Place, placeOf } from '../files/file-identity.ts'
import { openForReading } from '../files/sqlite.ts'
import { whyUnwritable } from '../files/writable-probe.ts'
import { RESERVE_BYTES } from '../limits.ts'
import {
  type Moved,
  type OpenedDatabase,
  openAnew,
  openAtItsPlace,
  openJournalDatabase,
  openJournalIn,
  type SetAside,
} from './database.ts'
import { createRoom, NO_ROOM, type Room } from './disk-reserve.ts'

/** All of it throws what SQLite throws. */
export interface JournalDisk {
  /** Named in errors. */
  readonly name: string
  readonly room: Room
  /** Opens or creates the database. A damaged one is set aside under a name with `nowMs` in it. */
  open(nowMs: number): OpenedDatabase
  /** Sets the database, which is closed, aside, and goes on in a new one. */
  openAnew(nowMs: number): OpenedDatabase & { readonly setAside: SetAside }
  /** Goes on at its path with `from`, whose files are gone from there. */
  openAtItsPlace(
    from: DatabaseSync,
    how: { readonly how: Gone; readonly nowMs: number },
  ): { readonly db: DatabaseSync; readonly moved: Moved }
  /** What is there, on a disk that takes no writes. */
  openToRead(): DatabaseSync
  /** To be asked right after an opening. */
  place(): Place
  close(db: DatabaseSync): void
  /** The system's error, or undefined where a file can be made. */
  whyUnwritable(): NodeJS.ErrnoException | undefined
}

export function createFileDisk(file: string): JournalDisk {
  return {
    name: file,
    room: createRoom(`${file}.reserve`, RESERVE_BYTES),
    open: nowMs => openJournalDatabase(file, nowMs),
    openAnew: nowMs => openAnew(file, nowMs),
    openAtItsPlace: (from, how) => openAtItsPlace(from, file, how),
    openToRead: () => openForReading(file),
    place: () => placeOf(file),
    close: db => db.close(),
    whyUnwritable: () => whyUnwritable(dirname(file)),
  }
}

/**
 * A disk of a simulation: `db` is in memory and its owner's to close, so that a gate which is started
 * again on it finds what was committed. It has room without end, and its files never go.
 */
export function createMemoryDisk(db: DatabaseSync): JournalDisk {
  const openIt = () => ({ db: openJournalIn(db), setAside: undefined })
  const refuse = (): never => {
    throw new Error('a database in memory is neither damaged nor moved')
  }
  return {
    name: 'journal in memory',
    room: NO_ROOM,
    open: openIt,
    openAnew: refuse,
    openAtItsPlace: refuse,
    openToRead: () => db,
    place: () => ({ gone: () => undefined }),
    close: () => {},
    whyUnwritable: () => undefined,
  }
}
