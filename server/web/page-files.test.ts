import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import t, { type Test } from 'tap'
import { readPageFiles } from './page-files.ts'

const SCRIPT = `export const words = ${JSON.stringify('word '.repeat(400))}`

function served(t: Test): Hono {
  const folder = t.testdir({})
  mkdirSync(join(folder, 'assets'))
  mkdirSync(join(folder, 'passenger'))
  const put = (name: string, bytes: string | Uint8Array) => writeFileSync(join(folder, name), bytes)
  put('passenger/index.html', '<!doctype html><title>page</title>')
  put('assets/passenger-1a.js', SCRIPT)
  put('assets/passenger-1a.js.gz', gzipSync(SCRIPT))
  put('assets/passenger-1a.js.br', brotliCompressSync(SCRIPT))
  put('icon-192.png', new Uint8Array([0x89, 0x50]))
  put('notes.txt', 'not a type that pages have')
  const app = new Hono()
  for (const { path, answer } of readPageFiles(folder)) app.get(path, answer)
  return app
}

t.test('each file under its address, with its type', async t => {
  const app = served(t)
  for (const [path, type] of [
    ['/', 'text/html; charset=utf-8'],
    ['/assets/passenger-1a.js', 'text/javascript; charset=utf-8'],
    ['/icon-192.png', 'image/png'],
  ] as const) {
    const answer = await app.request(path)
    t.equal(answer.status, 200, path)
    t.equal(answer.headers.get('content-type'), type, path)
  }
  for (const path of ['/passenger/index.html', '/notes.txt', '/assets/passenger-1a.js.gz']) {
    t.equal((await app.request(path)).status, 404, path)
  }
})

t.test('files with a hash in their name are kept, all others asked for again', async t => {
  const app = served(t)
  const kept = (await app.request('/assets/passenger-1a.js')).headers.get('cache-control')
  t.equal(kept, 'public, max-age=31536000, immutable')
  const page = await app.request('/')
  t.equal(page.headers.get('cache-control'), 'no-cache')
  const etag = page.headers.get('etag') ?? ''
  for (const asked of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const again = await app.request('/', { headers: { 'if-none-match': asked } })
    t.equal(again.status, 304, asked)
    t.equal(await again.text(), '')
  }
  t.equal((await app.request('/', { headers: { 'if-none-match': '"other"' } })).status, 200)
  t.equal((await app.request('/', { method: 'HEAD' })).status, 200)
})

t.test('compressed as the asker takes it, and plain where it takes nothing', async t => {
  const app = served(t)
  const get = (coding: string) =>
    app.request('/assets/passenger-1a.js', { headers: { 'accept-encoding': coding } })
  const bytes = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())
  const tags = new Set<string | null>()
  for (const [asked, coding, open] of [
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
  ] as const) {
    const answer = await get(asked)
    t.equal(answer.headers.get('content-encoding'), coding, asked)
    t.equal(answer.headers.get('vary'), 'accept-encoding')
    t.equal(Buffer.from(open(await bytes(answer))).toString(), SCRIPT, asked)
    tags.add(answer.headers.get('etag'))
  }
  for (const asked of ['', 'identity', 'br;q=0.0']) {
    const answer = await get(asked)
    t.equal(answer.headers.get('content-encoding'), null, asked)
    t.equal(await answer.text(), SCRIPT, asked)
    tags.add(answer.headers.get('etag'))
  }
  t.equal(tags.size, 3, 'each form has an ETag of its own')
})

t.test('no inline script, no other host, no frame around it', async t => {
  const { headers } = await served(t).request('/')
  const policy = headers.get('content-security-policy') ?? ''
  t.match(policy, /default-src 'none'/)
  t.match(policy, /script-src 'self'(;|$)/)
  t.match(policy, /style-src 'self'(;|$)/)
  t.match(policy, /frame-ancestors 'none'/)
  t.notMatch(policy, /unsafe|https?:|\*/)
  t.match(Object.fromEntries(headers), {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'permissions-policy': /camera=\(self\)/,
  })
})
