/** Auditors and operators: the audit as a file. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ServiceEnv } from '../../services/context.ts'
import { writeAudit } from '../../store/audit/audit.ts'
import { auditFile, FORMATS } from './audit-file.ts'
import { auditFilter, auditFilterQuery } from './audit-filter.ts'
import { isoTime, problems, route } from './route.ts'

const exportRoute = route(
  { by: 'staff', permission: 'audit.read' },
  {
    method: 'get',
    path: '/v1/audit/export',
    tags: ['operator'],
    summary: 'The audit as a file, newest first, up to 100,000 rows; that is a row of it, too',
    request: {
      query: z.object({ format: z.enum(['csv', 'ndjson']).default('csv'), ...auditFilterQuery }),
    },
    responses: {
      200: {
        description: 'Ends with a line `#cut`, or `{"cut":true}`, where there are more rows',
        content: {
          'text/csv': { schema: z.string() },
          'application/x-ndjson': { schema: z.string() },
        },
      },
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN'),
    },
  },
)

export function registerAuditExport(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(exportRoute, async c => {
    const { db, clock } = c.get('service')
    const { format, ...asked } = c.req.valid('query')
    const filter = await auditFilter(db, asked)
    const now = clock.now()
    const told = Object.entries(filter).filter(([, value]) => value !== undefined)
    const actor = `staff:${c.get('staff').id}` as const
    const detail = { format, ...(Object.fromEntries(told) as Record<string, string | number>) }
    // What comes while the file is made, this row too, is not in it.
    const before = { ...filter, to: Math.min(filter.to ?? now, now) }
    await writeAudit(db, { actor, action: 'audit.export', subject: 'audit', detail }, now)
    const { type } = FORMATS[format]
    const day = isoTime(now).slice(0, 10)
    return new Response(auditFile(db, before, FORMATS[format]), {
      headers: {
        'content-type': type,
        'content-disposition': `attachment; filename="audit-${day}.${format}"`,
        'cache-control': 'no-store',
      },
    })
  })
}
