/** A gate's config: an operator sets it, the gate fetches it by hash, each with an own credential. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { JsonValue } from '../../../gate/contract/canonical.ts'
import { remoteConfigSchema } from '../../../gate/contract/config.ts'
import { NOT_PLAIN, PLAIN_LINE } from '../../../gate/contract/plain-line.ts'
import { hideSecrets } from '../../../gate/contract/secrets.ts'
import { Problem } from '../../errors.ts'
import { CONFIRM_MINUTES, CONFIRM_MINUTES_MAX } from '../../limits.ts'
import { makeConfig } from '../../publish/configs.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { writeAudit } from '../../store/audit/audit.ts'
import { transact } from '../../store/engine/transact.ts'
import { configBytes, findConfig, listConfigs, revisionOf } from '../../store/gates/configs.ts'
import { healthOf } from '../../store/gates/fleet.ts'
import { findGate } from '../../store/gates/gates.ts'
import { coseAnswer } from './cose-answer.ts'
import {
  cose,
  isoTime,
  json,
  jsonBody,
  nameSchema,
  problems,
  reasonSchema,
  route,
} from './route.ts'

/** A config is shown to whoever gives the next: no text of it may look like another. */
function plainThroughout(config: unknown, context: z.RefinementCtx): void {
  const walk = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'string' && !PLAIN_LINE.test(value)) {
      context.addIssue({ code: 'custom', path: [...path], message: NOT_PLAIN })
    }
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key])
  }
  walk(config, [])
}

const putRoute = route(
  { by: 'staff', permission: 'fleet.configure' },
  {
    method: 'put',
    path: '/v1/fleet/gates/{id}/config',
    tags: ['operator'],
    summary:
      'Give a gate a config: it goes back to the one before unless it is well with it in time',
    request: {
      params: z.object({ id: nameSchema }),
      ...jsonBody(
        z.strictObject({
          /** Of the revision that this one was made from; 0 for the first. */
          base: z.int().min(0),
          config: remoteConfigSchema.superRefine(plainThroughout),
          reason: reasonSchema,
          confirmMinutes: z.int().min(1).max(CONFIRM_MINUTES_MAX).default(CONFIRM_MINUTES),
        }),
      ),
    },
    responses: {
      200: json('Its number', z.object({ revision: z.int() })),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'NOT_FOUND', 'CONFIG_STALE', 'NO_KEY'),
    },
  },
)

const getRoute = route(
  { by: 'staff', permission: 'fleet.read' },
  {
    method: 'get',
    path: '/v1/fleet/gates/{id}/config',
    tags: ['operator'],
    summary: 'The config that a gate was given last, or an older revision of it, and their history',
    request: {
      params: z.object({ id: nameSchema }),
      query: z.object({
        revision: z
          .string()
          .regex(/^\d{1,15}$/)
          .transform(Number)
          .optional(),
      }),
    },
    responses: {
      200: json(
        'Newest first; `revision` 0 and no config before the first. Addresses are without login and query: to give the config again, write them whole. Whether the gate took it is in its journal.',
        z.object({
          revision: z.int(),
          config: z.record(z.string(), z.unknown()).nullable(),
          runs: z
            .int()
            .nullable()
            .describe('the revision that the gate runs; null: none of them, or it does not tell'),
          rows: z.array(
            z.object({
              revision: z.int(),
              at: z.iso.datetime(),
              by: z.string(),
              name: z.string().nullable().describe('of a member of staff who is still there'),
              reason: z.string(),
              confirmMinutes: z.int(),
              sha256: z.string(),
            }),
          ),
        }),
      ),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'NOT_FOUND'),
    },
  },
)

const fetchRoute = route(
  { by: 'gate' },
  {
    method: 'get',
    path: '/v1/gates/{id}/config/{sha256}',
    tags: ['gate'],
    summary: 'The gate’s config as the station manifest names it',
    request: {
      params: z.object({ id: nameSchema, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    },
    responses: {
      200: cose('A COSE_Sign1 by a config key'),
      304: { description: 'The same, as ever' },
      ...problems('GATE_UNKNOWN', 'NOT_FOUND'),
    },
  },
)

export function registerGateConfig(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(putRoute, async c => {
    const { db, clock, publisher } = c.get('service')
    const { id: gate } = c.req.valid('param')
    const { base, reason, confirmMinutes } = c.req.valid('json')
    // As it was written: the gate has its own defaults.
    const { config } = await c.req.json<{ config: JsonValue }>()
    const now = clock.now()
    const actor = `staff:${c.get('staff').id}` as const
    const signer = publisher.key({ role: 'config' })
    const revision = await transact(db, async tx => {
      const known = await findGate(tx, gate)
      if (known === undefined || known.retired_at !== null) throw new Problem('NOT_FOUND')
      const made = { gate, config, base, reason, confirmMinutes, actor, now }
      const number = await makeConfig(tx, made, signer)
      const detail = { revision: number, reason, confirmMinutes }
      await writeAudit(tx, { actor, action: 'fleet.config', subject: gate, detail }, now)
      return number
    })
    return c.json({ revision }, 200)
  })

  app.openapi(getRoute, async c => {
    const { db } = c.get('service')
    const { id } = c.req.valid('param')
    const { revision } = c.req.valid('query')
    if ((await findGate(db, id)) === undefined) throw new Problem('NOT_FOUND')
    const found = await findConfig(db, id, revision)
    if (found === undefined && revision !== undefined) throw new Problem('NOT_FOUND')
    const rows = (await listConfigs(db, id)).map(row => ({
      revision: row.revision,
      at: isoTime(row.made_at),
      by: row.actor,
      name: row.name,
      reason: row.reason,
      confirmMinutes: row.confirm_minutes,
      sha256: row.sha256,
    }))
    const shown = found ? hideSecrets(JSON.parse(found.text) as JsonValue) : null
    const config = shown as Record<string, unknown> | null
    const [told] = await healthOf(db, [id])
    const sha256 = told?.health?.configSha256
    const runs = sha256 === undefined ? null : await revisionOf(db, id, sha256)
    return c.json({ revision: found?.revision ?? 0, config, runs, rows }, 200)
  })

  app.openapi(fetchRoute, async c => {
    const { id, sha256 } = c.req.valid('param')
    const bytes = await configBytes(c.get('service').db, id, sha256)
    if (bytes === undefined) throw new Problem('NOT_FOUND')
    const file = { bytes, etag: `"${sha256.slice(0, 24)}"` }
    return coseAnswer(c.req.header('if-none-match'), file, 'private, max-age=31536000, immutable')
  })
}
