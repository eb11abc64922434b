/**
 * The history in memory and on disk together, and what the journal still has to be told of it. A
 * change is on disk before it is acted on; only going back never waits for a disk.
 */
import type { EventKind } from '../contract/events.ts'
import { withKnown } from './high-water-marks.ts'
import type { History } from './revisions.ts'
import type { ConfigStore } from './store.ts'
import type { Said, Unsaid } from './store-file.ts'

export interface Ledger {
  /** Undefined before the first start. */
  history(): History | undefined
  /** Takes `after` over once it is on disk. Rejects when it is not: then nothing has changed. */
  put(after: History, says: readonly Said[]): Promise<void>
  /** Takes `after` over, whatever the disk says: it is written with the next change at the latest. */
  putAnyway(after: History, says: readonly Said[]): Promise<void>
  /** Tells the journal what it was not told yet, in order, as far as it takes it. */
  tell(record: (kind: EventKind, body: object) => Promise<void>): Promise<void>
  /** Writes all of it into a new file: the one there was deleted or replaced. Rejects when it can't. */
  rewrite(nowMs: number): Promise<void>
  close(): Promise<void>
}

export function createLedger(
  store: ConfigStore,
  onFault: (what: string, error: unknown) => void,
): Ledger {
  const unsaid: Unsaid[] = [...store.stored.unsaid]
  const stored = store.stored.history
  let history = stored && withKnown(stored, store.known).history
  let onDisk = stored
  let unwritten: readonly Said[] = []
  let said: readonly number[] = []

  async function write(after: History, says: readonly Said[]): Promise<void> {
    const all = [...unwritten, ...says]
    const gone = said
    const ids = await store.write({ before: onDisk, after, says: all, said: gone })
    unsaid.push(...all.map((one, index) => ({ ...one, id: ids[index] as number })))
    unwritten = []
    said = said.filter(id => !gone.includes(id))
    onDisk = after
  }

  async function rewrite(nowMs: number): Promise<void> {
    if (history === undefined) return
    const says = [...unsaid, ...unwritten].map(({ kind, body }) => ({ kind, body }))
    const after = history
    const ids = await store.write({ before: undefined, after, says, said: [], anewMs: nowMs })
    unsaid.splice(0, unsaid.length, ...says.map((one, n) => ({ ...one, id: ids[n] as number })))
    unwritten = []
    said = []
    onDisk = after
  }

  return {
    rewrite,
    history: () => history,
    async put(after, says) {
      await write(after, says)
      history = after
    },
    async putAnyway(after, says) {
      history = after
      try {
        await write(after, says)
      } catch (error) {
        unwritten = [...unwritten, ...says]
        onFault('revisions of the config could not be written', error)
      }
    },
    async tell(record) {
      for (let next = unsaid[0]; next !== undefined; next = unsaid[0]) {
        try {
          await record(next.kind, next.body)
        } catch (error) {
          onFault('the journal could not be told of the config yet', error)
          break
        }
        unsaid.shift()
        said = [...said, next.id]
      }
      if (said.length === 0 || onDisk === undefined) return
      await write(onDisk, []).catch(error => onFault('config rows stay to be told', error))
    },
    close: store.close,
  }
}
