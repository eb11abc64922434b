/** Real sockets: each step of the way to a service fails in turn. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createReach } from './service-path.ts'

const time = createVirtualTime()
const reach = createReach({ timers: time.timers, fetch })
const WITHIN_MS = 5000

async function serve(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('good, with a path of its own', async t => {
  const asked: (string | undefined)[] = []
  const at = await serve(t, ({ url }, response) => {
    asked.push(url)
    response.end('a manifest')
  })
  t.equal(await reach(`http://${at}/gates/`, WITHIN_MS), undefined)
  t.same(asked, ['/gates/v1/trust/manifest'])
})

t.test('each step that fails is told, and why', async t => {
  const long = `${'x'.repeat(64)}.example`
  t.match(await reach(`http://${long}`, WITHIN_MS), { step: 'name', detail: /^x+\.example: E/ })
  const closed = await serve(t, (_, response) => response.end())
  t.match(await reach(`https://${closed}`, WITHIN_MS), { step: 'tls', detail: /^127.*: E/ })
  t.match(await reach('http://127.0.0.1:1', WITHIN_MS), {
    step: 'connection',
    detail: '127.0.0.1:1: ECONNREFUSED',
  })
  const busy = await serve(t, (_, response) => response.writeHead(503).end())
  t.match(await reach(`http://${busy}`, WITHIN_MS), { step: 'status', detail: /HTTP status 503$/ })
  const moved = await serve(t, (_, response) => response.writeHead(302, { location: '/' }).end())
  t.match(await reach(`http://${moved}`, WITHIN_MS), { step: 'status', detail: /status 302$/ })
})

t.test('one that never answers is given up, and its connection closed', async t => {
  const closed = Promise.withResolvers<void>()
  const at = await serve(t, request => {
    request.socket.once('close', () => closed.resolve())
    time.advance(WITHIN_MS)
  })
  const fault = await reach(`http://${at}`, WITHIN_MS)
  t.match(fault, { step: 'status', detail: /no answer within 5000 ms$/ })
  await closed.promise
})
