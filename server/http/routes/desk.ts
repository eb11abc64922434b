/** The staffed window: issue against a document that staff saw, and revoke. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { encodePassText } from '../../../pass/text.ts'
import { DOCUMENT_TYPES } from '../../domain/document-type.ts'
import { DOCUMENT_NUMBER_CHARS_MAX, NAME_POINTS_MAX } from '../../limits.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { issueAtWindow } from '../../services/issue.ts'
import { printPaper } from '../../services/paper.ts'
import { revokeCertificate } from '../../services/revoke.ts'
import { remarksAnswer, remarksShape } from './remarks.ts'
import {
  certificateIdSchema,
  isoTime,
  json,
  jsonBody,
  problems,
  reasonSchema,
  route,
} from './route.ts'

const issueRoute = route(
  { by: 'staff', permission: 'certificate.issue' },
  {
    method: 'post',
    path: '/v1/desk/certificates',
    tags: ['desk'],
    summary:
      'Issue a certificate at the window; past the quota, or again in 24 h, ask for an approval',
    request: jsonBody(
      z.strictObject({
        person: z.strictObject({
          name: z.string().max(NAME_POINTS_MAX * 4),
          documentType: z.enum(DOCUMENT_TYPES),
          documentNumber: z.string().max(DOCUMENT_NUMBER_CHARS_MAX),
        }),
        reason: reasonSchema,
        replaceActive: z.boolean().default(false),
      }),
    ),
    responses: {
      201: json(
        'The certificate, and the code that puts it on a phone',
        z.object({
          certificate: z.object({
            id: z.string(),
            validFrom: z.iso.datetime(),
            validUntil: z.iso.datetime(),
          }),
          claim: z.object({ code: z.string(), expiresAt: z.iso.datetime() }),
          ...remarksShape,
        }),
      ),
      202: json(
        'Past the quota, or again within 24 h: a second member of staff approves; the code is there',
        z.object({
          approval: z.object({ id: z.string(), expiresAt: z.iso.datetime() }),
          ...remarksShape,
        }),
      ),
      ...problems(
        ...(['INVALID', 'SIGN_IN', 'FORBIDDEN', 'CERTIFICATE_ACTIVE', 'APPROVAL_WAITING'] as const),
        ...(['DOCUMENT_INVALID', 'DOCUMENT_TYPE', 'NAME_INVALID', 'RATE_LIMITED'] as const),
        ...(['DOCUMENT_OTHER_TYPE'] as const),
      ),
    },
  },
)

const revokeRoute = route(
  { by: 'staff', permission: 'certificate.revoke' },
  {
    method: 'post',
    path: '/v1/desk/certificates/{id}/revoke',
    tags: ['desk'],
    summary:
      'End a certificate for good, up to 24 hours after its time; answers once gates can fetch it, or after one second',
    request: {
      params: z.object({ id: certificateIdSchema }),
      ...jsonBody(z.strictObject({ reason: reasonSchema })),
    },
    responses: {
      200: json(
        'Revoked. `manifestVersion` is null when the manifest follows later',
        z.object({
          certificate: z.object({ id: z.string(), state: z.literal('revoked') }),
          manifestVersion: z.int().nullable(),
        }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'CERTIFICATE_UNKNOWN', 'CERTIFICATE_ENDED'),
    },
  },
)

const paperRoute = route(
  { by: 'staff', permission: 'certificate.paper' },
  {
    method: 'post',
    path: '/v1/desk/certificates/{id}/paper',
    tags: ['desk'],
    summary: 'A pass to print: at most 24 hours, for lanes that take paper',
    request: {
      params: z.object({ id: certificateIdSchema }),
      ...jsonBody(z.strictObject({ reason: reasonSchema })),
    },
    responses: {
      201: json(
        'The text of the QR code',
        z.object({ code: z.string(), passExpiresAt: z.iso.datetime() }),
      ),
      ...problems(
        ...([
          'INVALID',
          'SIGN_IN',
          'FORBIDDEN',
          'CERTIFICATE_UNKNOWN',
          'CERTIFICATE_ENDED',
        ] as const),
        ...(['NO_KEY'] as const),
      ),
    },
  },
)

export function registerDesk(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(issueRoute, async c => {
    const { person, reason, replaceActive } = c.req.valid('json')
    const by = c.get('staff').id
    const issued = await issueAtWindow(c.get('service'), { ...person, reason, replaceActive, by })
    const remarks = remarksAnswer(issued)
    if (issued.state === 'waiting') {
      const approval = { id: issued.approval, expiresAt: isoTime(issued.expiresAt) }
      return c.json({ approval, ...remarks }, 202)
    }
    const answer = {
      certificate: {
        id: issued.id,
        validFrom: isoTime(issued.validFrom),
        validUntil: isoTime(issued.validUntil),
      },
      claim: { code: issued.code, expiresAt: isoTime(issued.codeExpiresAt) },
      ...remarks,
    }
    return c.json(answer, 201)
  })
  app.openapi(revokeRoute, async c => {
    const { id } = c.req.valid('param')
    const { reason } = c.req.valid('json')
    const by = c.get('staff').id
    const { manifestVersion } = await revokeCertificate(c.get('service'), { id, reason, by })
    const certificate = { id, state: 'revoked' as const }
    return c.json({ certificate, manifestVersion: manifestVersion ?? null }, 200)
  })
  app.openapi(paperRoute, async c => {
    const { id } = c.req.valid('param')
    const { reason } = c.req.valid('json')
    const by = c.get('staff').id
    const { pass, passExpiresAt } = await printPaper(c.get('service'), { id, reason, by })
    return c.json({ code: encodePassText(pass), passExpiresAt: isoTime(passExpiresAt) }, 201)
  })
}
