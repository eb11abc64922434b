/**
 * A child process for power-cut tests: writes one change to `config.db` and kills itself at a given
 * step of it.
 *
 *     node killed-writer.ts PATH CHANGE STEP
 *
 * Ends by SIGKILL at the step, or with status 0 when the change had fewer steps.
 */
import { readFileSync } from 'node:fs'
import { deserialize } from 'node:v8'
import { dyingDatabase } from '../../../fixtures/dying-database.ts'
import { openStoreFile, type StoreChange, writeStoreChange } from '../../config/store-file.ts'

const [, , path = '', changeFile = '', step = ''] = process.argv
const change = deserialize(readFileSync(changeFile)) as StoreChange
const { open, step: last } = dyingDatabase(Number(step))
const database = openStoreFile(path, open)
writeStoreChange(database, change)
last()
database.close()
last()
