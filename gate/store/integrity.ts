/**
 * Walks the journal's chain, a piece at a time: every row's hash follows from the row before, every
 * body that is still there has its hash, no number is missing. The first row of an epoch that was
 * pruned is taken as it stands: it is the anchor.
 */
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { CHAIN_START, chainInput } from '../contract/chain.ts'
import type { JournalRow } from '../contract/events.ts'

/** Where a walk has come to; begin with ordinal 0. */
export interface WalkPlace {
  readonly ordinal: number
  readonly seq: number
  /** Hash of that row; undefined before the first of an epoch. */
  readonly hash: string | undefined
}

export const WALK_START: WalkPlace = { ordinal: 0, seq: 0, hash: undefined }

/** `next` is undefined when all is walked. `broken`: the first row that does not fit. */
export interface WalkResult {
  readonly next: WalkPlace | undefined
  readonly rows: number
  readonly broken:
    | { readonly epoch: string; readonly seq: number; readonly why: string }
    | undefined
}

/** A row as the table holds it, with its epoch's name. */
export type StoredRow = Omit<JournalRow, 'bodyHash'> & {
  readonly ordinal: number
  readonly body_hash: string
}

/** Looks at up to `rowsMax` rows after `place`. Throws what SQLite throws on a damaged page. */
export function walkChain(db: DatabaseSync, place: WalkPlace, rowsMax: number): WalkResult {
  const rows = db
    .prepare(
      `SELECT e.epoch, r.* FROM rows r JOIN epochs e USING (ordinal)
       WHERE (r.ordinal, r.seq) > (?, ?) ORDER BY r.ordinal, r.seq LIMIT ?`,
    )
    .all(place.ordinal, place.seq, rowsMax) as unknown as StoredRow[]
  let at = place
  for (const row of rows) {
    const before =
      row.ordinal === at.ordinal ? at : { ordinal: row.ordinal, seq: 0, hash: undefined }
    const why = faultOf(row, before)
    if (why !== undefined) {
      return { next: undefined, rows: rows.length, broken: { epoch: row.epoch, seq: row.seq, why } }
    }
    at = { ordinal: row.ordinal, seq: row.seq, hash: row.hash }
  }
  const next = rows.length < rowsMax ? undefined : at
  return { next, rows: rows.length, broken: undefined }
}

/** Why `row` can't come after `before`; undefined when it does, or is the anchor of a pruned epoch. */
export function faultOf(row: StoredRow, before: WalkPlace): string | undefined {
  if (row.body !== null && sha256(row.body) !== row.body_hash) return 'its body was changed'
  const first = before.hash === undefined
  if (first && row.seq > 1) return undefined
  if (!first && row.seq !== before.seq + 1)
    return `rows ${before.seq + 1} to ${row.seq - 1} are missing`
  const input = chainInput(before.hash ?? CHAIN_START, { ...row, bodyHash: row.body_hash })
  return sha256(input) === row.hash ? undefined : 'it does not follow from the row before'
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
