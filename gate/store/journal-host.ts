/**
 * The journal over the life of its disk: opens what is there, sets aside what is damaged, goes on
 * where its files were deleted, and answers calls of the core meanwhile. It runs in the journal's
 * thread (`journal-worker.ts`), or in the gate's own process (`journal-here.ts`).
 */

import type { DatabaseSync } from 'node:sqlite'
import type { RowPage, RowRun } from '../contract/row-query.ts'
import type { Place } from '../files/file-identity.ts'
import { isDamage, isFull, mayBeTheDisk } from '../files/sqlite.ts'
import { isOfTheDisk } from '../files/writable-probe.ts'
import { OPENING_BYTES } from '../limits.ts'
import { NO_MEMORY } from '../memory/packed-memory.ts'
import type { Answerer } from '../threads/request-port.ts'
import type { Moved, SetAside } from './database.ts'
import { createEpochNames } from './epochs.ts'
import type { Known } from './high-water-marks.ts'
import type { WalkResult } from './integrity.ts'
import { createJournalCore, type JournalCore } from './journal-core.ts'
import type { JournalDisk } from './journal-disk.ts'
import { JournalError } from './journal-error.ts'
import type { Life } from './life.ts'

const CORE_CALLS = [
  ...(['appendAll', 'beat', 'pending', 'acknowledge', 'refuse', 'know', 'fork', 'behind'] as const),
  ...(['openGrants', 'packedMemory', 'prune', 'walk', 'unsent', 'room', 'holdReserve'] as const),
  ...(['readRows', 'readRow', 'readRun'] as const),
] as const
type CoreCall = (typeof CORE_CALLS)[number]

/** What the journal can be asked: `open` first. Errors are JournalError `FULL` or `FAILED`. */
export interface JournalCalls extends Pick<JournalCore, CoreCall> {
  open(): Opened
}

/** What was found at the opening. */
export interface Opened {
  readonly setAside: SetAside | undefined
  readonly life: Life | undefined
  readonly known: Known
}

/** What the journal says without being asked. */
export type JournalNotice =
  /** The file was found damaged while it was open, and set aside; the call went on in a new one. */
  | { readonly setAside: SetAside }
  /** Its files were deleted or replaced: what they held goes on in a new one. */
  | { readonly moved: Moved }

export interface HostParts {
  readonly disk: JournalDisk
  /** Unix milliseconds at the start: names what is set aside. */
  readonly nowMs: number
  /** EPOCH_SEED_BYTES, random. */
  readonly epochSeed: Uint8Array
  readonly onNotice: (notice: JournalNotice) => void
}

/** Calls that also look whether the files are still at their path. */
const LOOKS: ReadonlySet<CoreCall> = new Set(['appendAll', 'beat', 'holdReserve'])

/** Nothing is opened before the call `open`. */
export function createJournalHost(parts: HostParts): Answerer<JournalCalls> {
  const { disk, nowMs } = parts
  const { room } = disk
  const nextEpoch = createEpochNames(parts.epochSeed)
  /** Undefined while the disk lets none be made. */
  let core: JournalCore | undefined
  /** It was there on a disk that takes no writes: `core` reads it, and nothing can be added. */
  let reading = false
  /** What `core` works on. */
  let at: { readonly db: DatabaseSync; readonly place: Place } | undefined

  /**
   * A journal that is there opens on a full disk too, and can be read on a read-only one; one that
   * must be made waits for the disk. A file that can't be opened on a sound disk is set aside.
   */
  function begin(): SetAside | undefined {
    try {
      return open()
    } catch (error) {
      if (!mayBeTheDisk(error)) throw error
      if (isDiskAtFault()) {
        read()
        return undefined
      }
      return openNext()
    }
  }

  function isDiskAtFault(): boolean {
    return room.state().freeBytes < OPENING_BYTES || isOfTheDisk(disk.whyUnwritable())
  }

  function read(): void {
    let db: DatabaseSync | undefined
    try {
      db = disk.openToRead()
      core = coreOf(db, false)
      reading = true
    } catch {
      // There is none, or no row of it can be read.
      if (db !== undefined) disk.close(db)
    }
  }

  /** From now on rows can be added. Throws while they can't. */
  function openToWrite(): void {
    const before = at
    const setAside = open()
    if (setAside !== undefined) parts.onNotice({ setAside })
    if (before !== undefined) disk.close(before.db)
    reading = false
  }

  /** A head that can't be read is damage too. */
  function open(): SetAside | undefined {
    const { db, setAside } = withRoomToOpen(() => disk.open(nowMs))
    try {
      core = coreOf(db, setAside !== undefined)
      return setAside
    } catch (error) {
      disk.close(db)
      if (!isDamage(error)) throw error
      return openNext()
    }
  }

  function openNext(): SetAside {
    const { db, setAside } = withRoomToOpen(() => disk.openAnew(nowMs))
    try {
      core = coreOf(db, true)
      return setAside
    } catch (error) {
      disk.close(db)
      throw error
    }
  }

  function coreOf(db: DatabaseSync, anew: boolean): JournalCore {
    const place = disk.place()
    const made = createJournalCore(db, nextEpoch, room, { anew })
    at = { db, place }
    return made
  }

  function withRoomToOpen<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!mayBeTheDisk(error) || !room.release()) throw error
      return work()
    }
  }

  function answer(call: CoreCall, args: readonly unknown[]): unknown {
    try {
      if (call === 'appendAll' && (core === undefined || reading)) openToWrite()
      if (LOOKS.has(call) && !reading) look()
      return core === undefined ? without(call) : ask(core, call, args)
    } catch (error) {
      const full = isFull(error) || room.state().freeBytes < OPENING_BYTES
      throw new JournalError(full ? 'JOURNAL_FULL' : 'JOURNAL_FAILED', told(error))
    }
  }

  /** With the file, SQLite's own number where it has one, and what the system says of the folder. */
  function told(error: unknown): string {
    const { message, errcode } = error as Error & { errcode?: number }
    const number = errcode === undefined ? '' : ` (SQLite ${errcode})`
    const why = mayBeTheDisk(error) ? disk.whyUnwritable() : undefined
    const system = why === undefined ? '' : `: ${why.message.split(',')[0]}`
    return `${disk.name}: ${message}${number}${system}`
  }

  /** What is found damaged while it is open is set aside, and the call made of the new one. */
  function ask(on: JournalCore, call: CoreCall, args: readonly unknown[]): unknown {
    try {
      return askOnce(on, call, args)
    } catch (error) {
      if (look() && core !== undefined) return askOnce(core, call, args)
      if (!isDamage(error)) throw error
      if (at !== undefined) disk.close(at.db)
      core = at = undefined
      parts.onNotice({ setAside: openNext() })
      return core === undefined ? without(call) : askOnce(core, call, args)
    }
  }

  /**
   * True when the files were not at their path any more and the journal goes on in a new one. On a
   * disk without room it goes on with what it has open, until there is some.
   */
  function look(): boolean {
    const how = at?.place.gone()
    if (at === undefined || how === undefined) return false
    const { db: from } = at
    try {
      const { db, moved } = withRoomToOpen(() => disk.openAtItsPlace(from, { how, nowMs }))
      core = coreOf(db, true)
      parts.onNotice({ moved })
      return true
    } catch (error) {
      // The new one has its place and could not be opened: as at a start, the next row tries again.
      if (!from.isOpen) core = at = undefined
      if (!mayBeTheDisk(error)) throw error
      return false
    }
  }

  /** Of a journal that could not be made yet: it remembers nothing and takes nothing. */
  function without(call: CoreCall): unknown {
    if (call === 'room' || call === 'holdReserve') return room.state()
    if (call in NOTHING) return NOTHING[call]
    throw new Error('the disk has no room for a journal')
  }

  const calls = CORE_CALLS.map(call => [call, (...args: unknown[]) => answer(call, args)] as const)
  return {
    ...(Object.fromEntries(calls) as unknown as Pick<JournalCore, CoreCall>),
    open() {
      try {
        return { setAside: begin(), life: core?.life(), known: core?.known() ?? {} }
      } catch (error) {
        throw new JournalError('JOURNAL_FAILED', told(error))
      }
    },
    close() {
      if (at !== undefined) disk.close(at.db)
      core = at = undefined
    },
  }
}

function askOnce(on: JournalCore, call: CoreCall, args: readonly unknown[]): unknown {
  const work = on[call] as (...args: readonly unknown[]) => unknown
  return work(...args)
}

/** What is answered without a journal. Every other call fails. */
const NOTHING: Partial<Record<CoreCall, unknown>> = {
  unsent: 0,
  openGrants: [],
  packedMemory: NO_MEMORY,
  walk: { next: undefined, rows: 0, broken: undefined } satisfies WalkResult,
  readRows: { rows: [], next: undefined } satisfies RowPage,
  readRow: undefined,
  readRun: { rows: [], previousHash: null, next: undefined } satisfies RowRun,
  pending: undefined,
  beat: undefined,
  prune: undefined,
}
