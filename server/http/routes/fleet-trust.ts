/** Trust as staff see it, and a manifest at their word. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { Problem } from '../../errors.ts'
import { trustView, trustViewSchema } from '../../publish/trust-view.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { writeAudit } from '../../store/audit/audit.ts'
import { deniedSince } from '../../store/publish/published.ts'
import { json, jsonBody, problems, reasonSchema, route } from './route.ts'

const overviewRoute = route(
  { by: 'staff', permission: 'fleet.read' },
  {
    method: 'get',
    path: '/v1/fleet/trust',
    tags: ['operator'],
    summary: 'What gates trust now: documents with their ends, keys with their states',
    responses: {
      200: json('Keys by role, then by window', trustViewSchema),
      ...problems('SIGN_IN', 'FORBIDDEN', 'NOT_READY'),
    },
  },
)

const publishRoute = route(
  { by: 'staff', permission: 'trust.publish' },
  {
    method: 'post',
    path: '/v1/trust/publish',
    tags: ['operator'],
    summary:
      'Sign a new manifest now, also where nothing has changed: gates get it with the next poll',
    request: jsonBody(z.strictObject({ reason: reasonSchema })),
    responses: {
      200: json('The newest', z.object({ manifestVersion: z.int(), madeAt: z.int() })),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'NO_KEY', 'NOT_READY', 'DATABASE_OLD'),
    },
  },
)

export function registerFleetTrust(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(overviewRoute, async c => {
    const { db, clock, config, publisher } = c.get('service')
    const viewed = {
      environment: config.trust.environment,
      document: publisher.trust(),
      manifest: publisher.latest(),
      denied: await deniedSince(db),
      isHeld: publisher.holds,
    }
    return c.json(trustView(viewed, clock.now()), 200)
  })
  app.openapi(publishRoute, async c => {
    const { db, clock, publisher } = c.get('service')
    const { reason } = c.req.valid('json')
    await publisher.publishAnew()
    const latest = publisher.latest()
    if (latest === undefined) throw new Problem('NOT_READY')
    const { version: manifestVersion, madeAt } = latest
    const actor = `staff:${c.get('staff').id}` as const
    const entry = { actor, action: 'trust.publish', subject: `manifest ${manifestVersion}` }
    await writeAudit(db, { ...entry, detail: { reason } }, clock.now())
    return c.json({ manifestVersion, madeAt }, 200)
  })
}
