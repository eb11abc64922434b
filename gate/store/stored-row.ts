/** A row of the journal's table in the form in which it is sent and shown. */
import type { EventKind, JournalRow } from '../contract/events.ts'

/** `row`: of `rows` joined with `epochs`. */
export function journalRowOf(row: Readonly<Record<string, unknown>>): JournalRow {
  return {
    epoch: row.epoch as string,
    seq: row.seq as number,
    at: row.at as number,
    clock: row.clock as JournalRow['clock'],
    lane: row.lane as string,
    kind: row.kind as EventKind,
    bodyHash: row.body_hash as string,
    body: row.body as string | null,
    hash: row.hash as string,
  }
}
