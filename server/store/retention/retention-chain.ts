/**
 * The chain of retention's reports: each names the hash of the one before and a number that is given
 * once. The newest stands in the audit as well, from the transaction that signed it, so that it can't
 * be dropped unseen.
 */

import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { AuditEntry } from '../audit/audit.ts'
import { int, type Table, text } from '../engine/columns.ts'
import { handleOf } from '../engine/handle.ts'
import type { Database, Tx } from '../schema/schema.ts'
import type { Counts } from './sweep.ts'

/** What the first report follows. */
export const REPORTS_START = '0'.repeat(64)

/** SHA-256 of a report as it was signed, hex. */
export const reportHash = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

const newSeries = (db: Kysely<unknown> | Tx) => handleOf(db).random.bytes(8).toString('hex')

/** A step of the schema's history. Reports of before are in no chain: it begins after the newest. */
export async function reportChain(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.createTable('retention_head') as unknown as Table
  await text(int(table, 'id', 'begun', 'closed'), 'series', 'hash')
    .addPrimaryKeyConstraint('retention_head_pk', ['id'])
    .execute()
  const { rows } = await sql<{ number: number; bytes: Uint8Array | null }>`
    select number, bytes from retention_reports order by number desc limit 2`.execute(db)
  const closed = rows.find(row => row.bytes !== null)
  const hash = closed?.bytes ? reportHash(closed.bytes) : REPORTS_START
  await sql`insert into retention_head (id, series, begun, closed, hash) values
    (1, ${newSeries(db)}, ${rows[0]?.number ?? 0}, ${closed?.number ?? 0}, ${hash})`.execute(db)
}

/** After a restore: numbers since the backup were given to other reports, under another series. */
export async function beginSeries(tx: Tx): Promise<void> {
  await tx
    .updateTable('retention_head')
    .set({ series: newSeries(tx) })
    .execute()
}

export interface ReportHead {
  readonly series: string
  readonly begun: number
  readonly closed: number
  readonly hash: string
}

export async function reportHead(db: Database | Tx): Promise<ReportHead> {
  return db
    .selectFrom('retention_head')
    .select(['series', 'begun', 'closed', 'hash'])
    .executeTakeFirstOrThrow()
}

/** A number that no report had, also none that was dropped. */
export async function nextNumber(tx: Tx): Promise<number> {
  const row = await tx
    .updateTable('retention_head')
    .set(eb => ({ begun: eb('begun', '+', 1) }))
    .returning('begun')
    .executeTakeFirstOrThrow()
  return row.begun
}

export async function moveHead(tx: Tx, closed: number, hash: string): Promise<void> {
  await tx.updateTable('retention_head').set({ closed, hash }).execute()
}

const ACTION = 'retention.report'

/** The row of the audit that names a report. */
export const reportEntry = (number: number, hash: string, counts: Counts): AuditEntry => ({
  actor: 'system',
  action: ACTION,
  subject: `${number}`,
  detail: { ...counts, hash },
})

/**
 * The newest report that the audit names; of before the chain without a hash. Undefined: none, or its
 * row was so old that retention has removed it.
 */
export async function newestInAudit(
  db: Database,
): Promise<{ readonly number: number; readonly hash: string | undefined } | undefined> {
  const row = await db
    .selectFrom('audit')
    .select(['subject', 'detail'])
    .where('action', '=', ACTION)
    // By its number, since a clock that was wrong may have written it.
    .orderBy(sql`length(subject)`, 'desc')
    .orderBy('subject', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { hash } = JSON.parse(row.detail) as { hash?: unknown }
  return { number: Number(row.subject), hash: typeof hash === 'string' ? hash : undefined }
}
