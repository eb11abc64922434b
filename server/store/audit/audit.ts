/** The audit: who did what to which thing. Details are JSON without names or document numbers. */
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

/** One page, newest first, of what came before the row `before`. */
export async function readAudit(
  db: Database,
  page: { readonly before: string | undefined; readonly limit: number },
) {
  let query = db
    .selectFrom('audit')
    .select(['id', 'at', 'actor', 'action', 'subject', 'detail'])
    .orderBy('id', 'desc')
    .limit(page.limit)
  if (page.before !== undefined) query = query.where('id', '<', page.before)
  const found = await query.execute()
  const rows = found.map(row => ({
    ...row,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  }))
  return { rows, next: rows.length === page.limit ? (rows.at(-1)?.id ?? null) : null }
}
