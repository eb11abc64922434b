/** The journal's own thread: one request in, one answer out, in order. */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { RESERVE_BYTES } from '../limits.ts'
import { isDamage, openAnew, openJournalDatabase, type SetAside } from './database.ts'
import { createJournalCore, type JournalCore } from './journal-core.ts'
import type { Life } from './life.ts'
import { createRoom } from './room.ts'

/** A call of the core by name, answered under the same id. */
export interface JournalRequest {
  readonly id: number
  readonly call: Exclude<keyof JournalCore, 'epoch' | 'life' | 'memory'>
  readonly args: readonly unknown[]
}

export type JournalAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string }
  /** The file was found damaged while it was open, and set aside; the call went on in a new one. */
  | { readonly setAside: SetAside }

/** The first answer, id 0. */
export interface Opened {
  readonly setAside: SetAside | undefined
  readonly life: Life | undefined
}

const { file, nowMs } = workerData as { file: string; nowMs: number }
const port = parentPort
if (port === null) throw new Error('journal-worker runs as a worker thread')

const room = createRoom(`${file}.reserve`, RESERVE_BYTES)
const first = open()
let core = first.core

port.on('message', (request: JournalRequest) => {
  port.postMessage(answer(request))
  if (request.call === 'close') port.close()
})
const opened: Opened = { setAside: first.setAside, life: core.life() }
port.postMessage({ id: 0, ok: true, value: opened })

/** On a full disk even opening needs room; a head that can't be read is damage too. */
function open(): { core: JournalCore; setAside: SetAside | undefined } {
  const { db, setAside } = withRoomToOpen(() => openJournalDatabase(file, nowMs))
  try {
    return { core: coreOf(db, setAside !== undefined), setAside }
  } catch (error) {
    db.close()
    if (!isDamage(error)) throw error
    return openNext()
  }
}

function openNext(): { core: JournalCore; setAside: SetAside } {
  const { db, setAside } = withRoomToOpen(() => openAnew(file, nowMs))
  return { core: coreOf(db, true), setAside }
}

function coreOf(db: DatabaseSync, anew: boolean): JournalCore {
  return createJournalCore(db, () => randomBytes(8).toString('hex'), room, { anew })
}

function withRoomToOpen<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isDamage(error) || !room.release()) throw error
    return work()
  }
}

function answer(request: JournalRequest): JournalAnswer {
  const { id } = request
  try {
    try {
      return { id, ok: true, value: ask(request) }
    } catch (error) {
      if (!isDamage(error)) throw error
      core.close()
      const next = openNext()
      core = next.core
      port?.postMessage({ setAside: next.setAside } satisfies JournalAnswer)
      return { id, ok: true, value: ask(request) }
    }
  } catch (error) {
    return { id, ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

function ask({ call, args }: JournalRequest): unknown {
  const work = core[call] as (...args: readonly unknown[]) => unknown
  return work(...args)
}
