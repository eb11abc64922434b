/** The revisions on disk, as the gate's main thread sees them: read at once, written by a thread. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { JOURNAL_FILE } from '../store/journal.ts'
import { type Known, readKnown } from '../store/known.ts'
import { setAside } from '../store/set-aside.ts'
import { damageError, isBusy } from '../store/sqlite.ts'
import { isAfterFirst } from './known.ts'
import {
  openStoreToRead,
  readStore,
  STORE_FILE,
  type StoreChange,
  type StoredConfig,
} from './store-file.ts'
import type { StoreAnswer, StoreRequest } from './store-thread.ts'

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
 * name; `nowMs` is for that.
 */
export function openConfigStore(dataDir: string, nowMs: number): ConfigStore {
  const path = join(dataDir, STORE_FILE)
  const known = readKnown(join(dataDir, JOURNAL_FILE))
  const { stored, damage } = read(dataDir, nowMs, isAfterFirst(known))
  const waiting = new Map<number, PromiseWithResolvers<readonly number[]>>()
  let worker: Worker | undefined
  let count = 0
  /** What could not be read lies there still. */
  let isInTheWay = damage !== undefined && damage.setAside === undefined

  function start(): Worker {
    const thread = new Worker(new URL('./store-thread.ts', import.meta.url), {
      workerData: { path },
    })
    thread.on('message', (answer: StoreAnswer) => {
      const one = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (waiting.size === 0) thread.unref()
      if ('ids' in answer) one?.resolve(answer.ids)
      else one?.reject(new Error(answer.failure))
    })
    thread.on('error', () => {})
    thread.on('exit', () => {
      worker = undefined
      for (const one of waiting.values()) one.reject(new Error('the writing thread ended'))
      waiting.clear()
    })
    return thread
  }

  function post(request: StoreRequest): void {
    worker ??= start()
    worker.ref()
    worker.postMessage(request)
  }

  return {
    stored,
    known,
    damage,
    write(change) {
      const one = Promise.withResolvers<readonly number[]>()
      count += 1
      waiting.set(count, one)
      post({ id: count, change: isInTheWay ? { ...change, anewMs: nowMs } : change })
      return one.promise.then(ids => {
        isInTheWay = false
        return ids
      })
    },
    async close() {
      const thread = worker
      if (thread === undefined) return
      const ended = new Promise<void>(resolve => thread.once('exit', () => resolve()))
      post(undefined)
      await ended
    },
  }
}

/** `lived`: a file cut to nothing is damaged, not one whose first write was cut short. */
function read(
  dataDir: string,
  nowMs: number,
  lived: boolean,
): Pick<ConfigStore, 'stored' | 'damage'> {
  const path = join(dataDir, STORE_FILE)
  if (!existsSync(path)) return { stored: NOTHING, damage: undefined }
  try {
    if (lived && statSync(path).size === 0) throw damageError('the file is empty')
    return { stored: readAll(path), damage: undefined }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    if (isBusy(error)) throw new Error(`${path}: ${detail}: see which program has it open`)
    return { stored: NOTHING, damage: { setAside: movedAside(dataDir, nowMs), detail } }
  }
}

/** Undefined on a disk that lets nothing be moved: the first write tries again. */
function movedAside(dataDir: string, nowMs: number): string | undefined {
  try {
    return setAside(dataDir, STORE_FILE, nowMs)
  } catch {
    return undefined
  }
}

function readAll(path: string): StoredConfig {
  const database = openStoreToRead(path)
  try {
    return readStore(database)
  } finally {
    database.close()
  }
}
