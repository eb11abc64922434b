/**
 * Reads the journal for people: the newest rows first, by what they look for, and single rows. One
 * call looks at a bounded number of rows, since grants wait behind it in the journal's thread.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { GrantRef, JournalRow } from '../contract/events.ts'
import type { RowPage, RowQuery } from '../contract/row-query.ts'
import { ROWS_LOOKED_AT_MAX, ROWS_READ_MAX } from '../limits.ts'
import { journalRowOf } from './stored-row.ts'

export function createRowReader(db: DatabaseSync) {
  const from = db.prepare(
    `SELECT e.epoch, r.* FROM rows r JOIN epochs e USING (ordinal)
     WHERE (r.ordinal, r.seq) < (?, ?) ORDER BY r.ordinal DESC, r.seq DESC LIMIT ?`,
  )
  const ordinalOf = db.prepare('SELECT ordinal FROM epochs WHERE epoch = ?')
  const newest = db.prepare(
    `SELECT e.epoch, r.* FROM rows r JOIN epochs e USING (ordinal)
     WHERE r.seq = :seq AND (:epoch IS NULL OR e.epoch = :epoch)
     ORDER BY r.ordinal DESC LIMIT 1`,
  )

  /** An epoch that this journal does not have has no row before any of its own. */
  function placeOf({ epoch, seq }: GrantRef): readonly [number, number] {
    return [(ordinalOf.get(epoch)?.ordinal as number | undefined) ?? 0, seq]
  }

  return {
    /** Newest first. */
    readRows(query: RowQuery): RowPage {
      const max = Math.min(Math.max(1, Math.floor(query.max)), ROWS_READ_MAX)
      const end = query.before ? placeOf(query.before) : [Number.MAX_SAFE_INTEGER, 0]
      const rows: JournalRow[] = []
      let looked = 0
      let last: JournalRow | undefined
      for (const stored of from.iterate(...(end as [number, number]), ROWS_LOOKED_AT_MAX)) {
        looked += 1
        last = journalRowOf(stored)
        if (fits(last, query)) rows.push(last)
        if (rows.length === max) break
      }
      const more = last !== undefined && (rows.length === max || looked === ROWS_LOOKED_AT_MAX)
      return { rows, next: more ? { epoch: last?.epoch ?? '', seq: last?.seq ?? 1 } : undefined }
    },
    /** One row by its number; without an epoch that of the newest epoch that has it. */
    readRow(seq: number, epoch?: string): JournalRow | undefined {
      const stored = newest.get({ seq, epoch: epoch ?? null })
      return stored && journalRowOf(stored)
    },
  }
}

function fits(row: JournalRow, { kinds, lane, code, fromMs, untilMs }: RowQuery): boolean {
  if (kinds !== undefined && !kinds.includes(row.kind)) return false
  if (lane !== undefined && row.lane !== lane) return false
  if (fromMs !== undefined && row.at < fromMs) return false
  if (untilMs !== undefined && row.at >= untilMs) return false
  if (code === undefined) return true
  return row.body !== null && (JSON.parse(row.body) as { code?: string }).code === code
}
