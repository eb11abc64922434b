/**
 * Requests that nobody means well with, against the real program over real sockets: each is answered
 * or cut off by a deadline, others are served meanwhile, and its memory stays where it was.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld } from '../../fixtures/world.ts'
import { untilSettled } from '../../hardware/sim/until.ts'
import { BODY_BYTES_MAX, HEADER_BYTES_MAX } from '../load/limits.ts'
import { raw, rawJson, sendRaw } from '../testing/raw.ts'

const MIB = 1_048_576
const TIME = '/v1/gates/time'
const HEADERS_MS = 1000
const REQUEST_MS = 2000

const world = await createWorld({
  dir: tempDir(),
  lanes: [],
  service: { listen: { port: 0, headersMs: HEADERS_MS, requestMs: REQUEST_MS }, addressRate: 0 },
})
t.teardown(() => world.close())
await world.startServer()
const url = world.url()

const rssMib = () => {
  const pages = readFileSync(`/proc/${world.server().pid}/statm`, 'utf8').split(' ')[1]
  return (Number(pages) * 4096) / MIB
}

function* forever(part: string): Generator<string> {
  for (;;) yield part
}

function* after<T>(first: Iterable<T>, rest: Iterable<T>): Generator<T> {
  yield* first
  yield* rest
}

const nonce = 'A'.repeat(22)
const JSON_TYPE = 'content-type: application/json'
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const chunked = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n`
const long = 'x'.repeat(BODY_BYTES_MAX)

type Row = readonly [name: string, parts: () => Iterable<string | Uint8Array>, answer: object]
const REFUSED: readonly Row[] = [
  ['at the cap', () => rawJson(TIME, long), { status: 400, code: 'BAD_REQUEST' }],
  ['one byte over it', () => rawJson(TIME, `${long}x`), { status: 413, code: 'TOO_LARGE' }],
  [
    'a length of 100 GB and no body',
    () => raw(TIME, [JSON_TYPE, 'content-length: 100000000000']),
    { status: 413, code: 'TOO_LARGE' },
  ],
  [
    'chunks over the cap',
    () => after(raw(TIME, [JSON_TYPE, 'transfer-encoding: chunked']), forever(chunked(long))),
    { status: 413, code: 'TOO_LARGE' },
  ],
  [
    'journals over their cap',
    () => raw('/v1/gates/a/events', [JSON_TYPE, `content-length: ${4 * MIB + 1}`]),
    { status: 413, code: 'TOO_LARGE' },
  ],
  [
    'a length and chunks',
    () => raw(TIME, [JSON_TYPE, 'content-length: 5', 'transfer-encoding: chunked'], '0\r\n\r\n'),
    { status: 400 },
  ],
  [
    'two lengths',
    () => raw(TIME, [JSON_TYPE, 'content-length: 2', 'content-length: 3'], '{}'),
    { status: 400 },
  ],
  ['a length of -1', () => raw(TIME, [JSON_TYPE, 'content-length: -1'], '{}'), { status: 400 }],
  ['no JSON', () => rawJson(TIME, '{"nonce":'), { status: 400, code: 'BAD_REQUEST' }],
  ['an empty body', () => rawJson(TIME, ''), { status: 400, code: 'BAD_REQUEST' }],
  ['30,000 deep', () => rawJson(TIME, nested(30_000)), { status: 422, code: 'INVALID' }],
  ['100,000 deep', () => rawJson(TIME, nested(100_000)), { status: 413, code: 'TOO_LARGE' }],
  [
    'another type',
    () => raw(TIME, ['content-type: text/plain', 'content-length: 2'], '{}'),
    { status: 415, code: 'CONTENT_TYPE' },
  ],
  ['no type', () => raw(TIME, ['content-length: 2'], '{}'), { status: 415, code: 'CONTENT_TYPE' }],
  [
    'a proof twice',
    () => rawJson('/v1/applications', '{}', 'dpop: a', 'dpop: a'),
    { status: 401, code: 'PROOF_INVALID' },
  ],
  [
    'headers too large',
    () => rawJson(TIME, '{}', `x: ${'x'.repeat(HEADER_BYTES_MAX)}`),
    { status: 431 },
  ],
  [
    '5000 headers',
    () => rawJson(TIME, '{}', ...Array.from({ length: 5000 }, (_, n) => `x${n}: y`)),
    { status: 431 },
  ],
  ['no HTTP', () => ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'], { status: 400 }],
  [
    'no UTF-8',
    () => rawJson(TIME, Buffer.from('{"nonce":"\xff\xfe"}', 'latin1')),
    { status: 400, code: 'BAD_REQUEST' },
  ],
  [
    'half a surrogate',
    () => rawJson(TIME, '{"nonce":"\\ud800"}'),
    { status: 400, code: 'BAD_REQUEST' },
  ],
  ['1e400', () => rawJson(TIME, '{"nonce":1e400}'), { status: 422, code: 'INVALID' }],
  [
    'a prototype',
    () => rawJson(TIME, `{"nonce":"${nonce}","__proto__":{"admin":true}}`),
    { status: 422, code: 'INVALID' },
  ],
  [
    'a constructor',
    () => rawJson(TIME, `{"nonce":"${nonce}","constructor":{"prototype":{}}}`),
    { status: 422, code: 'INVALID' },
  ],
]

const isServed = async () => {
  const { status } = await sendRaw(url, rawJson(TIME, JSON.stringify({ nonce })))
  return status === 200
}

t.test('each is told what is wrong', async t => {
  t.ok(await isServed(), 'a good one is answered')
  for (const [name, parts, answer] of REFUSED) t.match(await sendRaw(url, parts()), answer, name)
  t.ok(await isServed(), 'and still is')
})

const SPELT = ['ü', '张三', '\u202e', '😀', '\u00a0'].map(text => Buffer.from(text))
const ODD = [...SPELT, Buffer.from([0x80]), Buffer.from([0xff, 0xfe]), Buffer.from('\u0130.test')]
const SENT_BY_CLIENTS = [
  ...['host', 'dpop', 'cookie', 'origin', 'content-type', 'if-none-match', 'x-forwarded-for'],
  ...['accept', 'authorization', 'user-agent', 'referer', 'x-request-id', 'content-encoding'],
  ...['accept-encoding', 'range', 'cache-control', 'expect', 'te', 'forwarded', 'sec-fetch-site'],
]

t.test(
  'Unicode and bytes that are none in any header: an answer, and none of it in the log',
  async t => {
    const requests = [
      'GET /v1/trust/manifest',
      'GET /v1/fleet/gates',
      'GET /v1/gates/g1/station',
      'POST /v1/applications',
      'POST /v1/auth/sign-in/email',
    ]
    for (const header of SENT_BY_CLIENTS) {
      for (const line of requests) {
        for (const odd of ODD) {
          const host = header === 'host' ? '' : 'host: x\r\n'
          const type = header === 'content-type' ? '' : 'content-type: application/json\r\n'
          const head = `${line} HTTP/1.1\r\n${host}${type}content-length: 2\r\n${header}: a`
          const { status } = await sendRaw(url, [
            Buffer.concat([Buffer.from(head), odd, Buffer.from('\r\n\r\n{}')]),
          ])
          t.ok(status >= 200 && status < 500, `${line} ${header} ${odd.toString('hex')}: ${status}`)
        }
      }
    }
    t.ok(await isServed())
    const log = world.server().errors()
    t.notMatch(log, /"level":50/)
    for (const odd of SPELT) t.notOk(log.includes(odd.toString()), 'nothing of it is in the log')
  },
)

t.test('who sends slowly is cut off, and holds up nobody', async t => {
  const slow = { gapMs: 50 }
  const body = raw(TIME, [JSON_TYPE, 'content-length: 60000'])
  const noEnd = raw(TIME, [JSON_TYPE, 'transfer-encoding: chunked'])
  const senders = Array.from({ length: 30 }, () => [
    sendRaw(url, after(['POST / HTTP/1.1\r\n'], forever('x')), slow),
    sendRaw(url, after(body, forever(' ')), slow),
    sendRaw(url, after(noEnd, forever(chunked(' '))), slow),
    sendRaw(url, body, slow),
  ]).flat()
  for (let i = 0; i < 20; i++) t.ok(await isServed())
  for (const { status } of await Promise.all(senders)) {
    // 503: this one address has as much under way as it may.
    t.ok([0, 400, 408, 503].includes(status), `cut off with ${status}`)
  }
})

t.test('an answer that came before the body does not keep its connection', async t => {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const path = `/v1/applications/${'a'.repeat(32)}/face`
  for (const part of raw(path, [JSON_TYPE, `content-length: ${MIB}`], 'x')) socket.write(part)
  let got = ''
  socket.on('data', chunk => {
    got += chunk
  })
  await untilSettled('it is closed', once(socket, 'close'))
  t.match(got, /^HTTP\/1.1 401 .*PROOF_MISSING/s)
})

t.test('who asks again and again and reads nothing is ended, others are answered', async t => {
  const asked = 'GET /v1/trust/manifest HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2000)
  const { hostname, port } = new URL(url)
  const ended = Array.from({ length: 50 }, () => {
    const socket = connect({ host: hostname, port: Number(port) })
    socket.on('error', () => {})
    socket.write(asked)
    return new Promise(resolve => socket.once('close', resolve))
  })
  for (let i = 0; i < 10; i++) t.ok(await isServed())
  await untilSettled('each is ended', Promise.all(ended))
})

t.test('hundreds of them leave the memory where it was', async t => {
  const all = async () => {
    for (const [, parts] of REFUSED) await sendRaw(url, parts())
  }
  const fourAtOnce = () => Promise.all(Array.from({ length: 4 }, all))
  // Its working memory first, of as many at once as are measured.
  for (let i = 0; i < 5; i++) await fourAtOnce()
  const before = rssMib()
  for (let i = 0; i < 5; i++) await fourAtOnce()
  const grown = rssMib() - before
  t.ok(grown < 64, `${grown.toFixed()} MiB more after ${20 * REFUSED.length} requests`)
  t.ok(await isServed())
  t.notMatch(world.server().errors(), /"level":50/, 'none of it is a fault of ours')
})
