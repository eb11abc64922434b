/** Operators and technicians: enrolment codes, the gates there are, and their journals. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { epochSchema, gapReasonSchema, journalRowSchema } from '../../../gate/contract/events.ts'
import { healthSchema } from '../../../gate/contract/health.ts'
import { Problem } from '../../errors.ts'
import { GATE_STALE_MS, PAGE_ROWS_MAX } from '../../limits.ts'
import { makeEnrolmentCode } from '../../secrets.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { writeAudit } from '../../store/audit/audit.ts'
import { transact } from '../../store/engine/transact.ts'
import { gapsOfGates } from '../../store/gates/gate-gaps.ts'
import { healthOfGates, type KeptHealth } from '../../store/gates/gate-health.ts'
import { addEnrolment, findGate, listGates } from '../../store/gates/gates.ts'
import { latestEpoch, readEvents } from '../../store/gates/journals.ts'
import { count, isoTime, json, jsonBody, nameSchema, problems, route } from './route.ts'

const enrolmentRoute = route(
  { by: 'staff', permission: 'fleet.enrol' },
  {
    method: 'post',
    path: '/v1/fleet/enrolments',
    tags: ['operator'],
    summary: 'Make a one-time code for a gate, good for 15 minutes',
    request: jsonBody(z.strictObject({ gate: nameSchema, station: nameSchema })),
    responses: {
      201: json('The code', z.object({ code: z.string(), expiresAt: z.iso.datetime() })),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN'),
    },
  },
)

const gatesRoute = route(
  { by: 'staff', permission: 'fleet.read' },
  {
    method: 'get',
    path: '/v1/fleet/gates',
    tags: ['operator'],
    summary: 'All gates; those that are retired, if wanted',
    request: { query: z.object({ retired: z.enum(['yes', 'no']).default('no') }) },
    responses: {
      200: json(
        'By name',
        z.object({
          rows: z.array(
            z.object({
              gate: z.string(),
              station: z.string(),
              enrolledAt: z.int(),
              seenAt: z.int().nullable(),
              retiredAt: z.int().nullable(),
              epochs: z.array(z.object({ epoch: z.string(), next: z.int() })),
              missing: z
                .array(
                  z.object({
                    epoch: z.string(),
                    from: z.int(),
                    to: z.int(),
                    why: gapReasonSchema,
                    toldAt: z.int(),
                  }),
                )
                .describe(
                  'rows of its journal, from and to included, that never come: `dropped` are on ' +
                    'neither side, `refused` were refused here and are set aside at the gate',
                ),
              health: healthSchema
                .extend({ receivedAt: z.int(), ageMs: z.int(), stale: z.boolean() })
                .nullable()
                .describe('what it told of itself last; null when it has not'),
            }),
          ),
        }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN'),
    },
  },
)

const eventsRoute = route(
  { by: 'staff', permission: 'fleet.read' },
  {
    method: 'get',
    path: '/v1/fleet/gates/{id}/events',
    tags: ['operator'],
    summary: 'A gate’s journal, in order; the newest epoch unless one is named',
    request: {
      params: z.object({ id: nameSchema }),
      query: z.object({
        epoch: epochSchema.optional(),
        after: count(0, Number.MAX_SAFE_INTEGER, 0),
        limit: count(1, PAGE_ROWS_MAX, 100),
      }),
    },
    responses: {
      200: json(
        'Rows, and the `after` of the next page',
        z.object({
          rows: z.array(journalRowSchema.extend({ receivedAt: z.int() })),
          next: z.int().nullable(),
        }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'NOT_FOUND'),
    },
  },
)

export function registerFleet(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(enrolmentRoute, async c => {
    const { db, secrets, clock, random } = c.get('service')
    const { gate, station } = c.req.valid('json')
    const code = makeEnrolmentCode(random)
    const codeHash = secrets.mac('code', code).toString('base64url')
    const now = clock.now()
    const { expiresAt } = await transact(db, async tx => {
      const actor = `staff:${c.get('staff').id}` as const
      await writeAudit(tx, { actor, action: 'fleet.enrolment', subject: gate }, now)
      return addEnrolment(tx, { codeHash, gate, station }, now)
    })
    return c.json({ code, expiresAt: isoTime(expiresAt) }, 201)
  })
  app.openapi(gatesRoute, async c => {
    const { db, clock } = c.get('service')
    const told = await healthOfGates(db)
    const gaps = await gapsOfGates(db)
    const rows = (await listGates(db, { retired: c.req.valid('query').retired === 'yes' })).map(
      row => ({
        ...row,
        missing: [...(gaps.get(row.gate) ?? [])],
        health: shownHealth(told.get(row.gate), clock.now()),
      }),
    )
    return c.json({ rows }, 200)
  })
  app.openapi(eventsRoute, async c => {
    const { db } = c.get('service')
    const { id } = c.req.valid('param')
    const { after, limit, epoch: named } = c.req.valid('query')
    if ((await findGate(db, id)) === undefined) throw new Problem('NOT_FOUND')
    const epoch = named ?? (await latestEpoch(db, id))
    if (epoch === undefined) return c.json({ rows: [], next: null }, 200)
    return c.json(await readEvents(db, { gate: id, epoch, after, limit }), 200)
  })
}

function shownHealth(told: KeptHealth | undefined, now: number) {
  if (told?.health === undefined) return null
  const ageMs = Math.max(0, now - told.receivedAt)
  return { ...told.health, receivedAt: told.receivedAt, ageMs, stale: ageMs >= GATE_STALE_MS }
}
