/**
 * Sealing: rows of the audit are written without a thought of each other, since a shared end of the
 * chain would make writers wait in line; one replica links them up afterwards.
 */
import { sql } from 'kysely'
import {
  AUDIT_START,
  type AuditLink,
  auditBodyHash,
  auditLinkHash,
} from '../../domain/audit-chain.ts'
import { AUDIT_SEAL_ROWS } from '../../limits.ts'
import { lockFor } from '../engine/leases.ts'
import { transact } from '../engine/transact.ts'
import type { Database, Tx } from '../schema/schema.ts'

const PLACE = ['series', 'n'] as const
const BODY = ['id', 'at', 'actor', 'action', 'subject', 'detail', 'salt'] as const

/** Links up rows that aren't yet, oldest first. Gives how many; full pages mean that more wait. */
export async function sealAudit(db: Database, now: number): Promise<number> {
  const waiting = await db
    .selectFrom('audit')
    .select('id')
    .where('sealed', '=', 0)
    .limit(1)
    .executeTakeFirst()
  return waiting === undefined ? 0 : transact(db, tx => sealPage(tx, now))
}

async function sealPage(tx: Tx, now: number): Promise<number> {
  await lockFor(tx, 'sealing')
  const rows = await tx
    .selectFrom('audit')
    .select([...BODY, ...PLACE])
    .where('sealed', '=', 0)
    .orderBy('id')
    .limit(AUDIT_SEAL_ROWS)
    .execute()
  if (rows.length === 0) return 0
  const last = await tx
    .selectFrom('audit_chain')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  let seq = last?.seq ?? 0
  let hash = last?.hash ?? AUDIT_START
  const links = rows.map(row => {
    seq += 1
    const body_hash = auditBodyHash(row)
    const { id: audit_id, series, n } = row
    hash = auditLinkHash(hash, { seq, bodyHash: body_hash, auditId: audit_id, series, n })
    return { seq, audit_id, body_hash, hash, sealed_at: now, series, n, removed_by: null }
  })
  await tx.insertInto('audit_chain').values(links).execute()
  await tx
    .updateTable('audit')
    .set({ sealed: 1 })
    .where(
      'id',
      'in',
      rows.map(row => row.id),
    )
    .execute()
  return links.length
}

/** The whole chain in order, page by page. */
export async function* readAuditChain(db: Database): AsyncGenerator<AuditLink> {
  let after = 0
  for (;;) {
    const page = await db
      .selectFrom('audit_chain')
      .leftJoin('audit', 'audit.id', 'audit_chain.audit_id')
      .select(['seq', 'body_hash', 'hash', 'audit_id', 'removed_by', ...BODY])
      .select(['audit_chain.series as series', 'audit_chain.n as n'])
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(AUDIT_SEAL_ROWS)
      .execute()
    for (const { body_hash, audit_id, removed_by, seq, hash, series, n, ...rest } of page) {
      after = seq
      const body = rest.id === null ? undefined : (rest as NonNullable<AuditLink['body']>)
      const removedBy = removed_by ?? undefined
      yield { seq, bodyHash: body_hash, auditId: audit_id, series, n, hash, body, removedBy }
    }
    if (page.length < AUDIT_SEAL_ROWS) return
  }
}

/** Rows outside the chain: `waiting` for the next second; `stray` ones say they are in it. */
export async function countUnchained(db: Database): Promise<{ waiting: number; stray: number }> {
  const rows = await db
    .selectFrom('audit')
    .leftJoin('audit_chain', 'audit_chain.audit_id', 'audit.id')
    .select(['audit.sealed', eb => eb.fn.countAll<number>().as('n')])
    .where('audit_chain.seq', 'is', null)
    .groupBy('audit.sealed')
    .execute()
  const of = (sealed: number) => Number(rows.find(row => row.sealed === sealed)?.n ?? 0)
  return { waiting: of(0), stray: of(1) }
}

/**
 * Rows that were written, by their counters, and stand nowhere any more, whether or not they were
 * sealed before they went. One statement, so that rows of this very moment are no gap.
 */
export async function countLost(db: Database): Promise<number> {
  const { rows } = await sql<{ lost: number | null }>`
    select sum(case when coalesce(last, 0) <> coalesce(found, 0)
      then abs(coalesce(last, 0) - coalesce(found, 0)) else abs(last - top) end) as lost
    from audit_series full join (
      select series, count(distinct n) as found, max(n) as top from (
        select series, n from audit_chain where series is not null
        union all select series, n from audit where series is not null and sealed = 0
      ) as numbers group by series
    ) as present on present.series = audit_series.series`.execute(db)
  return Number(rows[0]?.lost ?? 0)
}
