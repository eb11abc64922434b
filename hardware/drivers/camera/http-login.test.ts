/** Logins of cameras: the examples of RFC 7616, section 3.9, and real sources before a real server. */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { until } from '../../sim/until.ts'
import { challengesIn, createHttpLogin, digestAuthorization } from './http-login.ts'
import { openHttpCamera } from './testing/http-camera.ts'

const picture = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#0f0' } })
  .jpeg()
  .toBuffer()

const MUFASA = { user: 'Mufasa', password: 'Circle of Life' }
const NONCE = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
const OPAQUE = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS'
const CNONCE = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
const asks = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
  `nonce="${NONCE}", opaque="${OPAQUE}"`

t.test('the examples of RFC 7616, section 3.9.1', async t => {
  for (const [algorithm, response] of [
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const) {
    const login = createHttpLogin(MUFASA, () => CNONCE)
    t.equal(login.answer('GET', '/dir/index.html'), undefined)
    t.equal(login.challenged([asks(algorithm)]), 'ask')
    const [{ scheme, parameters } = {}] = challengesIn(login.answer('GET', '/dir/index.html') ?? '')
    t.equal(scheme, 'digest')
    t.strictSame(Object.fromEntries(parameters ?? []), {
      ...{ username: 'Mufasa', realm: 'http-auth@example.org', uri: '/dir/index.html' },
      ...{ algorithm, nonce: NONCE, nc: '00000001', cnonce: CNONCE, qop: 'auth' },
      ...{ response, opaque: OPAQUE },
    })
  }
})

t.test('of several kinds the strongest is answered; of none that is known nothing', async t => {
  const chosen = (...fields: string[]) => {
    const login = createHttpLogin(MUFASA, () => CNONCE)
    const next = login.challenged(fields)
    return next === 'ask'
      ? login.answer('GET', '/')?.replace(/username.*(algorithm=[^,]+).*/, '$1')
      : next
  }
  t.equal(chosen('Basic realm="x"', asks('MD5'), asks('SHA-256')), 'Digest algorithm=SHA-256')
  t.equal(chosen(`Basic realm="x, y", ${asks('MD5')}`), 'Digest algorithm=MD5')
  t.equal(chosen(asks('SHA-512-256'), asks('md5')), 'Digest algorithm=md5')
  t.equal(chosen('Basic realm="x"'), 'Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl')
  t.equal(chosen(), 'Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl')
  for (const unknown of [
    'Negotiate',
    asks('MD5-sess'),
    'Digest qop="auth"',
    'Digest ,,,="',
    '""',
  ]) {
    t.equal(chosen(unknown), 'UNKNOWN_METHOD', unknown)
  }
  t.equal(chosen('Digest realm="r", nonce="n", qop="auth-int"'), 'UNKNOWN_METHOD')
})

t.test('a name of any characters makes a header that can be sent', async t => {
  const challenge = { realm: 'r', nonce: 'n', opaque: undefined, algorithm: undefined } as const
  const asked = { method: 'GET', uri: '/', count: 1, cnonce: 'c' }
  for (const user of ['a"b\\c', 'a\r\nInjected: 1', 'Zoë 中']) {
    const header = digestAuthorization(
      { ...challenge, hash: 'md5', hasQop: true, isStale: false },
      { user, password: 'p' },
      asked,
    )
    t.match(header, /^[\x20-\x7e\x80-\xff]+$/)
    t.notMatch(header, /\n/)
  }
})

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const REALM = 'AXIS_ACCC8E0C'

type Verdict = 'right' | 'wrong' | 'stale' | 'none'

/** A camera's own check of a login, by the formula of the RFC; each nonce is good for `uses`. */
function createCameraLogin(password: string, uses: number) {
  const counts = new Map<string, number>()
  const seen: Verdict[] = []
  let nonces = 0
  let nonce = ''
  const judge = (request: IncomingMessage): Verdict => {
    const { authorization } = request.headers
    if (authorization === undefined) return 'none'
    const of = challengesIn(authorization)[0]?.parameters ?? new Map<string, string>()
    const [name, nc, cnonce] = [of.get('nonce') ?? '', of.get('nc') ?? '', of.get('cnonce')]
    const middle = `${name}:${nc}:${cnonce}:auth`
    const right = md5(
      `${md5(`viewer:${REALM}:${password}`)}:${middle}:${md5(`GET:${request.url}`)}`,
    )
    if (of.get('uri') !== request.url || of.get('response') !== right) return 'wrong'
    const count = Number.parseInt(nc, 16)
    if (count !== (counts.get(name) ?? 0) + 1) return 'wrong'
    counts.set(name, count)
    return name === nonce && count <= uses ? 'right' : 'stale'
  }
  return {
    seen,
    counts,
    isRight(request: IncomingMessage, response: ServerResponse): boolean {
      const verdict = judge(request)
      seen.push(verdict)
      if (verdict === 'right') return true
      nonce = `nonce ${nonces++}`
      const stale = verdict === 'stale' ? ', stale=true' : ''
      const field = `Digest realm="${REALM}", qop="auth", algorithm=MD5, nonce="${nonce}"${stale}`
      response.writeHead(401, { 'www-authenticate': field }).end('no picture')
      return false
    },
  }
}

type Answer = (response: ServerResponse) => void
const still: Answer = response => {
  response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture)
}
const stream: Answer = response => {
  response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' })
  for (let i = 0; i < 3; i += 1) {
    response.write(`--frame\r\nContent-Length: ${picture.length}\r\n\r\n`)
    response.write(picture)
  }
}

function open(
  t: Test,
  login: string,
  isRight: (request: IncomingMessage, response: ServerResponse) => boolean,
  answer: Answer,
) {
  return openHttpCamera(t, { login, path: '/axis.cgi?fps=5' }, (request, response) => {
    if (isRight(request, response)) answer(response)
  })
}

t.test('a stream behind a digest login; percent signs in the password', async t => {
  const camera = createCameraLogin('p@ss/wörd', 1)
  const { frames, fault } = await open(t, 'viewer:p%40ss%2Fw%C3%B6rd@', camera.isRight, stream)
  await until('frames', () => frames.length > 0)
  t.strictSame(camera.seen, ['none', 'right'])
  t.equal(fault(), undefined)
})

t.test('still pictures: a nonce is used again and counted, a stale one is renewed', async t => {
  const camera = createCameraLogin('pass', 3)
  const { frames, fault } = await open(t, 'viewer:pass@', camera.isRight, still)
  await until('frames', () => frames.length >= 7)
  t.strictSame(camera.seen.slice(0, 10), [
    'none',
    ...['right', 'right', 'right', 'stale'],
    ...['right', 'right', 'right', 'stale'],
    'right',
  ])
  t.equal(camera.counts.get('nonce 0'), 4)
  t.equal(fault(), undefined)
})

t.test('each login that can’t be is a fault of its own, without the password', async t => {
  const basic = (password: string) => (request: IncomingMessage, response: ServerResponse) => {
    const sent = `Basic ${Buffer.from(`viewer:${password}`).toString('base64')}`
    if (request.headers.authorization === sent) return true
    response.writeHead(401, { 'www-authenticate': 'Basic realm="camera"' }).end()
    return false
  }
  const other = (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end()
    return false
  }
  const wrong = createCameraLogin('b', 9)
  // Every nonce is too old at once.
  const hasty = createCameraLogin('topsecret', 0)
  for (const [what, login, isRight, code, words] of [
    ['wrong, digest', 'viewer:topsecret@', wrong.isRight, 'PASSWORD', /refuses/],
    ['wrong, basic', 'viewer:topsecret@', basic('b'), 'PASSWORD', /refuses the name and password/],
    ['none, digest', '', createCameraLogin('b', 9).isRight, 'LOGIN', /put the camera's name/],
    ['none, basic', '', basic('b'), 'LOGIN', /put the camera's name/],
    ['another kind', 'viewer:topsecret@', other, 'LOGIN', /kind that is not known/],
    ['always stale', 'viewer:topsecret@', hasty.isRight, 'PASSWORD', /refuses/],
  ] as const) {
    const { fault, frames } = await open(t, login, isRight, still)
    await until(what, () => fault() !== undefined)
    t.equal(fault()?.code, `CAMERA_${code}`, what)
    t.match(fault()?.message, words, what)
    t.notMatch(`${fault()?.message} ${fault()?.cause}`, /topsecret|viewer/)
    t.equal(frames.length, 0)
  }
  await until('the next opening', () => hasty.seen.length >= 5 && wrong.seen.length >= 3)
  t.strictSame(hasty.seen.slice(0, 5), ['none', 'stale', 'stale', 'stale', 'none'])
  t.strictSame(wrong.seen.slice(0, 3), ['none', 'wrong', 'none'], 'a password is tried once')
  const { frames } = await open(t, 'viewer:right@', basic('right'), still)
  await until('frames of a camera with Basic', () => frames.length >= 2)
})
