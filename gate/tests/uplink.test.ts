import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EmbeddedJWK, jwtVerify } from 'jose'
import t, { type Test } from 'tap'
import { settle } from '../../fixtures/clock.ts'
import { SYSTEM } from '../../fixtures/system-ports.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { UPLOAD_GATHER_MS } from '../limits.ts'
import { enrolmentSchema, loadIdentity, saveEnrolment } from '../net/identity.ts'
import { createServiceClient, type ServiceAnswer } from '../net/service-client.ts'
import { line, stored } from '../testing/uplink/line.ts'

type Handler = (
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
) => void | Promise<void>

async function service(t: Test, handler: Handler): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    await handler(request, body, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('the identity is made once and read again', async t => {
  const dir = tempDir()
  const first = loadIdentity(dir, 0)
  t.equal(first.enrolment, undefined)
  t.notOk('d' in first.publicJwk, 'the public half only')
  saveEnrolment(dir, { gate: 'g1', station: 'north' })
  const second = loadIdentity(dir, 0)
  t.same(second.publicJwk, first.publicJwk)
  t.same(second.enrolment, { gate: 'g1', station: 'north' })
})

t.test('the service may give a gate no name that is more than a name', async t => {
  t.match(enrolmentSchema.parse({ gate: 'g-1', station: 'north' }), { gate: 'g-1' })
  for (const gate of ['', '../g2', 'g1/health', 'g+', 'g1?x', 'g'.repeat(33)]) {
    t.equal(enrolmentSchema.safeParse({ gate, station: 'north' }).success, false, gate)
    t.equal(enrolmentSchema.safeParse({ gate: 'g1', station: gate }).success, false, gate)
  }
})

t.test('a request is proved over method, path, body and the service’s nonce', async t => {
  const identity = loadIdentity(tempDir(), 0)
  const seen: { nonce: unknown }[] = []
  const url = await service(t, async (request, body, response) => {
    const { payload, protectedHeader } = await jwtVerify(
      request.headers.dpop as string,
      EmbeddedJWK,
    )
    t.equal(protectedHeader.typ, 'dpop+jwt')
    t.match(payload, {
      htm: 'POST',
      htu: '/v1/x',
      bh: createHash('sha256').update(body).digest('base64url'),
    })
    seen.push({ nonce: payload.nonce })
    response.setHeader('dpop-nonce', 'n1')
    response.writeHead(payload.nonce === 'n1' ? 200 : 401)
    response.end(JSON.stringify(payload.nonce === 'n1' ? { ok: 1 } : { code: 'USE_NONCE' }))
  })
  const client = createServiceClient({ ...SYSTEM, url, timeoutMs: 5000, identity, fetch })
  t.same(await client.post('/v1/x', { a: '门' }), { status: 200, body: { ok: 1 } })
  t.same(seen, [{ nonce: undefined }, { nonce: 'n1' }], 'once more with the nonce')
  await client.post('/v1/x', {})
  t.equal(seen.length, 3, 'and remembered')
  client.close()
})

t.test('no answer, an endless one, and garbage are answers too', async t => {
  const identity = loadIdentity(tempDir(), 0)
  const url = await service(t, (request, _body, response) => {
    if (request.url === '/v1/huge') response.end('x'.repeat(100_000))
    else if (request.url === '/v1/garbage') response.end('<html>')
    else response.write('{')
  })
  const client = createServiceClient({ ...SYSTEM, url, timeoutMs: 300, identity, fetch })
  t.match(await client.post('/v1/huge', {}), { status: 0, failure: /too long/ })
  t.match(await client.post('/v1/garbage', {}), { status: 200, body: undefined })
  t.match(await client.post('/v1/stall', {}), { status: 0, failure: String })
  client.close()
  const gone = createServiceClient({
    ...SYSTEM,
    url: 'http://127.0.0.1:1',
    timeoutMs: 300,
    identity,
    fetch,
  })
  t.match(await gone.post('/v1/x', {}), { status: 0, failure: String })
  gone.close()
})

t.test('rows go in batches, in order, each once', async t => {
  const { uploader, sent, core } = line(450, stored)
  t.equal(await uploader.flush(), true)
  t.same(
    sent.map(one => [one.rows[0]?.seq, one.rows.length]),
    [
      [1, 200],
      [201, 200],
      [401, 50],
    ],
  )
  t.equal(core.pending(), undefined)
})

t.test('without a service they wait, with growing pauses, and go when it answers', async t => {
  let up = false
  const { uploader, sent, time, append, reports } = line(3, upload =>
    up ? stored(upload) : { status: 0, failure: 'ECONNREFUSED' },
  )
  t.equal(await uploader.flush(), false)
  append()
  await settle()
  t.equal(sent.length, 1, 'a new row does not break the pause')
  await time.advanceAsync(500)
  t.equal(sent.length, 2)
  await time.advanceAsync(999)
  t.equal(sent.length, 2)
  await time.advanceAsync(1)
  t.equal(sent.length, 3)
  up = true
  await time.advanceAsync(60_000)
  t.equal(sent.at(-1)?.rows.length, 4)
  t.match(reports.at(-1), { outcome: 'stored', rows: 4 })
  append()
  await settle()
  await settle()
  t.equal(sent.at(-1)?.rows[0]?.seq, 5, 'afterwards at once')
})

t.test('rows that come soon after an upload began go together, two seconds after it', async t => {
  const { uploader, sent, time, append } = line(0, stored)
  const counts = () => sent.map(({ rows }) => rows.length)
  append()
  await settle(5)
  t.same(counts(), [1], 'at once after a quiet while')
  append()
  await time.advanceAsync(1500)
  append()
  await time.advanceAsync(499)
  t.same(counts(), [1])
  await time.advanceAsync(1)
  await settle(5)
  t.same(counts(), [1, 2])
  append()
  await settle(5)
  t.same(counts(), [1, 2], 'counted from the last upload')
  await uploader.flush()
  t.same(counts(), [1, 2, 1], 'a stop sends what was gathered, and waits for no time')
  await time.advanceAsync(10_000)
  t.same(counts(), [1, 2, 1], 'and nothing is left to be sent then')
  t.equal(time.pending(), 0)
  append()
  await settle(5)
  append()
  uploader.close()
  await time.advanceAsync(10_000)
  t.same(counts(), [1, 2, 1, 1], 'nothing is sent after the end')
  t.equal(time.pending(), 0)
})

t.test(
  'a row that comes during an upload that fails does not break the pause after it',
  async t => {
    const { uploader, sent, time, append } = line(1, () => {
      append()
      return { status: 0, failure: 'ECONNREFUSED' }
    })
    await uploader.flush()
    await time.advanceAsync(31_000)
    t.equal(sent.length, 6, 'after 0.5, 1, 2, 4 and 8 s; the next one after 16')
    uploader.close()
  },
)

t.test('a service that answers elsewhere brings a retry forward, once', async t => {
  let answer: Partial<ServiceAnswer> = { status: 0, failure: 'ECONNREFUSED' }
  const { uploader, sent } = line(3, () => answer)
  uploader.reachable()
  t.equal(sent.length, 0, 'nothing waits')
  await uploader.flush()
  uploader.reachable()
  await settle(5)
  t.equal(sent.length, 2)
  for (let i = 0; i < 5; i++) uploader.reachable()
  await settle(5)
  t.equal(sent.length, 2, 'it is not to be reached for uploads: the timer decides')
  answer = { status: 403, body: { code: 'GATE_UNKNOWN' } }
  await uploader.flush()
  uploader.reachable()
  await settle(5)
  t.equal(sent.length, 3, 'and not after a refusal')
})

t.test('a journal that can’t be asked is told, and asked again', async t => {
  const { uploader, append, reports, core, time, db } = line(3, stored)
  const fail = () => db.exec('ALTER TABLE epochs RENAME TO away')
  const mend = () => db.exec('ALTER TABLE away RENAME TO epochs')
  fail()
  t.equal(await uploader.flush(), false)
  t.match(reports, [{ outcome: 'failed', detail: /no such table/ }])
  mend()
  await time.advanceAsync(500)
  await settle(5)
  t.equal(core.pending(), undefined)

  // Nobody waits for the flush that follows a row: a rejection there would end the process.
  await time.advanceAsync(UPLOAD_GATHER_MS)
  append()
  fail()
  await settle(5)
  t.match(reports.at(-1), { outcome: 'failed' })
  mend()
  await time.advanceAsync(1000)
  await settle(5)
  t.equal(core.pending(), undefined)
})

t.test('a repeated request, a gap and a fork', async t => {
  const repeated = line(5, () => ({ body: { next: 6 } }))
  await repeated.uploader.flush()
  t.equal(repeated.core.pending(), undefined, 'the service had them all')

  let asked = 0
  const gap = line(5, upload => {
    asked++
    if (asked === 1) return { status: 409, body: { code: 'CHAIN_GAP', next: 1 } }
    return stored(upload)
  })
  gap.core.acknowledge(gap.core.epoch(), 4)
  await gap.run(1000)
  t.same(
    gap.sent.map(one => one.rows[0]?.seq),
    [4, 1],
    'it goes back to what the service lacks',
  )

  const fork = line(5, upload =>
    upload.epoch.endsWith('1') ? { status: 409, body: { code: 'CHAIN_FORK' } } : stored(upload),
  )
  await fork.run(1000)
  t.match(fork.reports, [{ outcome: 'forked' }, { outcome: 'stored', rows: 1 }])
})

t.test('a refusal is told with its code and tried again later', async t => {
  const { uploader, reports, time } = line(1, () => ({
    status: 403,
    body: { code: 'UNKNOWN_GATE' },
  }))
  await uploader.flush()
  t.match(reports, [{ outcome: 'denied', detail: 'status 403, UNKNOWN_GATE' }])
  uploader.close()
  await time.advanceAsync(120_000)
  t.equal(reports.length, 1, 'closed means closed')
})
