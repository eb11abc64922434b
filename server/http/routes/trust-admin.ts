/** Operators: deny an issuer key from the next poll on, whatever its window. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { fromHex } from '../../../pass/bytes.ts'
import { issuerKeysOf } from '../../../pass/documents/trust.ts'
import { Problem } from '../../errors.ts'
import { DENIED_KIDS_MAX } from '../../limits.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { writeAudit } from '../../store/audit/audit.ts'
import { transact } from '../../store/engine/transact.ts'
import { denyKid } from '../../store/publish/published.ts'
import { json, jsonBody, problems, reasonSchema, route } from './route.ts'

const denyRoute = route(
  { by: 'staff', permission: 'trust.deny-key' },
  {
    method: 'post',
    path: '/v1/trust/denied-kids',
    tags: ['operator'],
    summary: 'Deny an issuer key for good: passes signed by it are refused from the next poll on',
    request: jsonBody(
      z.strictObject({
        kid: z.string().regex(/^[0-9a-f]{8}$/),
        reason: reasonSchema,
      }),
    ),
    responses: {
      200: json('Published in this manifest', z.object({ manifestVersion: z.int().nullable() })),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'KID_UNKNOWN', 'KIDS_FULL'),
    },
  },
)

export function registerTrustAdmin(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(denyRoute, async c => {
    const { db, clock, publisher } = c.get('service')
    const { kid, reason } = c.req.valid('json')
    if (issuerKeysOf(publisher.trust(), fromHex(kid)).length === 0) throw new Problem('KID_UNKNOWN')
    const now = clock.now()
    await transact(db, async tx => {
      if (!(await denyKid(tx, kid, DENIED_KIDS_MAX, now))) throw new Problem('KIDS_FULL')
      const actor = `staff:${c.get('staff').id}` as const
      await writeAudit(
        tx,
        { actor, action: 'trust.deny-kid', subject: kid, detail: { reason } },
        now,
      )
    })
    await publisher.publishNow()
    return c.json({ manifestVersion: publisher.latest()?.version ?? null }, 200)
  })
}
