/** What a start reads from the journal: grants without an end, and the gate's memory. */
import type { DatabaseSync } from 'node:sqlite'
import type { GrantBody, GrantRef } from '../contract/events.ts'
import type { AreaVisit, SeenPresentation } from '../decide/rules.ts'
import { PRESENTATIONS_MAX, VISITS_MAX } from '../limits.ts'

/** A grant whose end is not in the journal: the process died between the two. */
export interface OpenGrant {
  readonly ref: GrantRef
  readonly lane: string
  readonly grant: GrantBody
}

/** What memory is made of at start, oldest first. */
export interface MemorySnapshot {
  readonly presentations: readonly (SeenPresentation & { cti: string; presentedAt: number })[]
  readonly visits: readonly (AreaVisit & { area: string; cti: string })[]
  /** When the last fire or emergency release was, Unix milliseconds. */
  readonly pardonedMs?: number
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

export function readMemory(db: DatabaseSync): MemorySnapshot {
  const presentations = db
    .prepare('SELECT * FROM presentations ORDER BY at DESC LIMIT ?')
    .all(PRESENTATIONS_MAX)
    .reverse()
    .map(row => ({
      cti: row.cti as string,
      presentedAt: row.presented_at as number,
      lane: row.lane as string,
      direction: row.direction as SeenPresentation['direction'],
      outcome: row.outcome as SeenPresentation['outcome'],
      atMs: row.at as number,
      grants: row.grants as number,
    }))
  const visits = db
    .prepare('SELECT * FROM visits ORDER BY at DESC LIMIT ?')
    .all(VISITS_MAX)
    .reverse()
    .map(row => ({
      area: row.area as string,
      cti: row.cti as string,
      inside: row.inside === 1,
      atMs: row.at as number,
    }))
  const mark = db.prepare("SELECT at FROM marks WHERE name = 'pardoned'").get()
  return { presentations, visits, pardonedMs: (mark?.at as number | undefined) ?? 0 }
}
