/** The phone: put a certificate from the window on it, look at it, cancel it. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { QUOTA_PER_MONTH, stateOf } from '../../domain/certificate.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { claimCertificate } from '../../services/issue.ts'
import { cancelCertificate, certificateOfPhone } from '../../services/revoke.ts'
import { lifeOf } from '../../services/sign-pass.ts'
import { quotaUsed } from '../../store/certificates/certificates.ts'
import { issuedAnswer, issuedSchema } from './issued.ts'
import {
  certificateIdSchema,
  isoTime,
  json,
  jsonBody,
  PROOF_PROBLEMS,
  p256JwkSchema,
  problems,
  route,
} from './route.ts'

const idParam = z.object({ id: certificateIdSchema })

const claimRoute = route(
  { by: 'phone' },
  {
    method: 'post',
    path: '/v1/certificates/claim',
    tags: ['phone'],
    summary: 'Use a code from the window: binds the certificate, gives the first pass',
    request: jsonBody(z.strictObject({ code: z.string().max(64), holderKey: p256JwkSchema })),
    responses: {
      201: json('The certificate and its first pass', issuedSchema),
      ...problems(
        ...([
          'INVALID',
          ...PROOF_PROBLEMS,
          'CLAIM_INVALID',
          'CLAIM_USED',
          'CERTIFICATE_ENDED',
        ] as const),
        ...(['NO_KEY', 'RATE_LIMITED'] as const),
      ),
    },
  },
)

const showRoute = route(
  { by: 'phone', knows: certificateOfPhone },
  {
    method: 'get',
    path: '/v1/certificates/{id}',
    tags: ['phone'],
    summary: 'The certificate on this phone',
    request: { params: idParam },
    responses: {
      200: json(
        'Its state',
        z.object({
          id: z.string(),
          state: z.enum(['active', 'expired', 'revoked', 'replaced', 'cancelled']),
          validFrom: z.iso.datetime(),
          validUntil: z.iso.datetime(),
          monthLeft: z
            .int()
            .describe('certificates that the person may still apply for in this month of Shanghai'),
        }),
      ),
      ...problems('INVALID', ...PROOF_PROBLEMS, 'CERTIFICATE_UNKNOWN'),
    },
  },
)

const cancelRoute = route(
  { by: 'phone', knows: certificateOfPhone },
  {
    method: 'delete',
    path: '/v1/certificates/{id}',
    tags: ['phone'],
    summary: 'Cancel it for good; answers once gates can fetch it, or after one second',
    request: { params: idParam },
    responses: {
      200: json(
        'Cancelled. `manifestVersion` is null when the manifest follows later',
        z.object({
          id: z.string(),
          state: z.literal('cancelled'),
          manifestVersion: z.int().nullable(),
        }),
      ),
      ...problems('INVALID', ...PROOF_PROBLEMS, 'CERTIFICATE_UNKNOWN', 'CERTIFICATE_ENDED'),
    },
  },
)

export function registerCertificates(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(claimRoute, async c => {
    const { code, holderKey } = c.req.valid('json')
    const { kty, crv, x, y } = holderKey
    const claim = { code, holderKey: { kty, crv, x, y }, deviceKey: c.get('device') }
    return c.json(issuedAnswer(await claimCertificate(c.get('service'), claim)), 201)
  })
  app.openapi(showRoute, async c => {
    const service = c.get('service')
    const { id } = c.req.valid('param')
    const row = await certificateOfPhone(service, id, c.get('device'))
    const now = service.clock.now()
    const answer = {
      id,
      state: stateOf(lifeOf(row), now),
      validFrom: isoTime(row.valid_from),
      validUntil: isoTime(row.valid_until),
      monthLeft: QUOTA_PER_MONTH - (await quotaUsed(service.db, row.person, now)),
    }
    return c.json(answer, 200)
  })
  app.openapi(cancelRoute, async c => {
    const { id } = c.req.valid('param')
    const { manifestVersion } = await cancelCertificate(c.get('service'), id, c.get('device'))
    const answer = { id, state: 'cancelled' as const, manifestVersion: manifestVersion ?? null }
    return c.json(answer, 200)
  })
}
