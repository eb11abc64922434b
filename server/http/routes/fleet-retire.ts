/** Operators: a gate that is taken down, or whose key may be in other hands. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { Problem } from '../../errors.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { writeAudit } from '../../store/audit/audit.ts'
import { transact } from '../../store/engine/transact.ts'
import { retireGate } from '../../store/gates/gates.ts'
import { json, jsonBody, nameSchema, problems, reasonSchema, route } from './route.ts'

const retireRoute = route(
  { by: 'staff', permission: 'fleet.enrol' },
  {
    method: 'post',
    path: '/v1/fleet/gates/{id}/retire',
    tags: ['operator'],
    summary: 'Take a gate out of service for good: its key counts no more, its journals stay',
    request: {
      params: z.object({ id: nameSchema }),
      ...jsonBody(z.strictObject({ reason: reasonSchema })),
    },
    responses: {
      200: json('Since when it is', z.object({ retiredAt: z.int() })),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'NOT_FOUND'),
    },
  },
)

export function registerFleetRetire(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(retireRoute, async c => {
    const { db, clock } = c.get('service')
    const { id } = c.req.valid('param')
    const { reason } = c.req.valid('json')
    const now = clock.now()
    const actor = `staff:${c.get('staff').id}` as const
    const retiredAt = await transact(db, async tx => {
      const at = await retireGate(tx, id, now)
      if (at === undefined) throw new Problem('NOT_FOUND')
      await writeAudit(tx, { actor, action: 'fleet.retire', subject: id, detail: { reason } }, now)
      return at
    })
    return c.json({ retiredAt }, 200)
  })
}
