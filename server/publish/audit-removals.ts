/**
 * Whether bodies that are gone from the audit went by retention: its signed reports must count them,
 * each one, and each must have been past its time. How old a row was stands in the chain.
 */
import type { RemovedBodies } from '../domain/audit-chain.ts'
import { closedReports, openReport } from '../store/retention/retention-reports.ts'
import type { Database } from '../store/schema/schema.ts'
import { isSigned, readReport } from './retention-report.ts'
import { trustDocuments } from './trust-source.ts'

const DAY_MS = 24 * 3600_000
const PAGE = 100

/** How long the audit is kept now, for the report that is still open. */
export interface KeptNow {
  readonly now: number
  readonly auditDays: number
}

/** Of one report: how many bodies it counts, and what was due by it at the latest, Unix ms. */
export interface CountedBodies {
  readonly rows: number
  readonly dueBefore: number
}

/**
 * `report`: the number of one that is missing, not signed, counts other rows than are gone, or counts
 * a body that was not due; 0: all of them together count other rows than are gone.
 */
export interface RemovalFault {
  readonly ok: false
  readonly fault: 'REMOVED'
  readonly report: number
}

/** Reports with a signature, and the open one. */
export async function countedBodies(
  db: Database,
  kept: KeptNow | undefined,
): Promise<ReadonlyMap<number, CountedBodies>> {
  const counted = new Map<number, CountedBodies>()
  const open = await openReport(db)
  const rowsOf = (counts: Readonly<Record<string, number>>) => counts.auditBodies ?? 0
  if (open !== undefined) {
    const dueBefore =
      kept === undefined ? Number.POSITIVE_INFINITY : cutoff(kept.now, kept.auditDays)
    counted.set(open.number, { rows: rowsOf(open.counts), dueBefore })
  }
  const trusts = await trustDocuments(db)
  let before = Number.MAX_SAFE_INTEGER
  for (;;) {
    const page = await closedReports(db, { before, limit: PAGE })
    for (const { number, bytes } of page) {
      const report = isSigned(bytes, trusts) ? readReport(bytes)?.report : undefined
      before = number
      if (report?.number !== number) continue
      const dueBefore = cutoff(Math.max(report.from, report.until), report.kept.auditDays)
      counted.set(number, { rows: rowsOf(report.counts), dueBefore })
    }
    if (page.length < PAGE) return counted
  }
}

const cutoff = (at: number, days: number): number => at - days * DAY_MS

/**
 * `removed`: what a walk over the chain found gone, between `before` and `after`: retention may have
 * gone on meanwhile.
 */
export function removalFault(
  removed: ReadonlyMap<number, RemovedBodies>,
  before: ReadonlyMap<number, CountedBodies>,
  after: ReadonlyMap<number, CountedBodies>,
): RemovalFault | undefined {
  const sum = (all: ReadonlyMap<number, { readonly rows: number }>) =>
    [...all.values()].reduce((total, { rows }) => total + rows, 0)
  for (const [report, { rows, youngestAt }] of removed) {
    // Bodies that went before reports named rows: only the sum tells.
    if (report === 0) continue
    const counted = after.get(report)
    const isCounted = counted !== undefined && rows <= counted.rows
    if (!isCounted || youngestAt >= counted.dueBefore)
      return { ok: false, fault: 'REMOVED', report }
  }
  const gone = sum(removed)
  if (gone >= sum(before) && gone <= sum(after)) return undefined
  return { ok: false, fault: 'REMOVED', report: 0 }
}
