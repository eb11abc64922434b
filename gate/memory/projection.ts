/**
 * The gate's memory as tables of the journal: what each row means (row-meaning.ts) is applied in the
 * row's own transaction. So memory and journal never disagree on disk.
 */
import type { DatabaseSync } from 'node:sqlite'
import type {
  AnnulledBody,
  ClockState,
  GrantBody,
  GrantRef,
  PassageBody,
} from '../contract/events.ts'
import { PAPER_KEEP_MS, PHONE_KEEP_MS, VISIT_KEEP_MS } from '../limits.ts'
import { visitBits } from './ledger-entries.ts'
import { meaningOf } from './row-meaning.ts'

/** A row to be written. `body` is what its kind's schema says. */
export interface JournalEntry {
  readonly at: number
  readonly clock: ClockState
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
  const putVisit = db.prepare(
    `INSERT INTO visits (area, cti, inside, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (area, cti) DO UPDATE SET inside = excluded.inside, at = excluded.at`,
  )

  const mark = db.prepare(
    `INSERT INTO marks (name, at) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET at = max(at, excluded.at)`,
  )

  /** Ends an open grant; undefined when there is none, so a grant never ends twice. */
  function end(ref: GrantRef): GrantBody | undefined {
    const open = getOpen.get(ref.epoch, ref.seq)
    if (open === undefined) return undefined
    dropOpen.run(open.ordinal as number, open.seq as number)
    return JSON.parse(open.body as string) as GrantBody
  }

  return function apply(place: RowPlace, entry: JournalEntry, bodyText: string): void {
    const { kind, lane, at } = entry
    if (kind === 'grant') addOpen.run(place.ordinal, place.seq, lane, bodyText)
    const ends = kind === 'passage' || kind === 'annulled'
    const ended = ends ? end((entry.body as PassageBody | AnnulledBody).grant) : undefined
    const { use, visit, voids } = meaningOf(entry, ended)
    if (use !== undefined) {
      const { cti, presentedAt, paper, direction, outcome } = use
      const { count, settle } = paper ? papers : codes
      if (use.counts) count.run(cti, presentedAt, lane, direction, outcome, at)
      else settle.run(outcome, at, cti, presentedAt)
    }
    if (visit !== undefined) putVisit.run(visit.area, visit.cti, visitBits(visit), at)
    if (voids !== undefined) mark.run(PARDONED + voids, at)
  }
}

function usesIn(db: DatabaseSync, table: 'presentations' | 'papers') {
  return {
    /** Once more: under way, or used. */
    count: db.prepare(
      `INSERT INTO ${table} (cti, presented_at, lane, direction, outcome, at, grants)
       VALUES (?, ?, ?, ?, ?, ?, 1)
       ON CONFLICT (cti, presented_at) DO UPDATE SET
         lane = excluded.lane, direction = excluded.direction, outcome = excluded.outcome,
         at = excluded.at, grants = grants + 1`,
    ),
    settle: db.prepare(
      `UPDATE ${table} SET outcome = ?, at = ? WHERE cti = ? AND presented_at = ?`,
    ),
  }
}
