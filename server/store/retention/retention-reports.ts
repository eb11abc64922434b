/**
 * Reports of what retention deleted. One is open at a time: each batch adds to it in its own
 * transaction, so what a report says and what is gone can't differ, also when the service is killed.
 */
import type { Selectable } from 'kysely'
import { lockFor } from '../engine/leases.ts'
import type { RetentionReportsTable } from '../schema/retention-schema.ts'
import type { Database, Tx } from '../schema/schema.ts'
import { moveHead, nextNumber, reportHash } from './retention-chain.ts'
import type { Counts } from './sweep.ts'

export interface OpenReport {
  readonly number: number
  readonly begunAt: number
  readonly counts: Counts
}

/** Waits until no other replica deletes or closes. */
export const lockReports = (tx: Tx): Promise<void> => lockFor(tx, 'retention')

export async function openReport(db: Database | Tx): Promise<OpenReport | undefined> {
  const row = await db
    .selectFrom('retention_reports')
    .select(['number', 'begun_at', 'counts'])
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { number: row.number, begunAt: row.begun_at, counts: JSON.parse(row.counts) as Counts }
}

/** Adds to the open report, which is begun when there is none. */
export async function addToReport(tx: Tx, more: Counts, now: number): Promise<void> {
  const open = (await openReport(tx)) ?? (await beginReport(tx, now))
  const counts: Record<string, number> = { ...open.counts }
  for (const [kind, n] of Object.entries(more)) {
    if (n > 0) counts[kind] = (counts[kind] ?? 0) + n
  }
  await tx
    .updateTable('retention_reports')
    .set({ counts: JSON.stringify(counts) })
    .where('number', '=', open.number)
    .execute()
}

/** The number of the report that counts what is deleted now; one is begun when none is open. */
export async function reportInHand(tx: Tx, now: number): Promise<number> {
  const { number } = (await openReport(tx)) ?? (await beginReport(tx, now))
  return number
}

async function beginReport(tx: Tx, now: number): Promise<OpenReport> {
  const number = await nextNumber(tx)
  const row = { number, begun_at: now, closed_at: null, counts: '{}', bytes: null }
  await tx.insertInto('retention_reports').values(row).execute()
  return { number, begunAt: now, counts: {} }
}

/** Gives the hash of what was signed, which the next report names. */
export async function closeReport(
  tx: Tx,
  number: number,
  bytes: Uint8Array,
  now: number,
): Promise<string> {
  await tx
    .updateTable('retention_reports')
    .set({ closed_at: now, bytes })
    .where('number', '=', number)
    .execute()
  const hash = reportHash(bytes)
  await moveHead(tx, number, hash)
  return hash
}

export type ClosedReport = Selectable<RetentionReportsTable> & { readonly bytes: Uint8Array }

/** Closed reports, newest first, before `before`. */
export async function closedReports(
  db: Database,
  page: { readonly before: number; readonly limit: number },
): Promise<ClosedReport[]> {
  const rows = await db
    .selectFrom('retention_reports')
    .selectAll()
    .where('number', '<', page.before)
    .where('closed_at', 'is not', null)
    .orderBy('number', 'desc')
    .limit(page.limit)
    .execute()
  return rows as ClosedReport[]
}
