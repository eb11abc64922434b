/**
 * A child process for power-cut tests: writes one change to `trust.db` and kills itself at a given
 * step of it. Steps are counted before and after each statement that SQLite is asked to run.
 *
 *     node killed-writer.ts PATH CHANGE STEP
 *
 * Ends by SIGKILL at the step, or with status 0 when the change had fewer steps.
 */
import { readFileSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { deserialize } from 'node:v8'
import { type CacheChange, openCacheFile, writeCacheChange } from '../cache-file.ts'

const [, , path = '', changeFile = '', stepText = ''] = process.argv
let left = Number(stepText)

function step(): void {
  if (left-- === 0) process.kill(process.pid, 'SIGKILL')
}

/** Runs `call` with a step before and one after. */
function stepped<T>(call: () => T): T {
  step()
  const result = call()
  step()
  return result
}

class DyingDatabase extends DatabaseSync {
  override exec(sql: string): void {
    for (const part of sql.split(';')) if (part.trim() !== '') stepped(() => super.exec(part))
  }

  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql)
    const run = statement.run.bind(statement) as (...values: never[]) => unknown
    Object.defineProperty(statement, 'run', {
      value: (...values: never[]) => stepped(() => run(...values)),
    })
    return statement
  }
}

const change = deserialize(readFileSync(changeFile)) as CacheChange
const database = openCacheFile(path, file => new DyingDatabase(file))
writeCacheChange(database, change)
step()
database.close()
step()
