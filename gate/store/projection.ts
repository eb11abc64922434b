/**
 * What the journal's rows mean to the gate's memory, applied in the row's own transaction: a grant
 * reserves, a passage settles, an annulment frees. So memory and journal never disagree on disk.
 */
import type { DatabaseSync } from 'node:sqlite'
import type {
  AlarmBody,
  AnnulledBody,
  GrantBody,
  ModeBody,
  PassageBody,
} from '../contract/events.ts'

/** A row to be written. `body` is what its kind's schema says. */
export interface JournalEntry {
  readonly at: number
  readonly clock: 'TRUSTED' | 'UNCERTAIN'
  readonly lane: string
  readonly kind: string
  readonly body: unknown
}

export interface RowPlace {
  readonly ordinal: number
  readonly seq: number
}

export function createProjection(db: DatabaseSync) {
  const addOpen = db.prepare(
    'INSERT INTO open_grants (ordinal, seq, lane, body) VALUES (?, ?, ?, ?)',
  )
  const getOpen = db.prepare(
    `SELECT g.ordinal, g.seq, g.body FROM open_grants g JOIN epochs e USING (ordinal)
     WHERE e.epoch = ? AND g.seq = ?`,
  )
  const dropOpen = db.prepare('DELETE FROM open_grants WHERE ordinal = ? AND seq = ?')
  const reserve = db.prepare(
    `INSERT INTO presentations (cti, presented_at, lane, direction, outcome, at, grants)
     VALUES (?, ?, ?, ?, 'reserved', ?, 1)
     ON CONFLICT (cti, presented_at) DO UPDATE SET
       lane = excluded.lane, outcome = 'reserved', at = excluded.at, grants = grants + 1`,
  )
  const settle = db.prepare(
    'UPDATE presentations SET outcome = ?, at = ? WHERE cti = ? AND presented_at = ?',
  )
  const visit = db.prepare(
    `INSERT INTO visits (area, cti, inside, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (area, cti) DO UPDATE SET inside = excluded.inside, at = excluded.at`,
  )

  const mark = db.prepare(
    `INSERT INTO marks (name, at) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET at = max(at, excluded.at)`,
  )

  /** Ends an open grant; false when there is none, so a grant never ends twice. */
  function end(ref: { epoch: string; seq: number }, outcome: string, at: number): boolean {
    const open = getOpen.get(ref.epoch, ref.seq)
    if (open === undefined) return false
    dropOpen.run(open.ordinal as number, open.seq as number)
    const grant = JSON.parse(open.body as string) as GrantBody
    if (grant.cti !== undefined && grant.presentedAt !== undefined) {
      settle.run(outcome, at, grant.cti, grant.presentedAt)
    }
    return true
  }

  return function apply(place: RowPlace, entry: JournalEntry, bodyText: string): void {
    if (entry.kind === 'grant') {
      const body = entry.body as GrantBody
      addOpen.run(place.ordinal, place.seq, entry.lane, bodyText)
      if (body.cti !== undefined && body.presentedAt !== undefined) {
        reserve.run(body.cti, body.presentedAt, entry.lane, body.direction, entry.at)
      }
    } else if (entry.kind === 'passage') {
      const body = entry.body as PassageBody
      end(body.grant, 'passed', entry.at)
      if (body.cti !== undefined) {
        visit.run(body.area, body.cti, body.direction === 'entry' ? 1 : 0, entry.at)
      }
    } else if (entry.kind === 'annulled') {
      const body = entry.body as AnnulledBody
      end(body.grant, body.reason === 'RESTART' ? 'interrupted' : 'annulled', entry.at)
    } else if (isEmergency(entry)) {
      mark.run('pardoned', entry.at)
    }
  }
}

function isEmergency({ kind, body }: JournalEntry): boolean {
  if (kind === 'mode') return (body as ModeBody).emergency
  return kind === 'alarm' && (body as AlarmBody).code === 'FIRE'
}
