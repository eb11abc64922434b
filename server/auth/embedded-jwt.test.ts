/** Tokens by jose, and spoilt ones: what is taken here, jose takes too, and reads the same. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import t from 'tap'
import { KEYS_KEPT_MAX } from '../limits.ts'
import {
  headerOf,
  type ProofAlgorithm,
  publicKeyOf,
  thumbprintOf,
  verifyEmbedded,
} from './embedded-jwt.ts'

const NOW_MS = 1_800_000_000_000
const NOW_S = NOW_MS / 1000
const TYP = 'dpop+jwt'
const CLAIMS = { htm: 'POST', jti: 'abc' }
const PAIRS = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
} as const
const ALGORITHMS = ['ES256', 'EdDSA'] as const
const jwkOf = (algorithm: ProofAlgorithm) =>
  PAIRS[algorithm].publicKey.export({ format: 'jwk' }) as JWK & { readonly x: string }
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signed over whatever its parts are. */
function tokenOf(algorithm: ProofAlgorithm, head: string, body: string): string {
  const key: KeyObject = PAIRS[algorithm].privateKey
  const input = Buffer.from(`${head}.${body}`)
  const signature =
    algorithm === 'ES256'
      ? sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
      : sign(null, input, key)
  return `${head}.${body}.${signature.toString('base64url')}`
}
/** Other text for the same bytes: the last character of these lengths has bits to spare. */
const nextOf = (text: string) =>
  text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1)
const headOf = (algorithm: ProofAlgorithm, more: object = {}) =>
  part({ typ: TYP, alg: algorithm, jwk: jwkOf(algorithm), ...more })
const made = (algorithm: ProofAlgorithm, more: object = {}, claims: unknown = CLAIMS) =>
  tokenOf(algorithm, headOf(algorithm, more), part(claims))
const taken = (token: string, algorithm: ProofAlgorithm) =>
  verifyEmbedded(token, { algorithm, typ: TYP, nowMs: NOW_MS })

async function takenByJose(token: string, algorithm: ProofAlgorithm) {
  const currentDate = new Date(NOW_MS)
  const options = { algorithms: [algorithm], typ: TYP, currentDate }
  return jwtVerify(token, EmbeddedJWK, options).then(
    ({ payload }) => payload,
    () => undefined,
  )
}

/** The other point of P-256 with this x (SEC 2 §2.4.2: its prime), whose private key is another. */
function mirrored(jwk: JWK): JWK {
  const prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
  const y = BigInt(`0x${Buffer.from(jwk.y ?? '', 'base64url').toString('hex')}`)
  const hex = (prime - y).toString(16).padStart(64, '0')
  return { ...jwk, y: Buffer.from(hex, 'hex').toString('base64url') }
}

t.test('a key that came before is taken for no other, and again after many others', t => {
  const token = made('ES256')
  t.ok(taken(token, 'ES256'))
  t.notOk(taken(made('ES256', { jwk: mirrored(jwkOf('ES256')) }), 'ES256'), 'with the same x')
  t.ok(taken(token, 'ES256'))
  for (let n = 0; n <= KEYS_KEPT_MAX; n += 1) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const head = headOf('EdDSA', { jwk: publicKey.export({ format: 'jwk' }) })
    const input = `${head}.${part(CLAIMS)}`
    const signature = sign(null, Buffer.from(input), privateKey).toString('base64url')
    if (!taken(`${input}.${signature}`, 'EdDSA')) t.fail(`key ${n}`)
  }
  t.ok(taken(token, 'ES256'))
  t.end()
})

t.test('a token of jose, and the thumbprint of its key', async t => {
  for (const algorithm of ALGORITHMS) {
    const jwk = jwkOf(algorithm)
    const token = await new SignJWT(CLAIMS)
      .setProtectedHeader({ typ: TYP, alg: algorithm, jwk })
      .sign(PAIRS[algorithm].privateKey)
    const found = taken(token, algorithm)
    t.same(found?.claims, CLAIMS)
    t.equal(found && thumbprintOf(found.key), await calculateJwkThumbprint(jwk))
    t.same(headerOf(token)?.jwk, jwk)
    for (const typ of ['DPOP+JWT', 'application/dpop+jwt']) {
      t.ok(taken(made(algorithm, { typ }), algorithm), typ)
    }
    t.ok(taken(made(algorithm, {}, { exp: NOW_S + 1, nbf: NOW_S }), algorithm), 'in its time')
  }
})

t.test('what is refused', async t => {
  for (const algorithm of ALGORITHMS) {
    const other = algorithm === 'ES256' ? 'EdDSA' : 'ES256'
    const jwk = jwkOf(algorithm)
    const good = made(algorithm)
    const [head = '', body = '', signature = ''] = good.split('.')
    const priv = PAIRS[algorithm].privateKey.export({ format: 'jwk' })
    const cases: Readonly<Record<string, string>> = {
      'no token': '',
      'two parts': `${head}.${body}`,
      'four parts': `${good}.`,
      'no signature': `${head}.${body}.`,
      'half a signature': `${head}.${body}.${signature.slice(0, 43)}`,
      'another signature': `${head}.${body}.${made(algorithm, {}, { a: 1 }).split('.')[2]}`,
      'another body': `${head}.${part({ ...CLAIMS, jti: 'abd' })}.${signature}`,
      'padding behind the signature': `${good}==`,
      'a space in the body': tokenOf(algorithm, head, `${body.slice(0, 4)} ${body.slice(4)}`),
      'base64 of the other alphabet': tokenOf(
        algorithm,
        head,
        part({ a: '>>>???' }).replaceAll('_', '/'),
      ),
      'bits behind the last byte': `${head}.${body}.${nextOf(signature)}`,
      'no algorithm': made(algorithm, { alg: undefined }),
      'the algorithm none': made(algorithm, { alg: 'none' }),
      'the algorithm HS256': made(algorithm, { alg: 'HS256' }),
      'the other algorithm': made(algorithm, { alg: other }),
      'the other algorithm with its key': made(other),
      'the key of the other algorithm': made(algorithm, { jwk: jwkOf(other) }),
      'no type': made(algorithm, { typ: undefined }),
      'another type': made(algorithm, { typ: 'jwt' }),
      'no key': made(algorithm, { jwk: undefined }),
      'a list of keys': made(algorithm, { jwk: [jwk] }),
      'a private key': made(algorithm, { jwk: priv }),
      'a key for encryption': made(algorithm, { jwk: { ...jwk, use: 'enc' } }),
      'a key for another algorithm': made(algorithm, { jwk: { ...jwk, alg: 'RS256' } }),
      'a key for signing alone': made(algorithm, { jwk: { ...jwk, key_ops: ['sign'] } }),
      'a short coordinate': made(algorithm, { jwk: { ...jwk, x: jwk.x.slice(1) } }),
      'a coordinate with padding': made(algorithm, { jwk: { ...jwk, x: `${jwk.x}=` } }),
      'bits behind a coordinate': made(algorithm, { jwk: { ...jwk, x: nextOf(jwk.x) } }),
      'another curve': made(algorithm, { jwk: { ...jwk, crv: 'P-384' } }),
      'an extension that must be understood': made(algorithm, { crit: ['b64'], b64: true }),
      'claims that are a list': made(algorithm, {}, [CLAIMS]),
      'claims that are null': made(algorithm, {}, null),
      'claims that are no JSON': tokenOf(algorithm, head, Buffer.from('{').toString('base64url')),
      'claims that are no UTF-8': tokenOf(
        algorithm,
        head,
        Buffer.from('{"a":"\xff"}', 'latin1').toString('base64url'),
      ),
      'claims behind a byte order mark': tokenOf(
        algorithm,
        head,
        Buffer.from('\ufeff{}').toString('base64url'),
      ),
      expired: made(algorithm, {}, { exp: NOW_S }),
      'an end that is no number': made(algorithm, {}, { exp: `${NOW_S + 1}` }),
      'not yet': made(algorithm, {}, { nbf: NOW_S + 1 }),
      'issued at no number': made(algorithm, {}, { iat: 'today' }),
      'a begin that is no number': made(algorithm, {}, { nbf: '1' }),
    }
    for (const [name, token] of Object.entries(cases)) {
      t.equal(taken(token, algorithm), undefined, `${algorithm}: ${name}`)
    }
  }
  const off = { ...jwkOf('ES256'), y: jwkOf('ES256').x }
  t.equal(taken(made('ES256', { jwk: off }), 'ES256'), undefined, 'a point off its curve')
  t.equal(publicKeyOf({ ...jwkOf('ES256'), y: undefined }, 'ES256'), undefined)
})

t.test('whatever is changed in a token: what is taken here, jose takes too', async t => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(...['ES256', 'EdDSA', 'none', TYP, 'b64', 'sig', 'verify']),
  )
  const names = ['alg', 'typ', 'crit', 'b64', 'kid', 'exp'] as const
  const jwkNames = ['kty', 'crv', 'x', 'y', 'd', 'use', 'alg', 'ext', 'key_ops'] as const
  let agreed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ALGORITHMS),
      fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 2 }),
      fc.dictionary(fc.constantFrom(...jwkNames), odd, { maxKeys: 1 }),
      fc.dictionary(fc.constantFrom('exp', 'nbf', 'iat', 'jti'), odd, { maxKeys: 2 }),
      fc.option(fc.tuple(fc.nat(), fc.constantFrom(...'AZaz09-_.=+/ ')), { freq: 3 }),
      async (algorithm, header, inKey, claims, spoilt) => {
        const jwk = { ...jwkOf(algorithm), ...inKey }
        let token = made(algorithm, { ...header, jwk }, claims)
        if (spoilt !== null) {
          const at = spoilt[0] % token.length
          token = token.slice(0, at) + spoilt[1] + token.slice(at + 1)
        }
        const found = taken(token, algorithm)
        if (found === undefined) return
        agreed += 1
        const theirs = await takenByJose(token, algorithm)
        if (!isDeepStrictEqual(found.claims, theirs)) throw new Error(token)
      },
    ),
    { numRuns: 1000 },
  )
  t.ok(agreed > 20, `${agreed} were taken`)
})
