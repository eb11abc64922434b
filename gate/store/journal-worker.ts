/** The journal's own thread: one request in, one answer out, in order. */
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { OPENING_BYTES, RESERVE_BYTES } from '../limits.ts'
import {
  type Moved,
  openAnew,
  openAtItsPlace,
  openJournalDatabase,
  type SetAside,
} from './database.ts'
import type { WalkResult } from './integrity.ts'
import type { JournalErrorCode } from './journal.ts'
import { createJournalCore, type JournalCore } from './journal-core.ts'
import type { Known } from './known.ts'
import type { Life } from './life.ts'
import { type Place, placeOf } from './place.ts'
import { createRoom } from './room.ts'
import { NO_MEMORY } from './snapshot.ts'
import { isDamage, isFull, mayBeTheDisk, openForReading } from './sqlite.ts'
import { isOfTheDisk, whyUnwritable } from './unwritable.ts'

/** A call of the core by name, answered under the same id. */
export interface JournalRequest {
  readonly id: number
  readonly call: Exclude<keyof JournalCore, 'epoch' | 'life' | 'known' | 'memory'>
  readonly args: readonly unknown[]
}

export type JournalAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | {
      readonly id: number
      readonly ok: false
      readonly code: Extract<JournalErrorCode, 'JOURNAL_FULL' | 'JOURNAL_FAILED'>
      readonly message: string
    }
  /** The file was found damaged while it was open, and set aside; the call went on in a new one. */
  | { readonly setAside: SetAside }
  /** Its files were deleted or replaced: what they held goes on in a new one. */
  | { readonly moved: Moved }

/** The first answer, id 0. */
export interface Opened {
  readonly setAside: SetAside | undefined
  readonly life: Life | undefined
  readonly known: Known
}

const { file, nowMs } = workerData as { file: string; nowMs: number }
const port = parentPort
if (port === null) throw new Error('journal-worker runs as a worker thread')

const room = createRoom(`${file}.reserve`, RESERVE_BYTES)
/** Undefined while the disk lets none be made. */
let core: JournalCore | undefined
/** It was there on a disk that takes no writes: `core` reads it, and nothing can be added. */
let reading = false
/** What `core` works on. */
let at: { readonly db: DatabaseSync; readonly place: Place } | undefined
const setAside = begin()

port.on('message', (request: JournalRequest) => {
  port.postMessage(answer(request))
  if (request.call === 'close') port.close()
})
const opened: Opened = { setAside, life: core?.life(), known: core?.known() ?? {} }
port.postMessage({ id: 0, ok: true, value: opened })

/**
 * A journal that is there opens on a full disk too, and can be read on a read-only one; one that must
 * be made waits for the disk. A file that can't be opened on a sound disk is set aside.
 */
function begin(): SetAside | undefined {
  try {
    return open()
  } catch (error) {
    if (!mayBeTheDisk(error)) throw named(error)
    if (isDiskAtFault()) {
      read()
      return undefined
    }
    return openNext()
  }
}

function isDiskAtFault(): boolean {
  return room.state().freeBytes < OPENING_BYTES || isOfTheDisk(whyUnwritable(dirname(file)))
}

function read(): void {
  let db: DatabaseSync | undefined
  try {
    db = openForReading(file)
    core = coreOf(db, false)
    reading = true
  } catch {
    // There is none, or no row of it can be read.
    db?.close()
    at = undefined
  }
}

/** From now on rows can be added. Throws while they can't. */
function openToWrite(): void {
  const before = core
  tell(open())
  before?.close()
  reading = false
}

/** A head that can't be read is damage too. */
function open(): SetAside | undefined {
  const { db, setAside } = withRoomToOpen(() => openJournalDatabase(file, nowMs))
  try {
    core = coreOf(db, setAside !== undefined)
    return setAside
  } catch (error) {
    db.close()
    at = undefined
    if (!isDamage(error)) throw error
    return openNext()
  }
}

function openNext(): SetAside {
  const { db, setAside } = withRoomToOpen(() => openAnew(file, nowMs))
  try {
    core = coreOf(db, true)
    return setAside
  } catch (error) {
    db.close()
    throw error
  }
}

function coreOf(db: DatabaseSync, anew: boolean): JournalCore {
  at = { db, place: placeOf(file) }
  return createJournalCore(db, () => randomBytes(8).toString('hex'), room, { anew })
}

function withRoomToOpen<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!mayBeTheDisk(error) || !room.release()) throw error
    return work()
  }
}

/** Signs of life, rows among them, and each look at the disk. */
const LOOKS: ReadonlySet<JournalRequest['call']> = new Set(['append', 'beat', 'room'])

function answer(request: JournalRequest): JournalAnswer {
  const { id } = request
  try {
    if (request.call === 'append' && (core === undefined || reading)) openToWrite()
    if (LOOKS.has(request.call) && !reading) look()
    return { id, ok: true, value: core === undefined ? without(request) : ask(core, request) }
  } catch (error) {
    const full = isFull(error) || room.state().freeBytes < OPENING_BYTES
    const code = full ? 'JOURNAL_FULL' : 'JOURNAL_FAILED'
    return { id, ok: false, code, message: named(error).message }
  }
}

/** With the file, SQLite's own number where it has one, and what the system says of the folder. */
function named(error: unknown): Error {
  const { message, errcode } = error as Error & { errcode?: number }
  const number = errcode === undefined ? '' : ` (SQLite ${errcode})`
  const why = mayBeTheDisk(error) ? whyUnwritable(dirname(file)) : undefined
  const system = why === undefined ? '' : `: ${why.message.split(',')[0]}`
  return Object.assign(new Error(`${file}: ${message}${number}${system}`), { errcode })
}

/** What is found damaged while it is open is set aside, and the call made of the new one. */
function ask(on: JournalCore, request: JournalRequest): unknown {
  try {
    return askOnce(on, request)
  } catch (error) {
    if (look() && core !== undefined) return askOnce(core, request)
    if (!isDamage(error)) throw error
    on.close()
    core = undefined
    tell(openNext())
    return core === undefined ? without(request) : askOnce(core, request)
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
    const { db, moved } = withRoomToOpen(() => openAtItsPlace(from, file, { how, nowMs }))
    core = coreOf(db, true)
    port?.postMessage({ moved } satisfies JournalAnswer)
    return true
  } catch (error) {
    // The new one has its place and could not be opened: as at a start, the next row tries again.
    if (!from.isOpen) core = at = undefined
    if (!mayBeTheDisk(error)) throw error
    return false
  }
}

function askOnce(on: JournalCore, { call, args }: JournalRequest): unknown {
  const work = on[call] as (...args: readonly unknown[]) => unknown
  return work(...args)
}

function tell(setAside: SetAside | undefined): void {
  if (setAside !== undefined) port?.postMessage({ setAside } satisfies JournalAnswer)
}

/** Of a journal that could not be made yet: it remembers nothing and takes nothing. */
function without({ call }: JournalRequest): unknown {
  switch (call) {
    case 'openGrants':
      return []
    case 'packedMemory':
      return NO_MEMORY
    case 'walk':
      return { next: undefined, rows: 0, broken: undefined } satisfies WalkResult
    case 'room':
      return room.state()
    case 'pending':
    case 'beat':
    case 'prune':
    case 'close':
      return undefined
    default:
      throw new Error('the disk has no room for a journal')
  }
}
