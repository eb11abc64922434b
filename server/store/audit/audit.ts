/** The audit: who did what to which thing. Details are JSON without names or document numbers. */
import { sql } from 'kysely'
import type { Random } from '../../clock.ts'
import { handleOf } from '../engine/handle.ts'
import { firstTimeId } from '../engine/time-id.ts'
import type { Database, Tx } from '../schema/schema.ts'

export interface AuditEntry {
  readonly actor: `staff:${string}` | `gate:${string}` | 'phone' | 'system'
  readonly action: string
  readonly subject: string
  readonly detail?: Readonly<Record<string, string | number | boolean>>
}

/** The row of an entry: an id that sorts by time, and a salt of its own. */
export function auditRow(random: Random, entry: AuditEntry, now: number) {
  const { actor, action, subject, detail = {} } = entry
  const chance = random.bytes(24).toString('hex')
  return {
    id: `${firstTimeId(now)}${chance.slice(0, 16)}`,
    at: now,
    actor,
    action,
    subject,
    detail: JSON.stringify(detail),
    salt: chance.slice(16),
  }
}

export async function writeAudit(db: Database | Tx, entry: AuditEntry, now: number): Promise<void> {
  await db
    .insertInto('audit')
    .values(auditRow(handleOf(db).random, entry, now))
    .execute()
}

/** Which rows are meant; each that is left out means all. */
export interface AuditFilter {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly subject?: string | undefined
  /** Unix ms; `to` is left out of the span. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export interface AuditPage {
  readonly rows: readonly AuditRow[]
  /** The `before` of the next page; null at the end. */
  readonly next: string | null
}

export interface AuditRow {
  readonly id: string
  readonly at: number
  readonly actor: string
  /** Of a member of staff who is still there. */
  readonly name: string | null
  readonly action: string
  readonly subject: string
  readonly detail: Readonly<Record<string, unknown>>
}

/** One page, newest first, of what came before the row `before`. */
export async function readAudit(
  db: Database,
  page: { readonly before: string | undefined; readonly limit: number },
  { actor, action, subject, from, to }: AuditFilter = {},
): Promise<AuditPage> {
  let query = db
    .selectFrom('audit')
    .leftJoin('staff', join => join.on(sql<boolean>`audit.actor = 'staff:' || staff.id`))
    .select(['audit.id', 'at', 'actor', 'staff.name as name', 'action', 'subject', 'detail'])
    .orderBy('audit.id', 'desc')
    .limit(page.limit)
  if (actor !== undefined) query = query.where('actor', '=', actor)
  if (action !== undefined) query = query.where('action', '=', action)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  if (from !== undefined) query = query.where('audit.id', '>=', firstTimeId(from))
  if (to !== undefined) query = query.where('audit.id', '<', firstTimeId(to))
  if (page.before !== undefined) query = query.where('audit.id', '<', page.before)
  const found = await query.execute()
  const rows = found.map(row => ({
    ...row,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  }))
  return { rows, next: rows.length === page.limit ? (rows.at(-1)?.id ?? null) : null }
}
