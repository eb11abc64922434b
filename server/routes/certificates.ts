/** The phone: put a certificate from the window on it. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { claimCertificate } from '../issuing.ts'
import type { ServiceEnv } from '../service.ts'
import { isoTime, json, jsonBody, p256JwkSchema, problems, route } from './route.ts'

const claimRoute = route(
  { by: 'phone' },
  {
    method: 'post',
    path: '/v1/certificates/claim',
    tags: ['phone'],
    summary: 'Use a code from the window: binds the certificate, gives the first pass',
    request: jsonBody(z.strictObject({ code: z.string().max(64), holderKey: p256JwkSchema })),
    responses: {
      201: json(
        'The certificate and a pass of at most 30 minutes, base64url',
        z.object({
          certificate: z.object({
            id: z.string(),
            validFrom: z.iso.datetime(),
            validUntil: z.iso.datetime(),
          }),
          pass: z.string(),
          passExpiresAt: z.iso.datetime(),
        }),
      ),
      ...problems('INVALID', 'PROOF_MISSING', 'PROOF_INVALID', 'USE_NONCE', 'PROOF_REPLAYED'),
      ...problems('CLAIM_INVALID', 'CLAIM_USED', 'CERTIFICATE_ENDED', 'NO_KEY'),
    },
  },
)

export function registerCertificates(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(claimRoute, async c => {
    const { code, holderKey } = c.req.valid('json')
    const { kty, crv, x, y } = holderKey
    const claim = { code, holderKey: { kty, crv, x, y }, deviceKey: c.get('device') }
    const { certificate, pass, passExpiresAt } = await claimCertificate(c.get('service'), claim)
    const answer = {
      certificate: {
        id: certificate.id,
        validFrom: isoTime(certificate.valid_from),
        validUntil: isoTime(certificate.valid_until),
      },
      pass: Buffer.from(pass).toString('base64url'),
      passExpiresAt: isoTime(passExpiresAt),
    }
    return c.json(answer, 201)
  })
}
