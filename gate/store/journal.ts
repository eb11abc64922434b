/**
 * The journal as the gate's main thread sees it: promises that resolve when a row is durable. The
 * database lives in a worker thread, so a slow disk never stalls the control loop.
 */
import type { GrantRef, JournalRow, Upload } from '../contract/events.ts'
import type { RowPage, RowQuery, RowRun, RunQuery } from '../contract/row-query.ts'
import { JOURNAL_QUEUE_MAX } from '../limits.ts'
import type { PackedMemory } from '../memory/packed-memory.ts'
import type { JournalEntry } from '../memory/projection.ts'
import type { RequestError, RequestPort } from '../threads/request-port.ts'
import { createThreadPort } from '../threads/thread-port.ts'
import type { Moved, SetAside } from './database.ts'
import type { RoomState } from './disk-reserve.ts'
import { EPOCH_SEED_BYTES } from './epochs.ts'
import type { Known } from './high-water-marks.ts'
import type { WalkPlace, WalkResult } from './integrity.ts'
import type { Behind, RowHead } from './journal-core.ts'
import { JournalError, type JournalErrorCode } from './journal-error.ts'
import type { JournalCalls, JournalNotice } from './journal-host.ts'
import type { WorkerData } from './journal-worker.ts'
import type { Life } from './life.ts'
import type { OpenGrant } from './open-grants.ts'
import type { Ask } from './outbox.ts'
import type { Refusal } from './refused.ts'

/** The journal's name in the data folder. */
export const JOURNAL_FILE = 'journal.db'

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
  /** The same of several, in one commit: all of them, or none. */
  appendAll(entries: readonly JournalEntry[]): Promise<readonly GrantRef[]>
  /** Called after each commit of rows. */
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
  memory(): Promise<PackedMemory>
  /** The highest numbers that the gate acted on, as of the opening. */
  readonly known: Known
  /** Remembers the highest of each number, beside all rows. Rejects when it is not on disk. */
  know(facts: Known): Promise<void>
  /** Marks that the gate is alive, unless a row has said so within `ALIVE_MS`. */
  beat(nowMs: number): Promise<void>
  prune(nowMs: number, keepRowsMs: number): Promise<void>
  /** Looks at up to `rowsMax` rows of the chain after `place`. */
  walk(place: WalkPlace, rowsMax: number): Promise<WalkResult>
  /** Rows for people, newest first; see read-rows.ts. */
  readRows(query: RowQuery): Promise<RowPage>
  /** Rows in the order in which they were written. */
  readRun(query: RunQuery): Promise<RowRun>
  /** Undefined when there is none of that number. */
  readRow(seq: number, epoch?: string): Promise<JournalRow | undefined>
  /** How many rows the service does not have yet. */
  unsent(): Promise<number>
  /** How much room the disk has. Changes nothing. */
  room(): Promise<RoomState>
  /** Takes the reserve again if the disk has room, and says how much there is. */
  holdReserve(): Promise<RoomState>
  close(): Promise<void>
}

/** Draws random bytes, as many as asked for. */
export type RandomBytes = (bytes: number) => Uint8Array

/**
 * Opens `file`, creating it, in a thread of its own. `nowMs` (Unix) names what is set aside; `random`
 * names epochs. Rejects with JournalError `JOURNAL_FAILED` when it can't.
 */
export function openJournal(file: string, nowMs: number, random: RandomBytes): Promise<Journal> {
  const data: WorkerData = { file, nowMs, epochSeed: random(EPOCH_SEED_BYTES) }
  return journalOn(onNotice =>
    createThreadPort<JournalCalls>({
      module: new URL('./journal-worker.ts', import.meta.url),
      data,
      waitingMax: JOURNAL_QUEUE_MAX,
      startsAnew: false,
      onNotice: notice => onNotice(notice as JournalNotice),
    }),
  )
}

/** The journal of what answers at `port`. Rejects as `openJournal`. */
export async function journalOn(
  port: (onNotice: (notice: JournalNotice) => void) => RequestPort<JournalCalls>,
): Promise<Journal> {
  const onAppended: (() => void)[] = []
  const onSetAside: ((one: SetAside) => void)[] = []
  const onMoved: ((one: Moved) => void)[] = []
  const host = port(notice => {
    if ('setAside' in notice) for (const listener of onSetAside) listener(notice.setAside)
    else for (const listener of onMoved) listener(notice.moved)
  })

  const ask: RequestPort<JournalCalls>['ask'] = (name, ...args) =>
    host.ask(name, ...args).catch(error => {
      throw journalError(error)
    })

  async function appended<T>(work: Promise<T>): Promise<T> {
    const ref = await work
    for (const listener of onAppended) listener()
    return ref
  }

  const appendAll: Journal['appendAll'] = entries => appended(ask('appendAll', entries))

  const { setAside, life, known } = await ask('open').catch(async error => {
    await host.close()
    throw error
  })
  return {
    setAside,
    onSetAside: listener => onSetAside.push(listener),
    onMoved: listener => onMoved.push(listener),
    life,
    known,
    append: async entry => (await appendAll([entry]))[0] as GrantRef,
    appendAll,
    onAppended: listener => onAppended.push(listener),
    pending: what => ask('pending', what),
    acknowledge: (epoch, next) => ask('acknowledge', epoch, next),
    refuse: refusal => ask('refuse', refusal),
    fork: (epoch, entry, mayOpen) => appended(ask('fork', epoch, entry, mayOpen)),
    behind: (epoch, next, entry, mayOpen) => appended(ask('behind', epoch, next, entry, mayOpen)),
    openGrants: () => ask('openGrants'),
    memory: () => ask('packedMemory'),
    know: facts => ask('know', facts),
    beat: nowMs => ask('beat', nowMs),
    prune: (nowMs, keepRowsMs) => ask('prune', nowMs, keepRowsMs),
    walk: (place, rowsMax) => ask('walk', place, rowsMax),
    readRows: query => ask('readRows', query),
    readRun: query => ask('readRun', query),
    readRow: (seq, epoch) => ask('readRow', seq, epoch),
    unsent: () => ask('unsent'),
    room: () => ask('room'),
    holdReserve: () => ask('holdReserve'),
    close: () => host.close(),
  }
}

const OF_PORT: ReadonlyMap<string, JournalErrorCode> = new Map([
  ['BUSY', 'JOURNAL_BUSY'],
  ['ENDED', 'JOURNAL_CLOSED'],
])

function journalError(error: unknown): JournalError {
  const { code, message } = error as RequestError
  const known = code === 'JOURNAL_FULL' ? code : (OF_PORT.get(code) ?? 'JOURNAL_FAILED')
  return new JournalError(known, message)
}
