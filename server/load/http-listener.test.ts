import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { systemTimers } from '../clock.ts'
import { problemDocument } from '../errors.ts'
import { type ListenAt, listenForHttp } from './http-listener.ts'
import { HEADER_BYTES_MAX } from './limits.ts'

const AT = { host: '127.0.0.1', port: 0, headersMs: 1000, requestMs: 1000, stillMs: 300 }
const LARGE = 'x'.repeat(32 * 1_048_576)

async function listening(
  t: Test,
  answer: (request: Request) => Response | Promise<Response>,
  more: Partial<ListenAt> = {},
) {
  const http = await listenForHttp(answer, { ...AT, timers: systemTimers, ...more })
  t.teardown(() => http.stop())
  return { ...http, port: Number(new URL(http.url).port) }
}

t.test('an answer that nobody takes ends its connection, and the next is answered', async t => {
  const http = await listening(t, () => new Response(LARGE))
  const socket = connect(http.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  // What nobody reads stays in the buffers, which hold less than the answer.
  await sleep(4 * AT.stillMs)
  let taken = 0
  socket.on('data', chunk => {
    taken += chunk.length
  })
  await once(socket, 'close')
  t.ok(taken < LARGE.length, `${taken} bytes before its end`)
  t.equal((await (await fetch(http.url)).text()).length, LARGE.length, 'who reads has all of it')
})

t.test('more requests at once than one client has reason for end their connection', async t => {
  const waiting: (() => void)[] = []
  const http = await listening(t, async ({ url }) => {
    if (url.endsWith('/wait')) await new Promise<void>(resolve => waiting.push(resolve))
    return new Response('ok')
  })
  const ask = (times: number) => {
    const socket = connect(http.port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.write('GET /wait HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(times))
    return socket
  }
  await once(ask(17), 'close')
  const patient = ask(16)
  t.equal(await (await fetch(http.url)).text(), 'ok')
  t.notOk(patient.destroyed)
  for (const resolve of waiting) resolve()
  patient.end()
})

/** What the server says to `sent`, until it ends the connection. */
async function saidTo(port: number, sent: string) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(sent)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  return { head, body }
}

/** A request's own time is over before that. */
const PATIENT = { stillMs: 10_000 }
const HALF = 'POST /v1/a?b=c HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf'

t.test('a request that is not whole in time is told what to do, as by any refusal', async t => {
  const http = await listening(t, async request => new Response(await request.text()), {
    ...PATIENT,
    documentOf: (code, path) => ({ ...problemDocument(code), next: `of ${path}` }),
  })
  const { head, body } = await saidTo(http.port, HALF)
  t.match(head, /^HTTP\/1\.1 408 Request Timeout\r\n/)
  t.match(head, /\r\ncontent-type: application\/problem\+json/)
  t.match(JSON.parse(body), { status: 408, code: 'BODY_SLOW', next: 'of /v1/a' })
})

t.test(
  'of a connection’s next request whose headers never end, the last one’s path is not told',
  async t => {
    const http = await listening(t, () => new Response('ok'), {
      ...PATIENT,
      documentOf: (code, path) => ({ code, next: `of ${path}` }),
    })
    const asked = 'GET /v1/a HTTP/1.1\r\nhost: x\r\n'
    const socket = connect(http.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`${asked}\r\n`)
    await once(socket, 'data')
    socket.write(asked)
    const [, body = ''] = (await text(socket)).split('\r\n\r\n')
    t.same(JSON.parse(body), { code: 'BODY_SLOW', next: 'of undefined' })
  },
)

t.test('a request that was answered before it was whole has no second answer', async t => {
  const http = await listening(t, () => new Response('no', { status: 401 }), PATIENT)
  const { head, body } = await saidTo(http.port, HALF)
  t.match(head, /^HTTP\/1\.1 401 /)
  t.equal(body, 'no')
})

t.test('what is no HTTP has a status alone', async t => {
  const http = await listening(t, () => new Response('ok'))
  const long = `GET / HTTP/1.1\r\nhost: x\r\na: ${'a'.repeat(HEADER_BYTES_MAX)}\r\n\r\n`
  for (const [sent, status] of [
    ['no HTTP\r\n\r\n', 400],
    [long, 431],
  ] as const) {
    const { head, body } = await saidTo(http.port, sent)
    t.match(head, new RegExp(`^HTTP/1\\.1 ${status} `))
    t.equal(body, '')
  }
})

t.test('an answer that has begun is broken off without another one in it', async t => {
  const begun = new ReadableStream({ start: stream => stream.enqueue(Buffer.from('begun')) })
  const http = await listening(t, () => new Response(begun), PATIENT)
  const { head, body } = await saidTo(http.port, HALF)
  t.match(head, /^HTTP\/1\.1 200 OK/)
  t.match(body, /begun/)
  t.notMatch(body, /408/)
})
