/** How a gate was over the last day. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { healthPointSchema } from '../../domain/health-point.ts'
import { Problem } from '../../errors.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { findGate } from '../../store/gates/gates.ts'
import { pointsOf } from '../../store/gates/health-points.ts'
import { json, nameSchema, problems, route } from './route.ts'

const historyRoute = route(
  { by: 'staff', permission: 'fleet.read' },
  {
    method: 'get',
    path: '/v1/fleet/gates/{id}/health',
    tags: ['operator'],
    summary: 'How a gate was over the last 24 hours: the first report of each five minutes',
    request: { params: z.object({ id: nameSchema }) },
    responses: {
      200: json(
        'The oldest first',
        z.object({ rows: z.array(healthPointSchema.extend({ at: z.int() })) }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'NOT_FOUND'),
    },
  },
)

export function registerFleetHistory(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(historyRoute, async c => {
    const { db, clock } = c.get('service')
    const { id } = c.req.valid('param')
    if ((await findGate(db, id)) === undefined) throw new Problem('NOT_FOUND')
    return c.json({ rows: await pointsOf(db, id, clock.now()) }, 200)
  })
}
