/**
 * Every row of the gate on its way to the journal: one queue, written in its order, so that nothing
 * overtakes what must not be lost. Rows that came while the disk was busy share the next commit. A disk
 * that refuses or stands still for a while holds the queue up, and never whoever leaves.
 *
 * An exit is opened although its grant is not written yet. Its row waits here under a stand-in
 * reference, which its passage or annulment carries until the true one is known.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { GrantRef } from '../contract/events.ts'
import { BACKLOG_MAX, BACKLOG_RETRY_MS, COMMIT_WAIT_MS, ROWS_TOGETHER_MAX } from '../limits.ts'
import type { JournalEntry } from '../memory/projection.ts'
import type { Journal } from './journal.ts'
import { JournalError } from './journal-error.ts'

export interface Backlog {
  /**
   * Resolves once the row is on disk, however late. Rejects when it is not and will not be: with
   * JournalError `JOURNAL_SLOW` while the disk stands still, else with what the write failed with.
   */
  append(entry: JournalEntry): Promise<GrantRef>
  /**
   * As `append`, but a row not written within `COMMIT_WAIT_MS` waits here, under a stand-in
   * reference; at once while the disk is known to stand still. Never rejects.
   */
  appendOrKeep(entry: JournalEntry): Promise<GrantRef>
  /** Never rejects. Resolves when the row is on disk, or when it waits for that. */
  keep(entry: JournalEntry): Promise<void>
  /** Rows that could not be written yet. */
  waiting(): number
  /** There is room again: with no row that waits and would find out, the disk is no longer full. */
  roomFound(): void
  /** Tries once more to write what waits. Resolves as `keep`. */
  flush(): Promise<void>
  close(): void
}

export interface BacklogParts {
  readonly journal: Pick<Journal, 'appendAll'>
  readonly timers: Timers
  /** Told when a row could not be written, and when one had to be given up. */
  readonly onFault: (what: string, error: unknown) => void
  /** Told when rows can't be written any more, or for another reason; undefined: they can again. */
  readonly onTrouble?: (why: JournalError | undefined) => void
}

/** Names no epoch: a stand-in until the grant's row is written. */
const STAND_IN = '0'.repeat(16)

interface Kept {
  readonly entry: JournalEntry
  /** False for a row that goes when it is not written now. */
  readonly stays: boolean
  /** Its row is on disk. */
  readonly written: (ref: GrantRef) => void
  /** It is not, for now. May be called again. */
  readonly postponed: (error: Error) => void
}

export function createBacklog(parts: BacklogParts): Backlog {
  const { journal, timers, onFault } = parts
  let queue: Kept[] = []
  /** True references of grants that a stand-in named. */
  const known = new Map<number, GrantRef>()
  let count = 0
  /** The writing that goes on; resolved when it ends, or when the disk stands still. */
  let turn: PromiseWithResolvers<void> | undefined
  let retry: Unsubscribe | undefined
  let closed = false
  /** Why the last write failed, or that the one under way has lasted too long. */
  let trouble: JournalError | undefined

  function flush(): Promise<void> {
    retry?.()
    retry = undefined
    if (turn !== undefined) return turn.promise
    turn = Promise.withResolvers()
    const { promise } = turn
    void drain()
    return promise
  }

  async function drain(): Promise<void> {
    let most = ROWS_TOGETHER_MAX
    for (let batch = first(most); batch.length > 0 && !closed; batch = first(most)) {
      try {
        const refs = await write(batch)
        queue.splice(0, batch.length)
        become(undefined)
        batch.forEach((one, index) => void one.written(refs[index] as GrantRef))
        most = ROWS_TOGETHER_MAX
      } catch (error) {
        // None is on disk. One that can't be written must not keep others from it.
        if (batch.length > 1) {
          most = 1
          continue
        }
        become(journalError(error))
        postpone(error as Error, 0)
        if (!closed && queue.length > 0) {
          retry = timers.after(BACKLOG_RETRY_MS, () => void flush())
        }
        break
      }
    }
    turn?.resolve()
    turn = undefined
  }

  /** Up to `most` rows, none of which names a grant that waits: its reference is not known yet. */
  function first(most: number): readonly Kept[] {
    const batch = queue.slice(0, most)
    const cut = batch.findIndex(({ entry }, index) => index > 0 && isUnresolved(entry))
    return cut < 0 ? batch : batch.slice(0, cut)
  }

  function become(next: JournalError | undefined): void {
    const isNews = next?.code !== trouble?.code
    trouble = next
    if (isNews) parts.onTrouble?.(next)
  }

  async function write(batch: readonly Kept[]): Promise<readonly GrantRef[]> {
    const cancel = timers.after(COMMIT_WAIT_MS, () => standsStill(batch))
    try {
      const refs = await journal.appendAll(batch.map(({ entry }) => resolved(entry)))
      // A row whose grant stood in is the last that names it.
      for (const { entry } of batch) known.delete(standInOf(entry) ?? 0)
      return refs
    } finally {
      cancel()
    }
  }

  /** The first of the queue are under way: they can't be taken back, and may still be written. */
  function standsStill(underWay: readonly Kept[]): void {
    const error = slowError()
    onFault('the disk stands still: entries are refused, exits open without their rows', error)
    become(error)
    for (const one of underWay) if (one.stays) one.postponed(error)
    postpone(error, underWay.length)
    turn?.resolve()
  }

  /** Tells those from `from` on that they wait, or are let go. */
  function postpone(error: Error, from: number): void {
    const told = queue.slice(from)
    queue = [...queue.slice(0, from), ...told.filter(one => one.stays)]
    for (const one of told) one.postponed(error)
  }

  function add(one: Kept): void {
    if (queue.length >= BACKLOG_MAX) {
      const full = trouble ?? new JournalError('JOURNAL_BUSY', 'too many rows wait for the disk')
      if (one.stays) onFault(`a row of kind ${one.entry.kind} is lost`, full)
      one.postponed(full)
      return
    }
    if (trouble?.code === 'JOURNAL_SLOW') {
      one.postponed(slowError())
      if (!one.stays) return
    }
    queue.push(one)
    void flush()
  }

  function isUnresolved(entry: JournalEntry): boolean {
    const standIn = standInOf(entry)
    return standIn !== undefined && !known.has(standIn)
  }

  /** With the true reference in the place of a stand-in. */
  function resolved(entry: JournalEntry): JournalEntry {
    const ref = known.get(standInOf(entry) ?? 0)
    return ref === undefined ? entry : { ...entry, body: { ...(entry.body as object), grant: ref } }
  }

  /** Tells once that a row waits. */
  function onceWaiting(kind: string, then: () => void): (error: Error) => void {
    let told = false
    return error => {
      if (!told) onFault(`a row of kind ${kind} waits for the disk`, error)
      told = true
      then()
    }
  }

  return {
    append: entry =>
      new Promise((written, postponed) => {
        add({ entry, stays: false, written, postponed })
      }),
    appendOrKeep: entry =>
      new Promise(resolve => {
        const standIn = ++count
        let stood = false
        const stand = (): void => {
          cancel()
          stood = true
          resolve({ epoch: STAND_IN, seq: standIn })
        }
        const cancel = timers.after(COMMIT_WAIT_MS, stand)
        const written = (ref: GrantRef): void => {
          cancel()
          if (stood) known.set(standIn, ref)
          resolve(ref)
        }
        add({ entry, stays: true, written, postponed: onceWaiting(entry.kind, stand) })
      }),
    keep: entry =>
      new Promise(resolve => {
        const written = () => resolve()
        add({ entry, stays: true, written, postponed: onceWaiting(entry.kind, resolve) })
      }),
    waiting: () => (trouble === undefined ? 0 : queue.length),
    roomFound() {
      if (trouble?.code === 'JOURNAL_FULL' && queue.length === 0) become(undefined)
    },
    flush,
    close() {
      closed = true
      retry?.()
    },
  }
}

function journalError(error: unknown): JournalError {
  if (error instanceof JournalError) return error
  return new JournalError('JOURNAL_FAILED', error instanceof Error ? error.message : String(error))
}

function slowError(): JournalError {
  return new JournalError('JOURNAL_SLOW', `the disk has not answered for ${COMMIT_WAIT_MS} ms`)
}

/** The number of the stand-in that a passage or an annulment names. */
function standInOf({ body }: JournalEntry): number | undefined {
  const { grant } = body as { grant?: GrantRef }
  return grant?.epoch === STAND_IN ? grant.seq : undefined
}
