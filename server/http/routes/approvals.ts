/** Approvals by a second member of staff: the list, one with its code for who asked, and decisions. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { may } from '../../auth/permissions.ts'
import type { StaffMember } from '../../auth/staff.ts'
import { DOCUMENT_TYPES } from '../../domain/document-type.ts'
import { PAGE_ROWS_MAX } from '../../limits.ts'
import {
  approvalFor,
  approvalsFor,
  approve,
  decline,
  type SeenApproval,
} from '../../services/approve.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { APPROVAL_SHOWN } from '../../store/desk/approvals.ts'
import {
  count,
  isoTime,
  json,
  jsonBody,
  problems,
  reasonSchema,
  route,
  timeIdSchema,
} from './route.ts'

const idParam = z.object({ id: timeIdSchema })

const approvalShape = {
  id: z.string(),
  state: z.enum(APPROVAL_SHOWN),
  askedBy: z.string().describe('id of the member of staff'),
  askedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  reason: z.string(),
  replaces: z.string().nullable().describe('the certificate that runs and would end'),
  person: z.object({ maskedName: z.string(), documentType: z.enum(DOCUMENT_TYPES) }),
  decidedBy: z.string().nullable(),
  decidedAt: z.iso.datetime().nullable(),
  certificate: z.string().nullable(),
}
const approvalSchema = z.object(approvalShape).openapi('Approval')

function shown({ row, state, maskedName, documentType }: SeenApproval) {
  return {
    id: row.id,
    state,
    askedBy: row.asked_by,
    askedAt: isoTime(row.asked_at),
    expiresAt: isoTime(row.expires_at),
    reason: row.reason,
    replaces: row.replaces,
    person: { maskedName, documentType },
    decidedBy: row.decided_by,
    decidedAt: row.decided_at === null ? null : isoTime(row.decided_at),
    certificate: row.certificate,
  }
}

const listRoute = route(
  { by: 'staff', permission: 'approval.read' },
  {
    method: 'get',
    path: '/v1/desk/approvals',
    tags: ['desk'],
    summary: 'Approvals of the last 24 hours: all for who may decide, else those one asked for',
    request: {
      query: z.object({
        state: z.enum(APPROVAL_SHOWN).optional(),
        before: timeIdSchema.optional(),
        limit: count(1, PAGE_ROWS_MAX, 100),
      }),
    },
    responses: {
      200: json(
        'Newest first, and the `before` of the next page',
        z.object({ rows: z.array(approvalSchema), next: z.string().nullable() }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN'),
    },
  },
)

const oneRoute = route(
  { by: 'staff', permission: 'approval.read' },
  {
    method: 'get',
    path: '/v1/desk/approvals/{id}',
    tags: ['desk'],
    summary: 'One approval; once it is approved, who asked finds the code for the phone here',
    request: { params: idParam },
    responses: {
      200: json(
        'As it is now. `claim` is null for others than who asked, and when the code is too old',
        z.object({
          approval: approvalSchema,
          claim: z.object({ code: z.string(), expiresAt: z.iso.datetime() }).nullable(),
        }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'APPROVAL_UNKNOWN'),
    },
  },
)

const decision = {
  request: { params: idParam, ...jsonBody(z.strictObject({ reason: reasonSchema })) },
  problems: problems(
    ...(['INVALID', 'SIGN_IN', 'FORBIDDEN', 'APPROVAL_UNKNOWN', 'APPROVAL_OWN'] as const),
    ...(['APPROVAL_DECIDED', 'APPROVAL_EXPIRED', 'CERTIFICATE_ACTIVE'] as const),
  ),
}

const approveRoute = route(
  { by: 'staff', permission: 'approval.decide' },
  {
    method: 'post',
    path: '/v1/desk/approvals/{id}/approve',
    tags: ['desk'],
    summary: 'Approve, by somebody else than who asked: the certificate is issued to their window',
    request: decision.request,
    responses: {
      200: json(
        'Approved and issued',
        z.object({
          approval: z.object({ id: z.string(), state: z.literal('approved') }),
          certificate: z.object({ id: z.string() }),
        }),
      ),
      ...decision.problems,
    },
  },
)

const declineRoute = route(
  { by: 'staff', permission: 'approval.decide' },
  {
    method: 'post',
    path: '/v1/desk/approvals/{id}/decline',
    tags: ['desk'],
    summary: 'Decline, by somebody else than who asked',
    request: decision.request,
    responses: {
      200: json(
        'Declined',
        z.object({ approval: z.object({ id: z.string(), state: z.literal('declined') }) }),
      ),
      ...decision.problems,
    },
  },
)

const viewer = ({ id, role }: StaffMember) => ({ id, mayDecide: may(role, 'approval.decide') })

export function registerApprovals(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(listRoute, async c => {
    const { state, before, limit } = c.req.valid('query')
    const page = { state, before, limit }
    const { rows, next } = await approvalsFor(c.get('service'), viewer(c.get('staff')), page)
    return c.json({ rows: rows.map(shown), next }, 200)
  })
  app.openapi(oneRoute, async c => {
    const { id } = c.req.valid('param')
    const found = await approvalFor(c.get('service'), viewer(c.get('staff')), id)
    const { claim } = found
    return c.json(
      {
        approval: shown(found),
        claim: claim ? { code: claim.code, expiresAt: isoTime(claim.codeExpiresAt) } : null,
      },
      200,
    )
  })
  app.openapi(approveRoute, async c => {
    const { id } = c.req.valid('param')
    const { reason } = c.req.valid('json')
    const certificate = await approve(c.get('service'), { id, reason, by: c.get('staff').id })
    const approval = { id, state: 'approved' as const }
    return c.json({ approval, certificate: { id: certificate } }, 200)
  })
  app.openapi(declineRoute, async c => {
    const { id } = c.req.valid('param')
    const { reason } = c.req.valid('json')
    await decline(c.get('service'), { id, reason, by: c.get('staff').id })
    return c.json({ approval: { id, state: 'declined' as const } }, 200)
  })
}
