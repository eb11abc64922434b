/** Appeals: made by the phone that applied; listed, taken and resolved at the desk. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { DOCUMENT_TYPES } from '../../domain/document-type.ts'
import { APPEAL_CHARS_MAX, CONTACT_CHARS_MAX, NOTE_CHARS_MAX, PAGE_ROWS_MAX } from '../../limits.ts'
import { appeal, appealsFor, resolve, type SeenAppeal, take } from '../../services/appeal.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { APPEAL_STATES } from '../../store/desk/appeals.ts'
import { APPEAL_OUTCOMES } from '../../store/schema/desk-schema.ts'
import {
  certificateIdSchema,
  count,
  isoTime,
  json,
  jsonBody,
  lineSchema,
  linesSchema,
  PROOF_PROBLEMS,
  problems,
  route,
  timeIdSchema,
} from './route.ts'

const idParam = z.object({ id: timeIdSchema })
const STAFF_PROBLEMS = ['INVALID', 'SIGN_IN', 'FORBIDDEN'] as const

const appealRoute = route(
  { by: 'phone' },
  {
    method: 'post',
    path: '/v1/appeals',
    tags: ['phone'],
    summary: 'Appeal against a refused face check; the answer tells nothing of who is on file',
    request: jsonBody(
      z.strictObject({
        application: certificateIdSchema.describe('of this phone, with a face check behind it'),
        text: linesSchema(APPEAL_CHARS_MAX),
        contact: lineSchema(CONTACT_CHARS_MAX)
          .optional()
          .describe('where an answer may reach the person'),
      }),
    ),
    responses: {
      201: json('Taken', z.object({ appeal: z.object({ id: z.string() }) })),
      ...problems(
        ...(['INVALID', ...PROOF_PROBLEMS, 'RATE_LIMITED', 'APPLICATION_UNKNOWN'] as const),
        ...(['APPLICATION_DONE', 'APPEAL_EARLY', 'APPEAL_OPEN'] as const),
      ),
    },
  },
)

const appealSchema = z
  .object({
    id: z.string(),
    state: z.enum(APPEAL_STATES),
    application: z.string(),
    madeAt: z.iso.datetime(),
    person: z.object({ maskedName: z.string(), documentType: z.enum(DOCUMENT_TYPES) }),
    takenBy: z.string().nullable().describe('id of the member of staff'),
    takenAt: z.iso.datetime().nullable(),
    outcome: z.enum(APPEAL_OUTCOMES).nullable(),
    resolvedAt: z.iso.datetime().nullable(),
  })
  .openapi('Appeal')

const timeOrNull = (at: number | null) => (at === null ? null : isoTime(at))

const shown = ({ row, state, maskedName, documentType }: SeenAppeal) => ({
  id: row.id,
  state,
  application: row.application,
  madeAt: isoTime(row.made_at),
  person: { maskedName, documentType },
  takenBy: row.taken_by,
  takenAt: timeOrNull(row.taken_at),
  outcome: row.outcome,
  resolvedAt: timeOrNull(row.resolved_at),
})

const listRoute = route(
  { by: 'staff', permission: 'appeal.read' },
  {
    method: 'get',
    path: '/v1/appeals',
    tags: ['desk'],
    summary: 'Appeals, without what was written: take one to read it',
    request: {
      query: z.object({
        resolved: z.enum(['true', 'false']).optional(),
        before: timeIdSchema.optional(),
        limit: count(1, PAGE_ROWS_MAX, 100),
      }),
    },
    responses: {
      200: json(
        'Newest first, and the `before` of the next page',
        z.object({ rows: z.array(appealSchema), next: z.string().nullable() }),
      ),
      ...problems(...STAFF_PROBLEMS),
    },
  },
)

const takeRoute = route(
  { by: 'staff', permission: 'appeal.resolve' },
  {
    method: 'post',
    path: '/v1/appeals/{id}/take',
    tags: ['desk'],
    summary: 'Take an appeal to work on it, for an hour or until it is taken again; audited',
    request: { params: idParam, ...jsonBody(z.strictObject({})) },
    responses: {
      200: json(
        'What was written, and who applied',
        z.object({
          appeal: z.object({ id: z.string(), text: z.string(), contact: z.string().nullable() }),
          person: z.object({
            name: z.string(),
            documentType: z.enum(DOCUMENT_TYPES),
            documentNumber: z.string(),
          }),
        }),
      ),
      ...problems(
        ...([...STAFF_PROBLEMS, 'RATE_LIMITED'] as const),
        ...(['APPEAL_UNKNOWN', 'APPEAL_TAKEN', 'APPEAL_RESOLVED'] as const),
      ),
    },
  },
)

const resolveRoute = route(
  { by: 'staff', permission: 'appeal.resolve' },
  {
    method: 'post',
    path: '/v1/appeals/{id}/resolve',
    tags: ['desk'],
    summary: 'End an appeal that one has taken',
    request: {
      params: idParam,
      ...jsonBody(
        z.strictObject({
          outcome: z.enum(APPEAL_OUTCOMES),
          note: linesSchema(NOTE_CHARS_MAX),
        }),
      ),
    },
    responses: {
      200: json(
        'Resolved',
        z.object({ appeal: z.object({ id: z.string(), state: z.literal('resolved') }) }),
      ),
      ...problems(
        ...([...STAFF_PROBLEMS, 'APPEAL_UNKNOWN', 'APPEAL_TAKEN', 'APPEAL_NOT_TAKEN'] as const),
        ...(['APPEAL_RESOLVED'] as const),
      ),
    },
  },
)

export function registerAppeals(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(appealRoute, async c => {
    const { application, text, contact } = c.req.valid('json')
    const deviceKey = c.get('device')
    const id = await appeal(c.get('service'), { application, deviceKey, text, contact })
    return c.json({ appeal: { id } }, 201)
  })
  app.openapi(listRoute, async c => {
    const { resolved, before, limit } = c.req.valid('query')
    const only = resolved === undefined ? undefined : resolved === 'true'
    const { rows, next } = await appealsFor(c.get('service'), { before, limit, resolved: only })
    return c.json({ rows: rows.map(shown), next }, 200)
  })
  app.openapi(takeRoute, async c => {
    const { id } = c.req.valid('param')
    const taken = await take(c.get('service'), { id, by: c.get('staff').id })
    const { text, contact, identity } = taken
    return c.json({ appeal: { id, text, contact: contact ?? null }, person: identity }, 200)
  })
  app.openapi(resolveRoute, async c => {
    const { id } = c.req.valid('param')
    const { outcome, note } = c.req.valid('json')
    await resolve(c.get('service'), { id, by: c.get('staff').id, outcome, note })
    return c.json({ appeal: { id, state: 'resolved' as const } }, 200)
  })
}
