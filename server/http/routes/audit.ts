/** The audit, newest first. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { PAGE_ROWS_MAX } from '../../limits.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { readAudit } from '../../store/audit/audit.ts'
import { auditFilter, auditFilterQuery } from './audit-filter.ts'
import { count, json, problems, route, timeIdSchema } from './route.ts'

const auditRoute = route(
  { by: 'staff', permission: 'audit.read' },
  {
    method: 'get',
    path: '/v1/audit',
    tags: ['operator'],
    summary: 'Who did what, newest first',
    request: {
      query: z.object({
        before: timeIdSchema.optional(),
        limit: count(1, PAGE_ROWS_MAX, 100),
        ...auditFilterQuery,
      }),
    },
    responses: {
      200: json(
        'Rows, and the `before` of the next page',
        z.object({
          rows: z.array(
            z.object({
              id: z.string(),
              at: z.int(),
              actor: z.string(),
              name: z.string().nullable().describe('of a member of staff who is still there'),
              action: z.string(),
              subject: z.string(),
              detail: z.record(z.string(), z.unknown()),
            }),
          ),
          next: z.string().nullable(),
        }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN'),
    },
  },
)

export function registerAudit(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(auditRoute, async c => {
    const { db } = c.get('service')
    const { before, limit, ...asked } = c.req.valid('query')
    const filter = await auditFilter(db, asked)
    const { rows, next } = await readAudit(db, { before, limit }, filter)
    return c.json({ rows: [...rows], next }, 200)
  })
}
