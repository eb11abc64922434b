/** Which rows of the audit are meant: the query that reading and export share. */
import { z } from '@hono/zod-openapi'
import type { AuditFilter } from '../../store/audit/audit.ts'
import type { Database } from '../../store/schema/schema.ts'
import { findMember } from '../../store/staff/staff-members.ts'
import { lineSchema } from './route.ts'

const at = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .optional()

export const auditFilterQuery = {
  actor: lineSchema(254)
    .optional()
    .describe(
      '`staff:ID`, `gate:ID`, `phone`, `system`, or the e-mail address of a member of staff',
    ),
  action: lineSchema(64).optional().describe('such as `fleet.config`'),
  subject: lineSchema(128).optional().describe('what it was done to: a person, certificate, gate'),
  from: at.describe('Unix milliseconds'),
  to: at.describe('Unix milliseconds, left out of the span'),
}

/** An e-mail address is the member's id; one of nobody finds nothing. */
export async function auditFilter<F extends AuditFilter>(db: Database, asked: F): Promise<F> {
  if (asked.actor === undefined || !asked.actor.includes('@')) return asked
  const member = await findMember(db, asked.actor)
  return member === undefined ? asked : { ...asked, actor: `staff:${member.id}` }
}
