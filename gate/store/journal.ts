/**
 * The journal as the gate's main thread sees it: promises that resolve when a row is durable. The
 * database lives in a worker thread, so a slow disk never stalls the control loop.
 */
import { Worker } from 'node:worker_threads'
import type { GrantRef, Upload } from '../contract/events.ts'
import { JOURNAL_QUEUE_MAX } from '../limits.ts'
import type { Moved, SetAside } from './database.ts'
import type { WalkPlace, WalkResult } from './integrity.ts'
import type { Behind, JournalCore, RowHead } from './journal-core.ts'
import type { JournalAnswer, JournalRequest, Opened } from './journal-worker.ts'
import type { Known } from './known.ts'
import type { Life } from './life.ts'
import type { Ask } from './outbox.ts'
import type { JournalEntry } from './projection.ts'
import type { Refusal } from './refused.ts'
import type { RoomState } from './room.ts'
import { type MemorySnapshot, type OpenGrant, unpackMemory } from './snapshot.ts'

/** The journal's name in the data folder. */
export const JOURNAL_FILE = 'journal.db'

export type JournalErrorCode =
  /** More rows wait for the disk than allowed. */
  | 'JOURNAL_BUSY'
  /** The disk does not answer; what is under way may still be written. */
  | 'JOURNAL_SLOW'
  /** The disk has no room for it. */
  | 'JOURNAL_FULL'
  /** The write failed for another reason: the disk is read-only, or it fails. */
  | 'JOURNAL_FAILED'
  /** The journal's thread has ended. */
  | 'JOURNAL_CLOSED'

export class JournalError extends Error {
  readonly code: JournalErrorCode

  constructor(code: JournalErrorCode, message: string) {
    super(message)
    this.name = 'JournalError'
    this.code = code
  }
}

export interface Journal {
  /** Where a damaged predecessor was put, if there was one. */
  readonly setAside: SetAside | undefined
  /** Called when damage is found later: where to. What could be read of it goes on. */
  onSetAside(listener: (one: SetAside) => void): void
  /** Called when its files were deleted or replaced while it was open. What they held goes on. */
  onMoved(listener: (one: Moved) => void): void
  /** The gate's life before this one; undefined when the journal had no row. */
  readonly life: Life | undefined
  /** Resolves once the row is on disk. Rejects with JournalError: then it is not there. */
  append(entry: JournalEntry): Promise<GrantRef>
  /** Called after each row that reached the disk. */
  onAppended(listener: () => void): void
  /** What the service does not have; see outbox.ts. */
  pending(ask?: Ask): Promise<Upload | undefined>
  /** False when the cursor did not move. */
  acknowledge(epoch: string, next: number): Promise<boolean>
  /** Keeps a row aside that the service refuses; false when there is no more room for such. */
  refuse(refusal: Refusal): Promise<boolean>
  /** Undefined when no new epoch was opened; see journal-core.ts. */
  fork(epoch: string, entry: RowHead, mayOpen: boolean): Promise<GrantRef | undefined>
  behind(epoch: string, next: number, entry: RowHead, mayOpen: boolean): Promise<Behind>
  openGrants(): Promise<OpenGrant[]>
  memory(): Promise<MemorySnapshot>
  /** The highest numbers that the gate acted on, as of the opening. */
  readonly known: Known
  /** Remembers the highest of each number, beside all rows. Rejects when it is not on disk. */
  know(facts: Known): Promise<void>
  /** Marks that the gate is alive, unless a row has said so within `ALIVE_MS`. */
  beat(nowMs: number): Promise<void>
  prune(nowMs: number, keepRowsMs: number): Promise<void>
  /** Looks at up to `rowsMax` rows of the chain after `place`. */
  walk(place: WalkPlace, rowsMax: number): Promise<WalkResult>
  /** Takes the reserve again if the disk has room, and says how much there is. */
  room(): Promise<RoomState>
  close(): Promise<void>
}

/** Opens `file`, creating it. Rejects with JournalError `JOURNAL_FAILED` when it can't. */
export async function openJournal(file: string, nowMs: number): Promise<Journal> {
  const worker = new Worker(new URL('./journal-worker.ts', import.meta.url), {
    workerData: { file, nowMs },
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const listeners: (() => void)[] = []
  const onSetAside: ((one: SetAside) => void)[] = []
  const onMoved: ((one: Moved) => void)[] = []
  let nextId = 1
  let ended: JournalError | undefined

  const opened = Promise.withResolvers<unknown>()
  waiting.set(0, opened)
  worker.on('message', (answer: JournalAnswer) => {
    if ('setAside' in answer) {
      for (const listener of onSetAside) listener(answer.setAside)
      return
    }
    if ('moved' in answer) {
      for (const listener of onMoved) listener(answer.moved)
      return
    }
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.ok) one?.resolve(answer.value)
    else one?.reject(new JournalError(answer.code, answer.message))
  })
  worker.on('error', error => end(new JournalError('JOURNAL_FAILED', error.message)))
  worker.on('exit', () => end(new JournalError('JOURNAL_CLOSED', 'the journal is closed')))

  function end(error: JournalError): void {
    ended ??= error
    for (const one of waiting.values()) one.reject(ended)
    waiting.clear()
  }

  function request<Call extends JournalRequest['call']>(
    call: Call,
    ...args: Parameters<JournalCore[Call]>
  ): Promise<ReturnType<JournalCore[Call]>> {
    if (ended !== undefined) return Promise.reject(ended)
    if (waiting.size >= JOURNAL_QUEUE_MAX) {
      return Promise.reject(new JournalError('JOURNAL_BUSY', 'too many rows wait for the disk'))
    }
    const id = nextId++
    const one = Promise.withResolvers<unknown>()
    waiting.set(id, one)
    worker.postMessage({ id, call, args } satisfies JournalRequest)
    return one.promise as Promise<ReturnType<JournalCore[Call]>>
  }

  async function appended<T>(work: Promise<T>): Promise<T> {
    const ref = await work
    for (const listener of listeners) listener()
    return ref
  }

  const { setAside, life, known } = (await opened.promise) as Opened
  return {
    setAside,
    onSetAside: listener => onSetAside.push(listener),
    onMoved: listener => onMoved.push(listener),
    life,
    known,
    append: entry => appended(request('append', entry)),
    onAppended: listener => listeners.push(listener),
    pending: ask => request('pending', ask),
    acknowledge: (epoch, next) => request('acknowledge', epoch, next),
    refuse: refusal => request('refuse', refusal),
    fork: (epoch, entry, mayOpen) => appended(request('fork', epoch, entry, mayOpen)),
    behind: (epoch, next, entry, mayOpen) =>
      appended(request('behind', epoch, next, entry, mayOpen)),
    openGrants: () => request('openGrants'),
    memory: async () => unpackMemory(await request('packedMemory')),
    know: facts => request('know', facts),
    beat: nowMs => request('beat', nowMs),
    prune: (nowMs, keepRowsMs) => request('prune', nowMs, keepRowsMs),
    walk: (place, rowsMax) => request('walk', place, rowsMax),
    room: () => request('room'),
    close: async () => {
      if (ended !== undefined) return
      const exited = new Promise<void>(resolve => worker.once('exit', () => resolve()))
      await request('close')
      await exited
    },
  }
}
