/**
 * People at the desk. A look-up is a POST with the document number in its body, since proxies,
 * browsers and logs keep addresses.
 */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { DOCUMENT_TYPES } from '../../domain/document-type.ts'
import { DOCUMENT_NUMBER_CHARS_MAX } from '../../limits.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { unlock } from '../../services/face-lock.ts'
import { lookAtNumber, lookAtPhoto, lookUp } from '../../services/look-up.ts'
import { remarksAnswer, remarksShape } from './remarks.ts'
import { isoTime, json, jsonBody, problems, reasonSchema, route } from './route.ts'

const documentShape = {
  documentType: z.enum(DOCUMENT_TYPES),
  documentNumber: z.string().max(DOCUMENT_NUMBER_CHARS_MAX),
}
const documentBody = jsonBody(z.strictObject(documentShape))

const lookupRoute = route(
  { by: 'staff', permission: 'person.look' },
  {
    method: 'post',
    path: '/v1/people/lookup',
    tags: ['desk'],
    summary: 'What the desk needs of the person with a document; each look is audited',
    request: documentBody,
    responses: {
      200: json(
        'The same answer for whoever is unknown, with nothing in it',
        z.object({
          onFile: z.boolean().describe('in the registry: may apply by phone'),
          documents: z.int().describe('how many are known to be this person’s'),
          maskedName: z.string().nullable(),
          certificate: z
            .object({
              id: z.string(),
              channel: z.enum(['desk', 'phone']),
              validFrom: z.iso.datetime(),
              validUntil: z.iso.datetime(),
            })
            .nullable()
            .describe('the one that runs'),
          quota: z
            .object({ month: z.string(), used: z.int(), max: z.int() })
            .describe('certificates of the month in Shanghai'),
          approval: z
            .object({ id: z.string(), expiresAt: z.iso.datetime() })
            .nullable()
            .describe('one that waits for this person'),
          faceChecks: z
            .object({
              used: z.int(),
              max: z.int(),
              lockedUntil: z.iso.datetime().nullable().describe('midnight in Shanghai'),
            })
            .describe('of today, those compared with the photo on file'),
          ...remarksShape,
        }),
      ),
      ...problems(
        ...(['INVALID', 'SIGN_IN', 'FORBIDDEN', 'DOCUMENT_INVALID', 'DOCUMENT_TYPE'] as const),
        ...(['RATE_LIMITED', 'DOCUMENT_OTHER_TYPE'] as const),
      ),
    },
  },
)

const numberRoute = route(
  { by: 'staff', permission: 'person.look' },
  {
    method: 'post',
    path: '/v1/people/number',
    tags: ['desk'],
    summary: 'Before a page shows a whole number that it had masked: each look is audited',
    request: documentBody,
    responses: {
      200: json('The number as it was read', z.object({ documentNumber: z.string() })),
      ...problems(
        ...(['INVALID', 'SIGN_IN', 'FORBIDDEN', 'DOCUMENT_INVALID', 'DOCUMENT_TYPE'] as const),
        ...(['RATE_LIMITED', 'DOCUMENT_OTHER_TYPE'] as const),
      ),
    },
  },
)

const unlockRoute = route(
  { by: 'staff', permission: 'person.unlock' },
  {
    method: 'post',
    path: '/v1/people/unlock',
    tags: ['desk'],
    summary: 'Let a person’s face checks of today count from none again; audited',
    request: jsonBody(z.strictObject({ ...documentShape, reason: reasonSchema })),
    responses: {
      200: json(
        'Done. `lifted` is false when none were counted',
        z.object({ lifted: z.boolean() }),
      ),
      ...problems(
        ...(['INVALID', 'SIGN_IN', 'FORBIDDEN', 'DOCUMENT_INVALID', 'DOCUMENT_TYPE'] as const),
        ...(['RATE_LIMITED', 'DOCUMENT_OTHER_TYPE'] as const),
      ),
    },
  },
)

const photoRoute = route(
  { by: 'staff', permission: 'person.photo' },
  {
    method: 'post',
    path: '/v1/people/photo',
    tags: ['desk'],
    summary: 'The photo on file, to compare with the person at the window; each look is audited',
    request: documentBody,
    responses: {
      200: json('JPEG, PNG or WebP in base64', z.object({ photo: z.base64() })),
      ...problems(
        ...(['INVALID', 'SIGN_IN', 'FORBIDDEN', 'DOCUMENT_INVALID', 'DOCUMENT_TYPE'] as const),
        ...(['RATE_LIMITED', 'PERSON_UNKNOWN', 'DOCUMENT_OTHER_TYPE'] as const),
      ),
    },
  },
)

export function registerPeople(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(lookupRoute, async c => {
    const by = c.get('staff').id
    const found = await lookUp(c.get('service'), { ...c.req.valid('json'), by })
    const { onFile, documents, maskedName, running, quota, approval, faceChecks } = found
    const { lockedUntil, ...counted } = faceChecks
    const certificate = running && {
      id: running.id,
      channel: running.channel,
      validFrom: isoTime(running.valid_from),
      validUntil: isoTime(running.valid_until),
    }
    return c.json(
      {
        onFile,
        documents,
        maskedName: maskedName ?? null,
        certificate: certificate ?? null,
        quota,
        approval: approval ? { id: approval.id, expiresAt: isoTime(approval.expiresAt) } : null,
        faceChecks: {
          ...counted,
          lockedUntil: lockedUntil === undefined ? null : isoTime(lockedUntil),
        },
        ...remarksAnswer(found),
      },
      200,
    )
  })
  app.openapi(numberRoute, async c => {
    const by = c.get('staff').id
    const documentNumber = await lookAtNumber(c.get('service'), { ...c.req.valid('json'), by })
    return c.json({ documentNumber }, 200)
  })
  app.openapi(unlockRoute, async c => {
    const by = c.get('staff').id
    const lifted = await unlock(c.get('service'), { ...c.req.valid('json'), by })
    return c.json({ lifted }, 200)
  })
  app.openapi(photoRoute, async c => {
    const by = c.get('staff').id
    const photo = await lookAtPhoto(c.get('service'), { ...c.req.valid('json'), by })
    return c.json({ photo: Buffer.from(photo).toString('base64') }, 200)
  })
}
