/**
 * The gate's own life as its journal holds it: in which boot of the machine it started, whether it
 * stopped in order, and when it was last alive. The next start judges by it how that life ended.
 *
 * A row is a sign of life, so a mark is written only where none was for a while: on the way of a
 * scan it adds no commit.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { JournalEntry, RowPlace } from '../memory/projection.ts'

/** Beside the versioned tables: a program that does not know it leaves it alone. */
export const LIFE_TABLE = `
  CREATE TABLE IF NOT EXISTS life (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    machine TEXT,
    stopped INTEGER NOT NULL,
    -- The last mark, and the last row before it.
    at INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    seq INTEGER NOT NULL
  ) STRICT;
`

export interface Life {
  /** Names the boot of the machine in which it began; undefined where machines have none. */
  readonly machine: string | undefined
  /** Whether it ended with a `stop`. */
  readonly stopped: boolean
  /** The last sign of life by the gate's clock, Unix milliseconds. */
  readonly aliveMs: number
}

/** What came before a start. Without a name of the machine's boot a crash is called `power`. */
export type Before = 'first' | 'stop' | 'crash' | 'power'

export function beforeStart(life: Life | undefined, machine: string | undefined): Before {
  if (life === undefined) return 'first'
  if (life.stopped) return 'stop'
  return machine !== undefined && life.machine === machine ? 'crash' : 'power'
}

/** Undefined for a journal without a row. */
export function readLife(db: DatabaseSync): Life | undefined {
  const row = db
    .prepare('SELECT ordinal, seq, at, kind FROM rows ORDER BY ordinal DESC, seq DESC LIMIT 1')
    .get()
  if (row === undefined) return undefined
  const mark = db.prepare('SELECT * FROM life').get()
  const marked = mark !== undefined && mark.ordinal === row.ordinal && mark.seq === row.seq
  return {
    machine: (mark?.machine as string | null | undefined) ?? undefined,
    stopped: mark === undefined ? row.kind === 'stop' : mark.stopped === 1,
    aliveMs: (marked ? mark.at : row.at) as number,
  }
}

/** Follows the rows of boots and stops, in their own transaction; `beat` is a mark between rows. */
export function createLifeMarks(db: DatabaseSync) {
  const begin = db.prepare(
    `INSERT INTO life (one, machine, stopped, at, ordinal, seq) VALUES (1, ?, 0, ?, ?, ?)
     ON CONFLICT (one) DO UPDATE SET machine = excluded.machine, stopped = 0, at = excluded.at,
       ordinal = excluded.ordinal, seq = excluded.seq`,
  )
  const end = db.prepare('UPDATE life SET stopped = 1')
  const beat = db.prepare('UPDATE life SET at = ?, ordinal = ?, seq = ?')
  return {
    row({ ordinal, seq }: RowPlace, { kind, at, body }: JournalEntry): void {
      const { machine = null } = body as { machine?: string }
      if (kind === 'boot') begin.run(machine, at, ordinal, seq)
      else if (kind === 'stop') end.run()
    },
    beat({ ordinal, seq }: RowPlace, nowMs: number): void {
      beat.run(nowMs, ordinal, seq)
    },
  }
}
