/** The revisions on disk, as the gate's main thread sees them: read at once, written by a thread. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { setAside } from '../store/set-aside.ts'
import { isDamage, isFull, isOfSqlite } from '../store/sqlite.ts'
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
 * Reads `config.db` of the data folder, if there is one. A damaged one is set aside under a name;
 * `nowMs` is for that. Throws when it can't be read for another reason.
 */
export function openConfigStore(dataDir: string, nowMs: number): ConfigStore {
  const path = join(dataDir, STORE_FILE)
  const { stored, damage } = read(dataDir, path, nowMs)
  const waiting = new Map<number, PromiseWithResolvers<readonly number[]>>()
  let worker: Worker | undefined
  let count = 0

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
    damage,
    write(change) {
      const one = Promise.withResolvers<readonly number[]>()
      count += 1
      waiting.set(count, one)
      post({ id: count, change })
      return one.promise
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

function read(
  dataDir: string,
  path: string,
  nowMs: number,
): Pick<ConfigStore, 'stored' | 'damage'> {
  if (!existsSync(path)) return { stored: NOTHING, damage: undefined }
  try {
    return { stored: readAll(path), damage: undefined }
  } catch (error) {
    // Only an empty file must be written to be opened.
    if (isFull(error)) return { stored: NOTHING, damage: undefined }
    if (isOfSqlite(error) && !isDamage(error)) throw error
    const detail = error instanceof Error ? error.message : String(error)
    const name = setAside(dataDir, STORE_FILE, nowMs)
    return { stored: NOTHING, damage: { setAside: name, detail } }
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
