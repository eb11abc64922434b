/**
 * Reads the journal for people: the newest rows first, by what they look for, single rows, and runs
 * of rows in the order in which they were written. One call looks at a bounded number of rows, since grants wait behind it in the journal's thread.
 */
import type { DatabaseSync } from 'node:sqlite'
import { CHAIN_START } from '../contract/chain.ts'
import type { GrantRef, JournalRow } from '../contract/events.ts'
import type { RowPage, RowQuery, RowRun, RunQuery } from '../contract/row-query.ts'
import { ROWS_LOOKED_AT_MAX, ROWS_READ_MAX } from '../limits.ts'
import { journalRowOf } from './stored-row.ts'

export function createRowReader(db: DatabaseSync) {
  const from = db.prepare(
    `SELECT e.epoch, r.* FROM rows r JOIN epochs e USING (ordinal)
     WHERE (r.ordinal, r.seq) < (?, ?) ORDER BY r.ordinal DESC, r.seq DESC LIMIT ?`,
  )
  const onward = db.prepare(
    `SELECT e.epoch, r.* FROM rows r JOIN epochs e USING (ordinal)
     WHERE (r.ordinal, r.seq) > (?, ?) ORDER BY r.ordinal, r.seq LIMIT ?`,
  )
  const hashOf = db.prepare(
    'SELECT r.hash FROM rows r JOIN epochs e USING (ordinal) WHERE e.epoch = ? AND r.seq = ?',
  )
  const ordinalOf = db.prepare('SELECT ordinal FROM epochs WHERE epoch = ?')
  const newest = db.prepare(
    `SELECT e.epoch, r.* FROM rows r JOIN epochs e USING (ordinal)
     WHERE r.seq = :seq AND (:epoch IS NULL OR e.epoch = :epoch)
     ORDER BY r.ordinal DESC LIMIT 1`,
  )

  function hashBefore({ epoch, seq }: JournalRow): string | null {
    if (seq === 1) return CHAIN_START
    return (hashOf.get(epoch, seq - 1)?.hash as string | undefined) ?? null
  }

  /** An epoch that this journal does not have has no row before any of its own. */
  function placeOf({ epoch, seq }: GrantRef): readonly [number, number] {
    return [(ordinalOf.get(epoch)?.ordinal as number | undefined) ?? 0, seq]
  }

  return {
    /** Newest first. */
    readRows(query: RowQuery): RowPage {
      const max = bounded(query.max)
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
      const more = rows.length === max || looked === ROWS_LOOKED_AT_MAX
      return { rows, next: more ? refOf(last) : undefined }
    },
    /** After a row of an epoch that this journal does not have comes nothing. */
    readRun({ max, after, fromMs = 0 }: RunQuery): RowRun {
      const [ordinal, seq] = after ? placeOf(after) : [0, 0]
      if (after !== undefined && ordinal === 0) return NO_RUN
      const rows: JournalRow[] = []
      let looked = 0
      let last: JournalRow | undefined
      for (const stored of onward.iterate(ordinal, seq, ROWS_LOOKED_AT_MAX)) {
        looked += 1
        last = journalRowOf(stored)
        if (rows.length > 0 || last.at >= fromMs) rows.push(last)
        if (rows.length === bounded(max)) break
      }
      const more = rows.length === bounded(max) || looked === ROWS_LOOKED_AT_MAX
      const [first] = rows
      const previousHash = first === undefined ? null : hashBefore(first)
      return { rows, previousHash, next: more ? refOf(last) : undefined }
    },
    /** One row by its number; without an epoch that of the newest epoch that has it. */
    readRow(seq: number, epoch?: string): JournalRow | undefined {
      const stored = newest.get({ seq, epoch: epoch ?? null })
      return stored && journalRowOf(stored)
    },
  }
}

const NO_RUN: RowRun = { rows: [], previousHash: null, next: undefined }

const bounded = (max: number): number => Math.min(Math.max(1, Math.floor(max)), ROWS_READ_MAX)

function refOf(row: JournalRow | undefined): GrantRef | undefined {
  return row && { epoch: row.epoch, seq: row.seq }
}

function fits(row: JournalRow, { kinds, lane, code, fromMs, untilMs }: RowQuery): boolean {
  if (kinds !== undefined && !kinds.includes(row.kind)) return false
  if (lane !== undefined && row.lane !== lane) return false
  if (fromMs !== undefined && row.at < fromMs) return false
  if (untilMs !== undefined && row.at >= untilMs) return false
  if (code === undefined) return true
  return row.body !== null && (JSON.parse(row.body) as { code?: string }).code === code
}
