/** Grants without an end in the journal: what the life before left open. */
import type { DatabaseSync } from 'node:sqlite'
import type { GrantBody, GrantRef } from '../contract/events.ts'

/** A grant whose end is not in the journal: the process died between the two. */
export interface OpenGrant {
  readonly ref: GrantRef
  readonly lane: string
  readonly grant: GrantBody
}

export function readOpenGrants(db: DatabaseSync): OpenGrant[] {
  return db
    .prepare(
      `SELECT e.epoch, g.seq, g.lane, g.body FROM open_grants g JOIN epochs e USING (ordinal)
       ORDER BY g.ordinal, g.seq`,
    )
    .all()
    .map(row => ({
      ref: { epoch: row.epoch as string, seq: row.seq as number },
      lane: row.lane as string,
      grant: JSON.parse(row.body as string) as GrantBody,
    }))
}
