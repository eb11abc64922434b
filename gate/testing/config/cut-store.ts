/** The revisions of a data folder, written in this process, on a disk whose power is cut at a step. */
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { dyingDatabase } from '../../../fixtures/dying-database.ts'
import { type ConfigStore, createConfigStore } from '../../config/store.ts'
import { openStoreFile, STORE_FILE, storeIn } from '../../config/store-file.ts'
import { createStoreWriter } from '../../config/store-writer.ts'
import { readKnown } from '../../store/high-water-marks.ts'
import { JOURNAL_FILE } from '../../store/journal.ts'
import { createLocalPort } from '../../threads/request-port.ts'

export interface CutStore {
  readonly store: ConfigStore
  /** From then on nothing reaches the disk, and whoever is told so must be taken for dead. */
  isCut(): boolean
  /** Leaves on disk what was committed. */
  crash(): void
}

/** `step`: as `dyingDatabase` counts them from the first write on; none unless given. */
export function openCutStore(dir: string, step = Number.POSITIVE_INFINITY): CutStore {
  const path = join(dir, STORE_FILE)
  const open: DatabaseSync[] = []
  let cut = false
  const dying = dyingDatabase(step, () => {
    cut = true
    throw new Error('the power was cut')
  })
  const stored = {
    ...storeIn(dir),
    open() {
      const database = openStoreFile(path, dying.open)
      open.push(database)
      return database
    },
  }
  const store = createConfigStore({
    stored,
    known: readKnown(join(dir, JOURNAL_FILE)),
    writer: createLocalPort(createStoreWriter(stored)),
    nowMs: 0,
  })
  return {
    store,
    isCut: () => cut,
    crash() {
      for (const database of open) if (database.isOpen) database.close()
    },
  }
}
