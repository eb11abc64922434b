/**
 * Rows that the service refuses though it takes others: kept aside, whole, until their time is over,
 * with why and when. The chain does not need what was refused, since a row's hash covers the hash of
 * its body: it goes up without its body, and one refused even so is a gap that is declared.
 */
import type { DatabaseSync } from 'node:sqlite'
import { REFUSED_ROWS_MAX } from '../limits.ts'

/** Beside the versioned tables: a program that does not know it leaves it alone. */
export const REFUSED_TABLE = `
  CREATE TABLE IF NOT EXISTS refused_rows (
    ordinal INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    clock TEXT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    body TEXT,
    hash TEXT NOT NULL,
    -- What the service said, and when by the gate's clock.
    why TEXT NOT NULL,
    refused_at INTEGER NOT NULL,
    -- 1 when it is refused without its body too.
    whole INTEGER NOT NULL,
    PRIMARY KEY (ordinal, seq)
  ) STRICT, WITHOUT ROWID;
`

export interface Refusal {
  readonly epoch: string
  readonly seq: number
  /** The service's answer. */
  readonly why: string
  /** Unix milliseconds. */
  readonly at: number
  /** Refused without its body too. */
  readonly whole: boolean
}

export function createRefusedRows(db: DatabaseSync) {
  const count = db.prepare('SELECT count(*) AS n FROM refused_rows')
  const put = db.prepare(
    `INSERT INTO refused_rows
       SELECT r.ordinal, r.seq, r.at, r.clock, r.lane, r.kind, r.body_hash, r.body, r.hash, ?, ?, ?
       FROM rows r JOIN epochs e USING (ordinal) WHERE e.epoch = ? AND r.seq = ?
     ON CONFLICT (ordinal, seq) DO UPDATE SET why = excluded.why, whole = excluded.whole`,
  )
  const drop = db.prepare('DELETE FROM refused_rows WHERE refused_at < ?')
  return {
    /** False when `REFUSED_ROWS_MAX` are kept already: then nothing has changed. */
    keep({ epoch, seq, why, at, whole }: Refusal): boolean {
      if (Number(count.get()?.n) >= REFUSED_ROWS_MAX) return false
      put.run(why, at, whole ? 1 : 0, epoch, seq)
      return true
    },
    /** Drops those that were refused before `atMs`. */
    dropBefore(atMs: number): void {
      drop.run(atMs)
    },
  }
}
