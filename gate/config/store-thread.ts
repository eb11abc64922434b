/** The thread that writes `config.db`: a slow card must not hold up the one that moves barriers. */
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
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
    database ??= openStoreFile(path)
    return { id, ids: writeStoreChange(database, change) }
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', (request: StoreRequest) => {
  if (request !== undefined) {
    parentPort?.postMessage(answer(request.id, request.change))
    return
  }
  database?.close()
  parentPort?.close()
})
