/** Writes `config.db`, in its thread (`store-thread.ts`) or in the gate's process. */
import { openWhenAsked, type StoredDatabase } from '../files/stored-database.ts'
import type { Answerer } from '../threads/request-port.ts'
import { type StoreChange, writeStoreChange } from './store-file.ts'

export interface StoreCalls {
  /** Gives the ids of the change's rows for the journal. Throws when nothing was changed. */
  write(change: StoreChange): readonly number[]
}

/** Opens the file with the first change. */
export function createStoreWriter(file: StoredDatabase): Answerer<StoreCalls> {
  const database = openWhenAsked(file)

  return {
    write(change) {
      if (change.anewMs !== undefined) {
        file.makeFolder()
        // A closing SQLite deletes its log by its path, so what lies there is moved first.
        file.setAside(change.anewMs)
        database.close()
      }
      return writeStoreChange(database.get(), change)
    },
    close: database.close,
  }
}
