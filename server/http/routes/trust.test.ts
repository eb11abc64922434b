import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { nodeVerifier } from '../../../pass/cose-node.ts'
import { verifyTimeAnswer } from '../../../pass/documents/signed-time.ts'
import { decodeManifest, decodeTrust } from '../../../pass/documents/trust.ts'
import { openWorld } from '../../testing/world.ts'
import { createApp } from '../app.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())

t.test('the manifest by strong ETag; a poll without news is small', async t => {
  const first = await world.call('/v1/trust/manifest')
  t.equal(first.status, 200)
  t.equal(first.headers.get('content-type'), 'application/cose')
  t.equal(first.headers.get('cache-control'), 'public, max-age=2')
  const etag = first.headers.get('etag') as string
  t.match(etag, /^"[^"]+"$/)
  const compressed = ['-gzip', '--gzip', ';br'].map(end => etag.replace(/"$/, `${end}"`))
  for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*', ...compressed]) {
    const same = await world.call('/v1/trust/manifest', { headers: { 'if-none-match': header } })
    t.equal(same.status, 304, header)
    t.equal(same.headers.get('etag'), etag)
    const size = [...same.headers].reduce((n, [k, v]) => n + k.length + v.length + 4, 0)
    t.ok(size + (await same.text()).length < 250, `${size} bytes`)
  }
  const other = await world.call('/v1/trust/manifest', { headers: { 'if-none-match': '"x"' } })
  t.equal(other.status, 200)
})

t.test('a process that stood still answers a poll when it knows what others did', async t => {
  const { service } = world
  const latest = service.publisher.latest()
  let known = false
  let wake = () => {}
  const waking = new Promise<void>(resolve => {
    wake = resolve
  })
  const publisher = {
    ...service.publisher,
    awake: () => (known ? undefined : waking),
    latest: () => (known ? latest : undefined),
  }
  const polled = createApp({ ...service, publisher }).request('/v1/trust/manifest')
  known = true
  wake()
  t.equal((await polled).status, 200)
  publisher.awake = () => Promise.reject(new Error('no luck'))
  const failed = await createApp({ ...service, publisher }).request('/v1/trust/manifest')
  t.equal(failed.status, 500)
})

t.test('no manifest yet: said so, with the headers of every file, and counted', async t => {
  const counted: number[] = []
  const { service } = world
  const publisher = { ...service.publisher, latest: () => undefined }
  const metrics = { ...service.metrics, trustFile: (status: number) => void counted.push(status) }
  const app = createApp({ ...service, publisher, metrics })
  const answer = await app.request('/v1/trust/manifest')
  t.equal(answer.status, 503)
  t.equal(((await answer.json()) as { code: string }).code, 'NOT_READY')
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  const served = createApp({ ...service, metrics })
  const first = await served.request('/v1/trust/manifest')
  t.equal(first.headers.get('x-content-type-options'), 'nosniff')
  const etag = first.headers.get('etag') ?? ''
  await served.request('/v1/trust/manifest', { headers: { 'if-none-match': etag } })
  t.same(counted, [503, 200, 304])
})

t.test('documents and lists are immutable; what is missing is not kept', async t => {
  const manifest = decodeManifest(await bytesOf(await world.call('/v1/trust/manifest')))
  const sha256 = Buffer.from(manifest.lists[0]?.sha256 ?? []).toString('hex')
  for (const path of ['/v1/trust/document/1', `/v1/trust/list/${sha256}`]) {
    const answer = await world.call(path)
    t.equal(answer.status, 200)
    t.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    t.equal(answer.headers.get('content-type'), 'application/cose')
  }
  const missing = ['document/2', 'document/0', 'document/x', 'document/9999999999999999']
  missing.push(`list/${'0'.repeat(64)}`, 'list/x', `list/${sha256.toUpperCase()}`)
  for (const name of missing) {
    const answer = await world.call(`/v1/trust/${name}`)
    t.equal(answer.status, 404, name)
    t.equal(answer.headers.get('cache-control'), 'no-store')
    t.equal(answer.headers.get('content-type'), 'application/problem+json')
  }
})

t.test('the specification’s table of requests says how each answer may be kept', async t => {
  const spec = readFileSync(new URL('../../../pass/specification.md', import.meta.url), 'utf8')
  const rows = new Map(
    [...spec.matchAll(/^\| `(?:GET|POST) (\/v1\/\S+)` \| (.*) \|$/gm)].map(r => [r[1], r[2]]),
  )
  const manifest = decodeManifest(await bytesOf(await world.call('/v1/trust/manifest')))
  const list = Buffer.from(manifest.lists[0]?.sha256 ?? []).toString('hex')
  const nonce = randomBytes(16).toString('base64url')
  const answers: [string, Response][] = [
    ['/v1/trust/manifest', await world.call('/v1/trust/manifest')],
    ['/v1/trust/document/{version}', await world.call('/v1/trust/document/1')],
    ['/v1/gates/time', await world.post('/v1/gates/time', { nonce })],
    ['/v1/trust/events', await world.call('/v1/trust/events', { method: 'HEAD' })],
  ]
  for (const [path, answer] of answers) {
    const row = rows.get(path) ?? ''
    t.match(row, answer.headers.get('cache-control'), path)
    t.match(row, answer.headers.get('content-type'), path)
    t.equal(row.includes('`ETag`'), answer.headers.has('etag'), path)
  }
  const kept = (await world.call(`/v1/trust/list/${list}`)).headers.get('cache-control')
  t.match(rows.get('/v1/trust/document/{version}'), kept, 'lists as documents')
  t.equal(rows.size, 8)
})

t.test('signed time for a nonce', async t => {
  const trust = decodeTrust(await bytesOf(await world.call('/v1/trust/document/1')))
  const nonce = randomBytes(16)
  const answer = await world.post('/v1/gates/time', { nonce: nonce.toString('base64url') })
  t.equal(answer.headers.get('cache-control'), 'no-store')
  const result = verifyTimeAnswer(trust, await bytesOf(answer), nodeVerifier, new Uint8Array(nonce))
  t.match(result, { ok: true, answer: { time: world.clock.time } })
  for (const bad of ['', 'x', randomBytes(15).toString('base64url'), 5, null]) {
    t.equal((await world.post('/v1/gates/time', { nonce: bad })).status, 422)
  }
})

t.test('“poll now” begins with the current version and follows changes', async t => {
  const agent = await world.signIn('agent')
  const answer = await world.call('/v1/trust/events')
  t.equal(answer.headers.get('content-type'), 'text/event-stream')
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  const next = async () => Buffer.from((await reader.read()).value ?? []).toString()
  t.equal(await next(), `data: ${world.service.publisher.latest()?.version}\n\n`)
  const person = { name: 'AB', documentType: 'passport', documentNumber: 'E12345' }
  const issued = await world.post('/v1/desk/certificates', { person, reason: 'x' }, agent)
  const { certificate } = (await issued.json()) as { certificate: { id: string } }
  await world.post(`/v1/desk/certificates/${certificate.id}/revoke`, { reason: 'x' }, agent)
  t.equal(await next(), `data: ${world.service.publisher.latest()?.version}\n\n`)
  world.service.publisher.endStreams()
  t.equal((await reader.read()).done, true)
})

t.test('bodies that are no JSON, too large, or of another type', async t => {
  const post = async (body: string, type = 'application/json') => {
    const headers = { 'content-type': type }
    const answer = await world.call('/v1/gates/time', { method: 'POST', headers, body })
    t.equal(answer.headers.get('content-type'), 'application/problem+json')
    return [answer.status, ((await answer.json()) as { code: string }).code]
  }
  t.same(await post('{'), [400, 'BAD_REQUEST'])
  t.same(await post('[]'), [422, 'INVALID'])
  t.same(await post('['.repeat(30_000)), [400, 'BAD_REQUEST'])
  t.same(await post(`${'['.repeat(30_000)}${']'.repeat(30_000)}`), [422, 'INVALID'])
  t.same(await post(`"${'x'.repeat(70_000)}"`), [413, 'TOO_LARGE'])
  t.same(await post('{}', 'text/plain'), [415, 'CONTENT_TYPE'])
  t.same(await post('{"nonce":"x"}', 'application/json; charset=utf-8'), [422, 'INVALID'])
})

t.test('pages get strict headers, and the API describes itself', async t => {
  const answer = await world.call('/openapi.json')
  const document = (await answer.json()) as { openapi: string; paths: Record<string, unknown> }
  t.equal(document.openapi, '3.1.0')
  t.ok(document.paths['/v1/desk/certificates/{id}/revoke'])
  t.match(answer.headers.get('content-security-policy'), /default-src 'none'/)
  t.equal(answer.headers.get('x-content-type-options'), 'nosniff')
})
