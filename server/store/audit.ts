/** The audit: who did what to which thing. Details are JSON without names or document numbers. */
import { randomBytes } from 'node:crypto'
import type { Database, Tx } from './schema.ts'

export interface AuditEntry {
  readonly actor: `staff:${string}` | `gate:${string}` | 'phone' | 'system'
  readonly action: string
  readonly subject: string
  readonly detail?: Readonly<Record<string, string | number | boolean>>
}

export async function writeAudit(db: Database | Tx, entry: AuditEntry, now: number): Promise<void> {
  const id = `${now.toString(16).padStart(12, '0')}${randomBytes(8).toString('hex')}`
  await db
    .insertInto('audit')
    .values({
      id,
      at: now,
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject,
      detail: JSON.stringify(entry.detail ?? {}),
      salt: randomBytes(16).toString('hex'),
    })
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
