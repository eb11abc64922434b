/** Applying by phone: the application, its challenge, and the face check that makes a certificate. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { DOCUMENT_TYPES } from '../../domain/document-type.ts'
import { CITY_CHARS_MAX, DOCUMENT_NUMBER_CHARS_MAX, NAME_POINTS_MAX } from '../../limits.ts'
import { applicationOf, apply } from '../../services/apply.ts'
import { challengeApplication } from '../../services/challenge.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { verifyApplication } from '../../services/face-check.ts'
import { attemptOf, captureRoute, challengeAnswer, challengeRoute } from './face.ts'
import type { Knows } from './guard.ts'
import { issuedAnswer } from './issued.ts'
import { remarksAnswer, remarksShape } from './remarks.ts'
import { isoTime, json, jsonBody, lineSchema, PROOF_PROBLEMS, problems, route } from './route.ts'

const applyRoute = route(
  { by: 'phone' },
  {
    method: 'post',
    path: '/v1/applications',
    tags: ['phone'],
    summary: 'Apply for a certificate; the answer is the same for whoever is on file or not',
    request: jsonBody(
      z.strictObject({
        name: z.string().max(NAME_POINTS_MAX * 4),
        documentType: z.enum(DOCUMENT_TYPES),
        documentNumber: z.string().max(DOCUMENT_NUMBER_CHARS_MAX),
        city: lineSchema(CITY_CHARS_MAX).describe('where; it is not kept'),
        consent: z
          .literal(true)
          .describe('to the face check, given in a step of its own; the window is the alternative'),
        guardianConsent: z.boolean().default(false).describe('under 14, a guardian’s too'),
      }),
    ),
    responses: {
      201: json(
        'Taken. Ask for a challenge next',
        z.object({
          application: z.object({ id: z.string(), expiresAt: z.iso.datetime() }),
          ...remarksShape,
        }),
      ),
      ...problems(
        ...(['INVALID', ...PROOF_PROBLEMS, 'RATE_LIMITED', 'CONSENT_GUARDIAN'] as const),
        ...(['DOCUMENT_INVALID', 'DOCUMENT_TYPE', 'NAME_INVALID'] as const),
        ...(['DOCUMENT_OTHER_TYPE'] as const),
      ),
    },
  },
)

const knows: Knows = (service, id, deviceKey) => applicationOf(service, { id, deviceKey })

const challenge = challengeRoute(
  {
    path: '/v1/applications/{id}/challenge',
    summary: 'What to do before the camera, within 60 seconds',
    of: 'application',
    knows,
  },
  ['APPLICATION_UNKNOWN', 'APPLICATION_DONE', 'TRIES_USED'],
)

const capture = captureRoute(
  {
    path: '/v1/applications/{id}/face',
    summary: 'The face check: on a match the certificate, on this phone, and its first pass',
    of: 'application',
    knows,
  },
  'Issued, or moved to this phone',
  [
    'APPLICATION_UNKNOWN',
    'APPLICATION_DONE',
    'TRIES_USED',
    'QUOTA_USED',
    'CERTIFICATE_ACTIVE',
    'RATE_LIMITED',
  ],
)

export function registerApplications(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(applyRoute, async c => {
    const { city: _, consent: __, ...typed } = c.req.valid('json')
    const { id, expiresAt, ...remarks } = await apply(c.get('service'), {
      ...typed,
      deviceKey: c.get('device'),
    })
    const application = { id, expiresAt: isoTime(expiresAt) }
    return c.json({ application, ...remarksAnswer(remarks) }, 201)
  })
  app.openapi(challenge, async c => {
    const { id } = c.req.valid('param')
    const made = await challengeApplication(c.get('service'), { id, deviceKey: c.get('device') })
    return c.json(challengeAnswer(made), 201)
  })
  app.openapi(capture, async c => {
    const { id } = c.req.valid('param')
    const attempt = attemptOf(c, id, c.req.valid('json'))
    return c.json(issuedAnswer(await verifyApplication(c.get('service'), attempt)), 201)
  })
}
