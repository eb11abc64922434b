/** The revisions on disk, as the gate's main thread sees them: read at once, written by a thread. */
import { join } from 'node:path'
import { isBusy } from '../files/sqlite.ts'
import type { StoredDatabase } from '../files/stored-database.ts'
import { type Known, readKnown } from '../store/high-water-marks.ts'
import { JOURNAL_FILE } from '../store/journal.ts'
import type { RequestPort } from '../threads/request-port.ts'
import { createThreadPort } from '../threads/thread-port.ts'
import { isAfterFirst } from './high-water-marks.ts'
import { readStore, type StoreChange, type StoredConfig, storeIn } from './store-file.ts'
import type { StoreCalls } from './store-writer.ts'

export interface ConfigStore {
  /** What was there at the opening. */
  readonly stored: StoredConfig
  /** What the journal knows that this gate acted on. */
  readonly known: Known
  /** Where a damaged predecessor was put, and what was wrong with it. */
  readonly damage: { readonly setAside: string | undefined; readonly detail: string } | undefined
  /**
   * Resolves when the change is on disk, with the ids of its rows for the journal. Rejects when
   * nothing was changed: disk full, or the file can't be written.
   */
  write(change: StoreChange): Promise<readonly number[]>
  close(): Promise<void>
}

const NOTHING: StoredConfig = { history: undefined, unsaid: [] }

/**
 * Reads `config.db` of the data folder, if there is one. One that can't be read is set aside under a
 * name; `nowMs` is for that. The thread that writes starts with the first change.
 */
export function openConfigStore(dataDir: string, nowMs: number): ConfigStore {
  const module = new URL('./store-thread.ts', import.meta.url)
  return createConfigStore({
    stored: storeIn(dataDir),
    known: readKnown(join(dataDir, JOURNAL_FILE)),
    writer: createThreadPort<StoreCalls>({ module, data: { dataDir }, startsAnew: true }),
    nowMs,
  })
}

export interface ConfigStoreParts {
  readonly stored: StoredDatabase
  readonly known: Known
  readonly writer: RequestPort<StoreCalls>
  /** Unix milliseconds: names what is set aside. */
  readonly nowMs: number
}

/** Throws when another program has the file open. */
export function createConfigStore(parts: ConfigStoreParts): ConfigStore {
  const { known, writer, nowMs } = parts
  const found = read(parts)
  /** What could not be read lies there still. */
  let isInTheWay = found.damage !== undefined && found.damage.setAside === undefined

  return {
    ...found,
    known,
    async write(change) {
      const ids = await writer.ask('write', isInTheWay ? { ...change, anewMs: nowMs } : change)
      isInTheWay = false
      return ids
    },
    close: () => writer.close(),
  }
}

function read({ stored, known, nowMs }: ConfigStoreParts): Pick<ConfigStore, 'stored' | 'damage'> {
  try {
    const found = stored.read(readStore, isAfterFirst(known))
    return { stored: found ?? NOTHING, damage: undefined }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    if (isBusy(error)) throw new Error(`${stored.name}: ${detail}: see which program has it open`)
    return { stored: NOTHING, damage: { setAside: stored.trySetAside(nowMs), detail } }
  }
}
