/** A service that redirects: no request that carries a proof goes anywhere but where the config says. */

import { Hono } from 'hono'
import t, { type Test } from 'tap'
import { SYSTEM } from '../../fixtures/system-ports.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { GateConfig } from '../contract/config.ts'
import { enrol } from '../net/enrol.ts'
import { loadIdentity } from '../net/identity.ts'
import { createServiceClient } from '../net/service-client.ts'
import { lineTo, serveApp } from '../testing/uplink/line.ts'

type Status = 301 | 302 | 303 | 307 | 308

/** Somebody who answers whatever a gate asks, and a service that sends it there. */
async function redirecting(t: Test, status: Status) {
  const seen: string[] = []
  const other = await serveApp(
    t,
    new Hono().all('*', c => {
      seen.push(`${c.req.method} ${c.req.path} ${c.req.header('dpop') ?? ''}`)
      return c.req.path.endsWith('enrol')
        ? c.json({ gate: 'g1', station: 'north' }, 201)
        : c.json({ next: 6 })
    }),
  )
  const url = await serveApp(
    t,
    new Hono().all('*', c => c.redirect(`${other}${c.req.path}?secret=1`, status)),
  )
  const where = `status ${status} points to ${other}: not followed`
  return { url, seen, where }
}

for (const status of [301, 302, 303, 307, 308] as const) {
  t.test(`${status} is followed by no request, and told without its path`, async t => {
    const { url, seen, where } = await redirecting(t, status)
    const upload = lineTo(t, 5, url)
    t.equal(await upload.uploader.flush(), false)
    t.equal(upload.cursor(), 0, 'nobody else acknowledges rows')
    t.match(upload.reports, [{ outcome: 'redirected', detail: where }])
    t.same(upload.redirects, [where])

    const identity = loadIdentity(tempDir(), 0)
    const told: string[] = []
    const onRedirect = (one: string) => told.push(one)
    const client = createServiceClient({
      ...SYSTEM,
      url,
      timeoutMs: 5000,
      identity,
      fetch,
      onRedirect,
    })
    t.match(await client.post('/v1/gates/g1/health', {}), { status, failure: where })
    t.same(await client.get('/v1/gates/g1/station', { bytesMax: 100 }), { code: 'NETWORK', status })
    t.same(told, [where, where])
    client.close()

    const config = {
      gate: 'g1',
      station: 'north',
      data: tempDir(),
      service: { url, timeoutMs: 5000 },
    }
    await t.rejects(enrol(config as GateConfig, 'code', SYSTEM), {
      message: `enrolment at ${url} failed: ${where}; correct service.url in the config`,
    })
    t.same(seen, [], 'nobody else was asked')
  })
}

t.test(
  'a redirect that points nowhere, or at the service itself, is none to follow either',
  async t => {
    let to = 'http://['
    const app = new Hono().all('*', c => c.body(null, 307, { location: to }))
    const url = await serveApp(t, app)
    const identity = loadIdentity(tempDir(), 0)
    const client = createServiceClient({ ...SYSTEM, url, timeoutMs: 5000, identity, fetch })
    t.match(await client.post('/v1/x', {}), { failure: /points to no address/ })
    to = '/login?user=a'
    t.match(await client.post('/v1/x', {}), {
      failure: `status 307 points to ${url}: not followed`,
    })
    client.close()
  },
)
