/**
 * What the journal's rows mean to the gate's memory, applied in the row's own transaction: a grant
 * reserves, a passage settles, an annulment frees. So memory and journal never disagree on disk.
 */
import type { DatabaseSync } from 'node:sqlite'
import type {
  AlarmBody,
  AnnulledBody,
  GrantBody,
  GrantRef,
  ModeBody,
  PassageBody,
  ScanBody,
} from '../contract/events.ts'
import { mayHaveWalked, settlesVisit, whereAfter } from '../contract/visits.ts'
import { PAPER_KEEP_MS, PHONE_KEEP_MS, VISIT_KEEP_MS } from '../limits.ts'
import { bitsOf } from './uses.ts'

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

/**
 * Paper passes, which live longer than codes. Beside the versioned tables: a program that does not
 * know it leaves it alone.
 */
export const PAPERS_TABLE = `
  CREATE TABLE IF NOT EXISTS papers (
    cti TEXT NOT NULL,
    presented_at INTEGER NOT NULL,
    lane TEXT NOT NULL,
    direction TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at INTEGER NOT NULL,
    grants INTEGER NOT NULL,
    PRIMARY KEY (cti, presented_at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS papers_at ON papers (at);
`

/** Before the area's name; alone it speaks of every area. */
const PARDONED = 'pardoned'

/** The area that a mark pardons, '' for all; undefined for a mark of something else. */
export function pardonedArea(mark: string): string | undefined {
  return mark.startsWith(PARDONED) ? mark.slice(PARDONED.length) : undefined
}

/** Drops what can't be shown again, each by its own life, as memory does. */
export function expireMemory(db: DatabaseSync, nowMs: number): void {
  const lives = { presentations: PHONE_KEEP_MS, papers: PAPER_KEEP_MS } as const
  for (const [table, keepMs] of Object.entries(lives)) {
    const beforeMs = nowMs - keepMs
    db.prepare(`DELETE FROM ${table} WHERE at < ? AND abs(presented_at) * 1000 < ?`).run(
      beforeMs,
      beforeMs,
    )
  }
  db.prepare('DELETE FROM visits WHERE at < ?').run(nowMs - VISIT_KEEP_MS)
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
  const codes = usesIn(db, 'presentations')
  const papers = usesIn(db, 'papers')
  const usesOf = ({ paper }: Pick<GrantBody, 'paper'>) => (paper === true ? papers : codes)
  const visit = db.prepare(
    `INSERT INTO visits (area, cti, inside, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (area, cti) DO UPDATE SET inside = excluded.inside, at = excluded.at`,
  )

  const mark = db.prepare(
    `INSERT INTO marks (name, at) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET at = max(at, excluded.at)`,
  )

  /** Ends an open grant; undefined when there is none, so a grant never ends twice. */
  function end(ref: GrantRef, outcome: string, at: number): GrantBody | undefined {
    const open = getOpen.get(ref.epoch, ref.seq)
    if (open === undefined) return undefined
    dropOpen.run(open.ordinal as number, open.seq as number)
    const grant = JSON.parse(open.body as string) as GrantBody
    if (grant.cti !== undefined && grant.presentedAt !== undefined) {
      usesOf(grant).settle.run(outcome, at, grant.cti, grant.presentedAt)
    }
    return grant
  }

  /** Somebody went through; not `seen`: they may have. */
  function went({ area, cti, direction }: Went, at: number, seen: boolean): void {
    if (area !== undefined && cti !== undefined) {
      visit.run(area, cti, bitsOf(whereAfter(direction, seen)), at)
    }
  }

  /** A scan names an area where it went through on a free way. */
  function walkedFree(scan: ScanBody, { lane, at }: JournalEntry): void {
    const { cti, presentedAt, area, direction } = scan
    if (area === undefined || cti === undefined) return
    if (presentedAt !== undefined) {
      const uses = usesOf(scan)
      uses.reserve.run(cti, presentedAt, lane, direction, at)
      uses.settle.run('passed', at, cti, presentedAt)
    }
    went(scan, at, true)
  }

  function annul({ grant: ref, ...how }: AnnulledBody, at: number): void {
    const used = mayHaveWalked(how)
    const grant = end(ref, used ? 'interrupted' : 'annulled', at)
    if (grant !== undefined && used && settlesVisit(grant)) went(grant, at, false)
  }

  return function apply(place: RowPlace, entry: JournalEntry, bodyText: string): void {
    if (entry.kind === 'grant') {
      const body = entry.body as GrantBody
      addOpen.run(place.ordinal, place.seq, entry.lane, bodyText)
      if (body.cti !== undefined && body.presentedAt !== undefined) {
        const { cti, presentedAt, direction } = body
        usesOf(body).reserve.run(cti, presentedAt, entry.lane, direction, entry.at)
      }
    } else if (entry.kind === 'passage') {
      const body = entry.body as PassageBody
      end(body.grant, 'passed', entry.at)
      went(body, entry.at, true)
    } else if (entry.kind === 'scan') {
      walkedFree(entry.body as ScanBody, entry)
    } else if (entry.kind === 'annulled') {
      annul(entry.body as AnnulledBody, entry.at)
    } else if (isEmergency(entry)) {
      const { area = '' } = entry.body as AlarmBody | ModeBody
      mark.run(PARDONED + area, entry.at)
    }
  }
}

type Went = Pick<ScanBody, 'area' | 'cti' | 'direction'>

function usesIn(db: DatabaseSync, table: 'presentations' | 'papers') {
  return {
    reserve: db.prepare(
      `INSERT INTO ${table} (cti, presented_at, lane, direction, outcome, at, grants)
       VALUES (?, ?, ?, ?, 'reserved', ?, 1)
       ON CONFLICT (cti, presented_at) DO UPDATE SET
         lane = excluded.lane, outcome = 'reserved', at = excluded.at, grants = grants + 1`,
    ),
    settle: db.prepare(
      `UPDATE ${table} SET outcome = ?, at = ? WHERE cti = ? AND presented_at = ?`,
    ),
  }
}

function isEmergency({ kind, body }: JournalEntry): boolean {
  if (kind === 'mode') return (body as ModeBody).emergency
  return kind === 'alarm' && (body as AlarmBody).code === 'FIRE'
}
