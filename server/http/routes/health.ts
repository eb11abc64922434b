/** Liveness, readiness and the time of day for anyone. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { Problem } from '../../errors.ts'
import { MANIFEST_EVERY_MS } from '../../limits.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { json, problems, route } from './route.ts'

const healthRoute = route(
  { by: 'anyone', isQuick: true },
  {
    method: 'get',
    path: '/healthz',
    tags: ['anyone'],
    summary: 'The process answers',
    responses: { 200: json('It does', z.object({ ok: z.literal(true) })) },
  },
)

const readyRoute = route(
  { by: 'anyone', isQuick: true },
  {
    method: 'get',
    path: '/readyz',
    tags: ['anyone'],
    summary: 'The database takes writes and publishing works',
    responses: {
      200: json('Ready', z.object({ ok: z.literal(true), manifestVersion: z.int() })),
      ...problems(
        'NOT_READY',
        'DATABASE_OLD',
        'CLOCK_WRONG',
        'UNAVAILABLE',
        'DATABASE_BUSY',
        'DATABASE_UNWRITABLE',
      ),
    },
  },
)

const timeRoute = route(
  { by: 'anyone' },
  {
    method: 'get',
    path: '/v1/time',
    tags: ['anyone'],
    summary: 'The service’s clock, Unix milliseconds; unsigned',
    responses: { 200: json('Now', z.object({ now: z.int() })) },
  },
)

export function registerHealth(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(healthRoute, c => c.json({ ok: true as const }, 200))
  app.openapi(readyRoute, async c => {
    const { writes, clock, clockCheck, publisher, oldCopy } = c.get('service')
    oldCopy.demandNot()
    clockCheck.demandRight()
    const manifest = publisher.latest()
    const age = manifest === undefined ? Number.POSITIVE_INFINITY : clock.now() - manifest.madeAt
    if (manifest === undefined || age > 2 * MANIFEST_EVERY_MS) throw new Problem('NOT_READY')
    await writes.check()
    return c.json({ ok: true as const, manifestVersion: manifest.version }, 200)
  })
  app.openapi(timeRoute, c => {
    return c.json({ now: c.get('service').clock.now() }, 200)
  })
}
