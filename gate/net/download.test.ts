import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { type DownloadRequest, download } from './download.ts'

const realTimers = {
  after(delayMs: number, run: () => void) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

async function serve(
  t: { teardown(run: () => void): void },
  listener: RequestListener,
): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function get(url: string, more: Partial<DownloadRequest> = {}, stopped = new AbortController()) {
  const ports = { fetch, timers: realTimers, stopped: stopped.signal }
  return download(ports, { url, bytesMax: 1000, timeoutMs: 5000, ...more })
}

t.test('a body at the cap is taken, one byte over is LENGTH, announced or not', async t => {
  let size = 1000
  let announce = true
  const url = await serve(t, (_, response) => {
    if (announce) response.setHeader('content-length', size)
    else response.write(Buffer.alloc(1))
    response.end(Buffer.alloc(announce ? size : size - 1))
  })
  for (announce of [true, false]) {
    size = 1000
    const whole = await get(url)
    t.equal(whole.code === 'OK' && whole.bytes.length, 1000)
    size = 1001
    t.same(await get(url), { code: 'LENGTH' })
  }
})

t.test('an endless body is cut off at the cap', async t => {
  let closed = false
  const url = await serve(t, (_, response) => {
    const more = setInterval(() => response.write(Buffer.alloc(400)), 1)
    response.on('close', () => {
      clearInterval(more)
      closed = true
    })
  })
  t.same(await get(url), { code: 'LENGTH' })
  for (let i = 0; i < 500 && !closed; i++) await new Promise(r => setTimeout(r, 10))
  t.ok(closed, 'the connection is dropped')
})

t.test('a stalled body and a silent server are TIMEOUT', async t => {
  const url = await serve(t, (request, response) => {
    if (request.url === '/body') response.write('x')
  })
  t.same(await get(`${url}body`, { timeoutMs: 150 }), { code: 'TIMEOUT' })
  t.same(await get(`${url}head`, { timeoutMs: 150 }), { code: 'TIMEOUT' })
})

t.test('a truncated body is NETWORK, with length or in chunks', async t => {
  const url = await serve(t, (request, response) => {
    if (request.url === '/length') response.setHeader('content-length', 500)
    response.write(Buffer.alloc(100), () => response.socket?.destroy())
  })
  t.same(await get(`${url}length`), { code: 'NETWORK', status: undefined })
  t.same(await get(`${url}chunks`), { code: 'NETWORK', status: undefined })
})

t.test('other statuses, redirects and a closed port are NETWORK', async t => {
  const url = await serve(t, (request, response) => {
    const status = Number(request.url?.slice(1))
    response.writeHead(status, { location: '/200' }).end()
  })
  for (const status of [204, 404, 500]) {
    t.same(await get(`${url}${status}`), { code: 'NETWORK', status })
  }
  t.same(await get(`${url}302`), { code: 'NETWORK', status: 302 }, 'not followed')
  t.equal((await get(`${url}304`)).code, 'NETWORK', 'not asked for')
  t.same(await get('http://127.0.0.1:1/'), { code: 'NETWORK', status: undefined })
})

t.test('an ETag goes back and forth; an overlong one is forgotten', async t => {
  let etag = '"v1"'
  const url = await serve(t, (request, response) => {
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
    else response.setHeader('etag', etag).end('body')
  })
  t.equal(((await get(url)) as { etag?: string }).etag, '"v1"')
  t.same(await get(url, { etag: '"v1"' }), { code: 'NOT_MODIFIED' })
  t.equal((await get(url, { etag: '"v0"' })).code, 'OK')
  etag = `"${'x'.repeat(198)}"`
  t.equal(((await get(url)) as { etag?: string }).etag, etag)
  etag = `"${'x'.repeat(199)}"`
  t.equal(((await get(url)) as { etag?: string }).etag, undefined)
})

t.test('stopping ends a request in flight', async t => {
  const stopped = new AbortController()
  const url = await serve(t, () => stopped.abort())
  t.same(await get(url, {}, stopped), { code: 'NETWORK', status: undefined })
  t.same(await get(url, {}, stopped), { code: 'NETWORK', status: undefined })
})
