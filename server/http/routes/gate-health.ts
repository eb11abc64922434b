/** The gates' health reports: the newest of each is kept, for the fleet's page and the metrics. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { healthSchema } from '../../../gate/contract/health.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { transact } from '../../store/engine/transact.ts'
import { keepHealth } from '../../store/gates/gate-health.ts'
import { sawGate } from '../../store/gates/gates.ts'
import { noteManifest } from '../../store/gates/gates-ahead.ts'
import { jsonBody, nameSchema, problems, route } from './route.ts'

const healthRoute = route(
  { by: 'gate' },
  {
    method: 'post',
    path: '/v1/gates/{id}/health',
    tags: ['gate'],
    summary: 'How the gate is; the newest is kept',
    request: { params: z.object({ id: nameSchema }), ...jsonBody(healthSchema) },
    responses: { 204: { description: 'Kept' }, ...problems('INVALID', 'GATE_UNKNOWN') },
  },
)

export function registerGateHealth(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(healthRoute, async c => {
    const { db, clock, log, oldCopy, fleet } = c.get('service')
    const { id } = c.get('gate')
    const health = c.req.valid('json')
    const now = clock.now()
    const version = health.trust.manifestVersion
    const isAhead = await transact(db, async tx => {
      await sawGate(tx, id, now)
      await keepHealth(tx, id, health, now)
      return version !== null && (await noteManifest(tx, id, version, now))
    })
    fleet.told(id, health, now)
    if (isAhead) {
      log.error({ code: 'GATE_AHEAD', gate: id, version }, 'a gate holds a manifest unknown here')
      await oldCopy.look()
    }
    return c.body(null, 204)
  })
}
