import { randomBytes } from 'node:crypto'
import { decodeJwt, SignJWT } from 'jose'
import t from 'tap'
import { SYSTEM } from '../../fixtures/system-ports.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createServiceClient } from '../../gate/net/service-client.ts'
import { IAT_OFF_MS_MAX, NONCE_SLOT_MS } from '../limits.ts'
import { makeJournal, uploadOf } from '../testing/journal.ts'
import { makeClient, openWorld, type ProofChanges } from '../testing/world.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
const operator = await world.signIn('operator')
const PATH = '/v1/gates/g1/events'
const rows = makeJournal(randomBytes(8).toString('hex'), 3)
const upload = uploadOf(rows, 1, 3)
const body = JSON.stringify(upload)

async function enrol(name: string) {
  const client = makeClient(world, 'EdDSA')
  const made = await world.post('/v1/fleet/enrolments', { gate: name, station: 's' }, operator)
  const { code } = (await made.json()) as { code: string }
  const publicKey = await client.publicJwk()
  const answer = await world.post('/v1/gates/enrol', { code, publicKey, name })
  if (answer.status !== 201) throw new Error(`enrolment answered ${answer.status}`)
  return client
}

const gate = await enrol('g1')
const other = await enrol('g2')

const verdict = async (answer: Response) => {
  const { code } = (await answer.json()) as { code?: string }
  return [answer.status, code]
}
const nonceNow = async () => (await world.call('/v1/time')).headers.get('dpop-nonce') as string

t.test('a proof counts once', async t => {
  t.equal((await gate.send(PATH, upload)).status, 200)
  const token = await gate.proof(PATH, body)
  t.equal((await gate.send(PATH, upload, undefined, token)).status, 200)
  t.same(await verdict(await gate.send(PATH, upload, undefined, token)), [401, 'PROOF_REPLAYED'])
  const jti = randomBytes(16).toString('base64url')
  t.equal((await gate.send(PATH, upload, { jti })).status, 200)
  t.same(await verdict(await gate.send(PATH, upload, { jti })), [401, 'PROOF_REPLAYED'])
  const nonce = await nonceNow()
  const others = await other.send('/v1/gates/g2/events', upload, { jti, nonce })
  t.equal(others.status, 200, 'another key may use the same jti')
})

t.test('parallel replays: one wins', async t => {
  const token = await gate.proof(PATH, body)
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => gate.send(PATH, upload, undefined, token)),
  )
  t.equal(answers.filter(answer => answer.status === 200).length, 1)
})

t.test('what does not fit the request', async t => {
  const stranger = makeClient(world, 'EdDSA')
  const nonce = await nonceNow()
  const cases: [string, ProofChanges, string][] = [
    ['body hash', { nonce, bh: 'x'.repeat(43) }, 'PROOF_INVALID'],
    ['method', { nonce, htm: 'GET' }, 'PROOF_INVALID'],
    ['path', { nonce, htu: '/v1/gates/g2/events' }, 'PROOF_INVALID'],
    ['type', { nonce, typ: 'jwt' }, 'PROOF_INVALID'],
    ['short jti', { nonce, jti: 'short' }, 'PROOF_INVALID'],
    ['long jti', { nonce, jti: 'x'.repeat(65) }, 'PROOF_INVALID'],
    ['signed by another key', { nonce, signer: stranger.privateKey }, 'PROOF_INVALID'],
    ['no nonce', { nonce: '' }, 'USE_NONCE'],
    ['invented nonce', { nonce: `${nonce.split('.')[0]}.AAAAAAAAAAAAAAAAAAAAAA` }, 'USE_NONCE'],
  ]
  for (const [name, changes, code] of cases) {
    t.same(await verdict(await gate.send(PATH, upload, changes)), [401, code], name)
  }
  const elsewhere = await gate.send('/v1/gates/g2/events', upload)
  t.same(await verdict(elsewhere), [401, 'GATE_UNKNOWN'], 'a gate speaks for itself alone')
  t.same(await verdict(await stranger.send(PATH, upload)), [401, 'GATE_UNKNOWN'])
  t.same(await verdict(await world.post(PATH, body)), [401, 'PROOF_MISSING'])
  for (const dpop of ['x', 'a.b.c', 'x'.repeat(5000), `${'e30'}.${'e30'}.`]) {
    t.same(await verdict(await world.post(PATH, body, { dpop })), [401, 'PROOF_INVALID'])
  }
})

t.test('other algorithms and private keys in the header are refused', async t => {
  const phone = makeClient(world, 'ES256')
  const nonce = await nonceNow()
  t.same(await verdict(await phone.send(PATH, upload, { nonce })), [401, 'PROOF_INVALID'])
  const secret = new Uint8Array(32)
  const jwk = { kty: 'oct', k: Buffer.from(secret).toString('base64url') }
  const hs256 = await new SignJWT({ htm: 'POST', htu: PATH, nonce, jti: 'x'.repeat(22), bh: '' })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'HS256', jwk })
    .sign(secret)
  t.same(await verdict(await world.post(PATH, body, { dpop: hs256 })), [401, 'PROOF_INVALID'])
  const whole = gate.privateKey.export({ format: 'jwk' }) as Record<string, string>
  const leaky = await new SignJWT({ htm: 'POST', htu: PATH, nonce, jti: 'x'.repeat(22), bh: '' })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: whole })
    .sign(gate.privateKey)
  t.same(await verdict(await world.post(PATH, body, { dpop: leaky })), [401, 'PROOF_INVALID'])
})

t.test(
  'an iat may be left out, or be off by a day: more is told, with the service’s time',
  async t => {
    const nonce = await nonceNow()
    const now = world.clock.time
    const send = async (offMs: number) => {
      const answer = await gate.send(PATH, upload, { nonce, iat: (now + offMs) / 1000 })
      const said = (await answer.json()) as { code?: string; title?: string; now?: string }
      return { status: answer.status, ...said }
    }
    const year = 365 * 24 * 3600_000
    for (const offMs of [0, IAT_OFF_MS_MAX, -IAT_OFF_MS_MAX])
      t.match(await send(offMs), { status: 200 })
    for (const offMs of [IAT_OFF_MS_MAX + 1, -IAT_OFF_MS_MAX - 1, year, -year, -now]) {
      t.match(await send(offMs), {
        ...{ status: 401, code: 'PROOF_TIME', now: new Date(now).toISOString() },
        title: /set the clock by now, or leave iat out/,
      })
    }
    const nonsense = await gate.send(PATH, upload, { nonce, iat: 'today' as never })
    t.same(await verdict(nonsense), [401, 'PROOF_INVALID'])
  },
)

t.test(
  'a gate with a wrong clock asks for the time, which needs no proof, and sends no iat',
  async t => {
    const asked = await world.post('/v1/gates/time', { nonce: 'A'.repeat(22) })
    t.equal(asked.status, 200)
    const sent: string[] = []
    const client = createServiceClient({
      ...SYSTEM,
      url: 'http://desk.test',
      timeoutMs: 5000,
      identity: { privateKey: gate.privateKey, publicJwk: await gate.publicJwk() },
      fetch: async (url, init) => {
        sent.push(new Headers(init?.headers).get('dpop') ?? '')
        return world.call(new URL(String(url)).pathname, init)
      },
    })
    t.equal((await client.post(PATH, upload)).status, 200)
    client.close()
    for (const proof of sent) t.equal(decodeJwt(proof).iat, undefined)
  },
)

t.test('a nonce lives one to two slots; every answer brings a new one', async t => {
  const nonce = await nonceNow()
  t.equal((await gate.send(PATH, upload, { nonce })).status, 200)
  world.clock.time += NONCE_SLOT_MS
  t.equal((await gate.send(PATH, upload, { nonce })).status, 200, 'the slot before')
  world.clock.time += NONCE_SLOT_MS
  const refused = await gate.send(PATH, upload, { nonce })
  t.same(await verdict(refused), [401, 'USE_NONCE'])
  const fresh = refused.headers.get('dpop-nonce') as string
  t.equal((await gate.send(PATH, upload, { nonce: fresh })).status, 200)
  const error = await world.call('/v1/nothing')
  t.ok(error.headers.get('dpop-nonce'))
})
