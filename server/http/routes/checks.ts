/** The desk: a presented code in place of the card. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { PASS_TEXT_CHARS_MAX } from '../../../pass/limits.ts'
import { DOCUMENT_TYPES } from '../../domain/document-type.ts'
import { checkPresented } from '../../services/check-pass.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { readingsAnswer, readingsShape } from './remarks.ts'
import { isoTime, json, jsonBody, presentedNameSchema, problems, route } from './route.ts'

const checkRoute = route(
  { by: 'staff', permission: 'check.identity' },
  {
    method: 'post',
    path: '/v1/checks',
    tags: ['desk'],
    summary: 'The identity behind a presented code: for sale, refund or change, and audited',
    request: jsonBody(
      z.strictObject({
        code: z.string().max(PASS_TEXT_CHARS_MAX).describe('the text in the QR code'),
        purpose: z.string().max(32).describe('sale, refund or change'),
        name: presentedNameSchema,
      }),
    ),
    responses: {
      200: json(
        'Accepted with the identity, or refused with the reason a gate would give',
        z.discriminatedUnion('accepted', [
          z.object({
            accepted: z.literal(true),
            ...readingsShape,
            certificate: z.object({ id: z.string(), validUntil: z.iso.datetime() }),
            person: z.object({
              name: z.string(),
              documentType: z.enum(DOCUMENT_TYPES),
              documentNumber: z.string(),
            }),
          }),
          z.object({
            accepted: z.literal(false),
            ...readingsShape,
            reason: z
              .string()
              .describe(
                'a gate’s code, such as EXPIRED; OUT_OF_SCOPE: the pass is not good for this purpose; ' +
                  'OTHER_WINDOW, OTHER_PURPOSE, NAME_MISSING or NAME_MISMATCH',
              ),
          }),
        ]),
      ),
      ...problems('INVALID', 'PURPOSE_REFUSED', 'SIGN_IN', 'FORBIDDEN', 'RATE_LIMITED'),
    },
  },
)

export function registerChecks(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(checkRoute, async c => {
    const { code, purpose, name } = c.req.valid('json')
    const by = c.get('staff')
    const result = await checkPresented(c.get('service'), { text: code, purpose, name, by })
    const readings = readingsAnswer(result.readings)
    if (!result.accepted) {
      return c.json({ accepted: false as const, reason: result.reason, readings }, 200)
    }
    const { id, valid_until } = result.certificate
    const certificate = { id, validUntil: isoTime(valid_until) }
    return c.json(
      { accepted: true as const, certificate, person: { ...result.person }, readings },
      200,
    )
  })
}
