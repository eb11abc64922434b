/** The report of second uses of a pass, for operators. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { duplicatesOf, useOf } from '../../domain/duplicates.ts'
import { Problem } from '../../errors.ts'
import {
  DUPLICATE_ENTRY_MS,
  DUPLICATES_CERTIFICATES_MAX,
  DUPLICATES_SPAN_MS,
} from '../../limits.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { passagesOf, repeatedIn } from '../../store/gates/passages.ts'
import { count, json, problems, route } from './route.ts'

const useSchema = z.object({
  gate: z.string(),
  lane: z.string(),
  epoch: z.string(),
  seq: z.int(),
  at: z.int(),
})

const duplicatesRoute = route(
  { by: 'staff', permission: 'fleet.read' },
  {
    method: 'get',
    path: '/v1/fleet/duplicates',
    tags: ['operator'],
    summary: 'Second uses of a pass that gates could not see: the last 24 hours, or a span within',
    request: {
      query: z.object({
        since: count(0, Number.MAX_SAFE_INTEGER, 0),
        until: count(0, Number.MAX_SAFE_INTEGER, 0),
      }),
    },
    responses: {
      200: json(
        'By the time of the second use. `complete` is false when the span held more than could be looked at: ask for shorter ones',
        z.object({
          rows: z.array(
            z.object({
              kind: z.enum(['CODE_TWICE', 'INSIDE_TWICE']),
              cti: z.string(),
              station: z.string(),
              area: z.string(),
              first: useSchema,
              second: useSchema,
            }),
          ),
          complete: z.boolean(),
        }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN'),
    },
  },
)

export function registerDuplicates(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(duplicatesRoute, async c => {
    const { db, clock } = c.get('service')
    const query = c.req.valid('query')
    const until = query.until === 0 ? clock.now() : query.until
    const since = query.since === 0 ? Math.max(0, until - DUPLICATES_SPAN_MS) : query.since
    if (until <= since || until - since > DUPLICATES_SPAN_MS) {
      const message = 'a span of up to 24 h'
      throw new Problem('INVALID', { fields: [{ path: 'since', found: 'a number', message }] })
    }
    const from = Math.max(0, since - DUPLICATE_ENTRY_MS)
    const max = DUPLICATES_CERTIFICATES_MAX
    const ctis = await repeatedIn(db, { since: from, until }, max + 1)
    const passages = await passagesOf(db, ctis.slice(0, max), from)
    const rows = duplicatesOf(passages, DUPLICATE_ENTRY_MS)
      .filter(({ second }) => second.at >= since && second.at < until)
      .map(({ kind, first, second }) => ({
        kind,
        cti: second.cti,
        station: second.station,
        area: second.area,
        first: useOf(first),
        second: useOf(second),
      }))
    return c.json({ rows, complete: ctis.length <= max }, 200)
  })
}
