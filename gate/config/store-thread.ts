/** The thread that writes `config.db`: a slow card must not hold up the one that moves barriers. */
import { basename, dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { makeFolder } from '../make-folder.ts'
import { setAside } from '../store/set-aside.ts'
import { openStoreFile, type StoreChange, writeStoreChange } from './store-file.ts'

/** `undefined` closes the file and ends the thread. */
export type StoreRequest = { readonly id: number; readonly change: StoreChange } | undefined

export type StoreAnswer =
  | { readonly id: number; readonly ids: readonly number[] }
  | { readonly id: number; readonly failure: string }

const { path } = workerData as { path: string }
let database: DatabaseSync | undefined

function answer(id: number, change: StoreChange): StoreAnswer {
  try {
    if (change.anewMs !== undefined) leave(change.anewMs)
    database ??= openStoreFile(path)
    return { id, ids: writeStoreChange(database, change) }
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) }
  }
}

/** A closing SQLite deletes its log by its path, so what lies there is moved first. */
function leave(nowMs: number): void {
  makeFolder(dirname(path))
  setAside(dirname(path), basename(path), nowMs)
  database = void database?.close()
}

parentPort?.on('message', (request: StoreRequest) => {
  if (request !== undefined) {
    parentPort?.postMessage(answer(request.id, request.change))
    return
  }
  database?.close()
  parentPort?.close()
})
