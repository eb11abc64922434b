/**
 * A process for `gate-hops.ts`: commits a row of its own each few milliseconds beside the gate, on the same
 * disk, as durably as the gate does. Prints how long each took when it is stopped.
 *
 * Argument: the database's file.
 */
import { DatabaseSync } from 'node:sqlite'

/** What it prints at the end, milliseconds. */
export interface BareCommits {
  readonly commitsMs: readonly number[]
}

/** A prime: in step with nothing that comes by the second. */
const PERIOD_MS = 37
const BODY = 'x'.repeat(400)

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('which file?')
const bare = new DatabaseSync(file)
bare.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (body TEXT)')
const insert = bare.prepare('INSERT INTO rows VALUES (?)')
const commitsMs: number[] = []
setInterval(() => {
  const from = performance.now()
  insert.run(BODY)
  commitsMs.push(performance.now() - from)
}, PERIOD_MS)
process.once('SIGTERM', () => {
  bare.close()
  process.stdout.write(`${JSON.stringify({ commitsMs } satisfies BareCommits)}\n`, () =>
    process.exit(0),
  )
})
