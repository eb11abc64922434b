/**
 * Rows that must not be lost, on their way to a journal that may refuse them for a while: kept in
 * order, and written when it can be. While any waits, nothing overtakes it.
 *
 * An exit is opened although its grant could not be written. Its row waits here under a stand-in
 * reference, which its passage or annulment carries until the true one is known.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { GrantRef } from '../contract/events.ts'
import { BACKLOG_MAX, BACKLOG_RETRY_MS, OPEN_WAIT_MS } from '../limits.ts'
import type { Journal } from './journal.ts'
import type { JournalEntry } from './projection.ts'

export interface Backlog {
  /** Resolves once the row is on disk; rejects when it is not, or when others wait before it. */
  append(entry: JournalEntry): Promise<GrantRef>
  /** As `append`, but a grant not written in time waits here, under a stand-in reference. */
  appendOrKeep(entry: JournalEntry): Promise<GrantRef>
  /** Never rejects. Resolves when the row is on disk, or when it waits for that. */
  keep(entry: JournalEntry): Promise<void>
  /** Rows that wait. */
  waiting(): number
  /** Tries once more to write what waits. */
  flush(): Promise<void>
  close(): void
}

export interface BacklogParts {
  readonly journal: Pick<Journal, 'append'>
  readonly timers: Timers
  /** Told when a row could not be written, and when one had to be given up. */
  readonly onFault: (what: string, error: unknown) => void
}

/** Names no epoch: a stand-in until the grant's row is written. */
const STAND_IN = '0'.repeat(16)

interface Kept {
  readonly entry: JournalEntry
  readonly standIn: number | undefined
}

export function createBacklog({ journal, timers, onFault }: BacklogParts): Backlog {
  const queue: Kept[] = []
  const known = new Map<number, GrantRef>()
  let count = 0
  let running: Promise<void> | undefined
  let retry: Unsubscribe | undefined
  let closed = false
  let last = Promise.resolve()

  function flush(): Promise<void> {
    running ??= drain().finally(() => {
      running = undefined
    })
    return running
  }

  async function drain(): Promise<void> {
    retry?.()
    retry = undefined
    for (let next = queue[0]; next !== undefined && !closed; next = queue[0]) {
      try {
        const ref = await journal.append(resolved(next.entry))
        if (next.standIn !== undefined) known.set(next.standIn, ref)
        written(next.entry)
        queue.shift()
      } catch {
        if (!closed) retry = timers.after(BACKLOG_RETRY_MS, () => void flush())
        return
      }
    }
  }

  /** With the true reference in the place of a stand-in, which ends here. */
  function resolved(entry: JournalEntry): JournalEntry {
    const { grant } = entry.body as { grant?: GrantRef }
    if (grant === undefined || grant.epoch !== STAND_IN) return entry
    const ref = known.get(grant.seq)
    return ref === undefined ? entry : { ...entry, body: { ...(entry.body as object), grant: ref } }
  }

  function wait(entry: JournalEntry, standIn: number | undefined): void {
    if (queue.length >= BACKLOG_MAX) {
      onFault(`a row of kind ${entry.kind} is lost: too many wait for the disk`, undefined)
      return
    }
    queue.push({ entry, standIn })
    if (running === undefined && retry === undefined && !closed) {
      retry = timers.after(BACKLOG_RETRY_MS, () => void flush())
    }
  }

  /** A row whose grant stood in is the last that names it. */
  function written({ body }: JournalEntry): void {
    const { grant } = body as { grant?: GrantRef }
    if (grant?.epoch === STAND_IN) known.delete(grant.seq)
  }

  async function append(entry: JournalEntry): Promise<GrantRef> {
    await last
    if (queue.length > 0) await flush()
    if (queue.length > 0) throw new Error('rows before it wait for the disk')
    return journal.append(entry)
  }

  /** A disk that stands still keeps nobody inside for longer than `OPEN_WAIT_MS`. */
  async function appendOrKeep(entry: JournalEntry): Promise<GrantRef> {
    count += 1
    const standIn = count
    const work = append(entry)
    let cancel: Unsubscribe = () => {}
    const late = new Promise<undefined>(resolve => {
      cancel = timers.after(OPEN_WAIT_MS, () => resolve(undefined))
    })
    const failed = (error: unknown): void => {
      onFault(`a row of kind ${entry.kind} waits for the disk`, error)
      wait(entry, standIn)
    }
    try {
      const ref = await Promise.race([work, late])
      if (ref !== undefined) return ref
      // Whatever names it waits until its row is written, or waits in the queue before them.
      const settled = work.then(one => void known.set(standIn, one), failed)
      last = last.then(() => settled)
    } catch (error) {
      failed(error)
    } finally {
      cancel()
    }
    return { epoch: STAND_IN, seq: standIn }
  }

  async function keep(entry: JournalEntry): Promise<void> {
    if (queue.length > 0) {
      wait(entry, undefined)
      return flush()
    }
    try {
      await journal.append(resolved(entry))
      written(entry)
    } catch (error) {
      onFault(`a row of kind ${entry.kind} waits for the disk`, error)
      wait(entry, undefined)
    }
  }

  return {
    append,
    appendOrKeep,
    keep(entry) {
      last = last.then(() => keep(entry))
      return last
    },
    waiting: () => queue.length,
    flush,
    close() {
      closed = true
      retry?.()
    },
  }
}
