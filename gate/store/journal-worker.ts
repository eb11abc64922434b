/** The journal's own thread: one request in, one answer out, in order. */
import { randomBytes } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { RESERVE_BYTES } from '../limits.ts'
import { type OpenedDatabase, openJournalDatabase } from './database.ts'
import { createJournalCore, type JournalCore } from './journal-core.ts'
import type { Life } from './life.ts'
import { createRoom } from './room.ts'

/** A call of the core by name, answered under the same id. */
export interface JournalRequest {
  readonly id: number
  readonly call: Exclude<keyof JournalCore, 'epoch' | 'life'>
  readonly args: readonly unknown[]
}

export type JournalAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string }

/** The first answer, id 0. */
export interface Opened {
  readonly setAside: string | undefined
  readonly life: Life | undefined
}

const { file, nowMs } = workerData as { file: string; nowMs: number }
const port = parentPort
if (port === null) throw new Error('journal-worker runs as a worker thread')

const room = createRoom(`${file}.reserve`, RESERVE_BYTES)
const { db, setAside } = open()
const core = createJournalCore(db, () => randomBytes(8).toString('hex'), room)

port.on('message', (request: JournalRequest) => {
  port.postMessage(answer(request))
  if (request.call === 'close') port.close()
})
port.postMessage({ id: 0, ok: true, value: { setAside, life: core.life() } satisfies Opened })

/** On a full disk even opening needs room. */
function open(): OpenedDatabase {
  try {
    return openJournalDatabase(file, nowMs)
  } catch (error) {
    if (!room.release()) throw error
    return openJournalDatabase(file, nowMs)
  }
}

function answer({ id, call, args }: JournalRequest): JournalAnswer {
  try {
    const work = core[call] as (...args: readonly unknown[]) => unknown
    return { id, ok: true, value: work(...args) }
  } catch (error) {
    return { id, ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}
