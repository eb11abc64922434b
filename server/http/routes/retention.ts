/** What retention deleted: signed reports, for auditors. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { Problem } from '../../errors.ts'
import { PAGE_ROWS_MAX } from '../../limits.ts'
import { readReport, reportSchema } from '../../publish/retention-report.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { closedReports } from '../../store/retention/retention-reports.ts'
import { coseResponse } from './cose-answer.ts'
import { cose, count, json, problems, route } from './route.ts'

const listRoute = route(
  { by: 'staff', permission: 'retention.read' },
  {
    method: 'get',
    path: '/v1/retention/reports',
    tags: ['operator'],
    summary: 'What was deleted because its time was over, newest report first',
    request: {
      query: z.object({
        before: count(1, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
        limit: count(1, PAGE_ROWS_MAX, 100),
      }),
    },
    responses: {
      200: json(
        'Reports with the key that signed each, and the `before` of the next page',
        z.object({
          rows: z.array(reportSchema.extend({ kid: z.string() })),
          next: z.int().nullable(),
        }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN'),
    },
  },
)

const reportRoute = route(
  { by: 'staff', permission: 'retention.read' },
  {
    method: 'get',
    path: '/v1/retention/reports/{number}',
    tags: ['operator'],
    summary: 'One report as it was signed',
    request: { params: z.object({ number: count(1, Number.MAX_SAFE_INTEGER, 1) }) },
    responses: {
      200: cose('A COSE_Sign1 by a config key'),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'NOT_FOUND'),
    },
  },
)

export function registerRetention(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(listRoute, async c => {
    const { before, limit } = c.req.valid('query')
    const found = await closedReports(c.get('service').db, { before, limit })
    const rows = found.flatMap(({ bytes }) => {
      const read = readReport(bytes)
      return read === undefined ? [] : [{ ...read.report, kid: read.kid }]
    })
    const next = found.length === limit ? (found.at(-1)?.number ?? null) : null
    return c.json({ rows, next }, 200)
  })
  app.openapi(reportRoute, async c => {
    const { number } = c.req.valid('param')
    const [found] = await closedReports(c.get('service').db, { before: number + 1, limit: 1 })
    if (found?.number !== number) throw new Problem('NOT_FOUND')
    return coseResponse(found.bytes, { 'cache-control': 'no-store' })
  })
}
