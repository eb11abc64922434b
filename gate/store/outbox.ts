/**
 * What the service does not have yet, and how far it has come: the next rows to send, and the one
 * place where the cursor of acknowledged rows is moved. What the service says is not believed beyond
 * what can be: rows are dropped below that cursor.
 */
import type { DatabaseSync } from 'node:sqlite'
import { CHAIN_START, UPLOAD_ROWS_MAX } from '../contract/chain.ts'
import type { JournalRow, Upload } from '../contract/events.ts'
import { createRefusedRows } from './refused.ts'
import { journalRowOf } from './stored-row.ts'

export interface Ask {
  /** From 1 to `UPLOAD_ROWS_MAX`, which is the default. */
  readonly rowsMax?: number
  /**
   * - `rows`, the default: what comes next.
   * - `bare`: the next row, without its body.
   * - `stored`: the last row that the service has, once more.
   */
  readonly part?: 'rows' | 'bare' | 'stored'
}

/**
 * What becomes of a service that has fewer rows than it acknowledged.
 * - `RESEND`: they are all here, and are sent again.
 * - `GONE`: those from `from` to `to` are on neither side.
 * - `IMPLAUSIBLE`: it says so of rows that were never acknowledged; nothing has changed.
 */
export type Lack =
  | { readonly code: 'RESEND' | 'IMPLAUSIBLE' }
  | { readonly code: 'GONE'; readonly from: number; readonly to: number }

export function createOutbox(db: DatabaseSync) {
  const refused = createRefusedRows(db)
  const next = db.prepare(
    `SELECT e.ordinal, e.epoch, e.acknowledged,
       (SELECT min(r.seq) FROM rows r LEFT JOIN refused_rows f USING (ordinal, seq)
          WHERE r.ordinal = e.ordinal AND r.seq > e.acknowledged AND f.whole IS NOT 1) AS first
     FROM epochs e WHERE e.forked = 0 AND first IS NOT NULL ORDER BY e.ordinal LIMIT 1`,
  )
  const rowsFrom = db.prepare(
    `SELECT r.*, f.whole FROM rows r LEFT JOIN refused_rows f USING (ordinal, seq)
     WHERE r.ordinal = ? AND r.seq >= ? ORDER BY r.seq LIMIT ?`,
  )
  const hashOf = db.prepare('SELECT hash FROM rows WHERE ordinal = ? AND seq = ?')
  const forward = db.prepare(
    `UPDATE epochs SET acknowledged = :seq WHERE epoch = :epoch AND acknowledged < :seq
       AND EXISTS (SELECT 1 FROM rows r WHERE r.ordinal = epochs.ordinal AND r.seq >= :seq)`,
  )
  const cursor = db.prepare('SELECT ordinal, acknowledged FROM epochs WHERE epoch = ?')
  const firstHeld = db.prepare('SELECT min(seq) AS seq FROM rows WHERE ordinal = ? AND seq >= ?')
  const back = db.prepare('UPDATE epochs SET acknowledged = ? WHERE ordinal = ?')
  const offerAgain = db.prepare(
    `UPDATE epochs SET acknowledged = min(acknowledged,
       (SELECT min(seq) - 1 FROM rows r WHERE r.ordinal = epochs.ordinal))
     WHERE forked = 0 AND ordinal < ?
       AND EXISTS (SELECT 1 FROM rows r WHERE r.ordinal = epochs.ordinal)`,
  )

  const unsentRows = db.prepare(
    `SELECT coalesce(sum(max(0, last - acknowledged)), 0) AS rows FROM (SELECT e.acknowledged,
       coalesce((SELECT max(r.seq) FROM rows r WHERE r.ordinal = e.ordinal), 0) AS last
     FROM epochs e WHERE e.forked = 0)`,
  )

  /** The hash before `seq`; null when that row is not here any more. */
  function hashBefore(ordinal: number, seq: number): string | null {
    if (seq === 1) return CHAIN_START
    return (hashOf.get(ordinal, seq - 1)?.hash as string | undefined) ?? null
  }

  /** The next rows that the service does not have; undefined when it has all. */
  function pending({ rowsMax = UPLOAD_ROWS_MAX, part = 'rows' }: Ask = {}): Upload | undefined {
    const at = next.get()
    if (at === undefined) return undefined
    const { ordinal, acknowledged } = at as { ordinal: number; acknowledged: number }
    const epoch = at.epoch as string
    const first = part === 'stored' ? acknowledged : (at.first as number)
    const found = rowsFrom.all(ordinal, first, part === 'rows' ? rowsMax : 1)
    const until = found.findIndex(row => row.whole === 1)
    const rows = found
      .slice(0, until < 0 ? undefined : until)
      .map(row => toSend(epoch, part === 'bare' ? { ...row, body: null } : row))
    // Only a stored row may be gone: the next one was just found.
    if (rows[0]?.seq !== first) return undefined
    const previousHash = hashBefore(ordinal, first)
    if (first <= acknowledged + 1) return { epoch, previousHash, rows }
    const from = acknowledged + 1
    const why = hashOf.get(ordinal, from) === undefined ? 'dropped' : 'refused'
    return { epoch, previousHash, gap: { from, why }, rows }
  }

  /**
   * The service has every row of `epoch` below `next`. Counts only forward, and only up to one past
   * the last row that is here; says whether it did.
   */
  function acknowledge(epoch: string, next: number): boolean {
    return forward.run({ epoch, seq: next - 1 }).changes === 1
  }

  /**
   * The service has no row of `epoch` from `next` on, though it acknowledged some: it was restored
   * from a backup. What is still here is sent again, also of the epochs before this one, of which
   * it will not ask.
   */
  function lacks(epoch: string, next: number): Lack {
    const at = cursor.get(epoch) as { ordinal: number; acknowledged: number } | undefined
    if (at === undefined || next > at.acknowledged) return { code: 'IMPLAUSIBLE' }
    const held = firstHeld.get(at.ordinal, next)?.seq as number | null
    if (held === null) return { code: 'IMPLAUSIBLE' }
    back.run(next - 1, at.ordinal)
    offerAgain.run(at.ordinal)
    return held === next ? { code: 'RESEND' } : { code: 'GONE', from: next, to: held - 1 }
  }

  return {
    ...{ pending, acknowledge, refuse: refused.keep, lacks, dropRefused: refused.dropBefore },
    /** How many rows the service does not have yet. */
    unsent: () => unsentRows.get()?.rows as number,
  }
}

/** Without its body where the service refuses that. */
function toSend(epoch: string, row: Readonly<Record<string, unknown>>): JournalRow {
  const whole = journalRowOf({ ...row, epoch })
  return row.whole === null ? whole : { ...whole, body: null }
}
