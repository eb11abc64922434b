import { randomBytes } from 'node:crypto'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { ANSWER_KEPT_MS, RATES } from '../../limits.ts'
import { makeApplicant, putOnFile } from '../../testing/applicant.ts'
import { makeHolder } from '../../testing/holder.ts'
import { makeClient, openWorld } from '../../testing/world.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
const agent = await world.signIn('agent')

let people = 0
const nextHolder = () => {
  const documentNumber = `E${30_000 + people++}`
  return makeHolder(world, agent, { name: 'AB CD', documentType: 'passport', documentNumber })
}

async function read(answer: Response) {
  return { status: answer.status, ...((await answer.json()) as { code?: string }) }
}

t.test('a phone sees its certificate, and nobody else’s', async t => {
  const { id, phone } = await nextHolder()
  const path = `/v1/certificates/${id}`
  t.match(await read(await phone.ask('GET', path)), {
    status: 200,
    id,
    state: 'active',
    validFrom: /^2026-05-20T04:00:00/,
    validUntil: /^2026-05-21T04:00:00/,
    monthLeft: 3,
  })
  const unknown = await read(await phone.ask('GET', `/v1/certificates/${'0'.repeat(32)}`))
  const others = await read(await makeClient(world, 'ES256').ask('GET', path))
  const plain = (answer: object) => ({ ...answer, requestId: '' })
  t.same(plain(others), plain(unknown), 'no difference between another’s and none')
  t.match(unknown, { status: 404, code: 'CERTIFICATE_UNKNOWN' })
  const session = await world.call(path, { headers: agent })
  t.match(await read(session), { status: 401, code: 'PROOF_MISSING' })
  world.clock.time += 24 * 3600_000
  t.match(await read(await phone.ask('GET', path)), { state: 'expired' })
  world.clock.time -= 24 * 3600_000
})

t.test('cancelled by its phone alone, once, and published', async t => {
  const { id, phone } = await nextHolder()
  const path = `/v1/certificates/${id}`
  const stranger = makeClient(world, 'ES256')
  t.match(await read(await stranger.ask('DELETE', path)), { code: 'CERTIFICATE_UNKNOWN' })
  t.match(await read(await phone.ask('GET', path)), { state: 'active' })
  t.match(await read(await phone.ask('DELETE', path)), {
    status: 200,
    state: 'cancelled',
    manifestVersion: world.service.publisher.latest()?.version as number,
  })
  t.match(await read(await phone.ask('DELETE', path)), { status: 409, code: 'CERTIFICATE_ENDED' })
  t.match(await read(await phone.ask('GET', path)), { state: 'cancelled' })
  const bits = await world.service.db.selectFrom('status_ended').selectAll().execute()
  t.equal(bits.length, 1)
})

t.test('a proof of one request opens no other', async t => {
  const { id, phone } = await nextHolder()
  const path = `/v1/certificates/${id}`
  await phone.ask('GET', path)
  const dpop = await phone.proof(path, '', {}, 'GET')
  t.equal((await world.call(path, { headers: { dpop } })).status, 200)
  const again = await world.call(path, { headers: { dpop } })
  t.match(await read(again), { status: 401, code: 'PROOF_REPLAYED' })
  const other = await phone.proof(path, '', {}, 'GET')
  const deleted = await world.call(path, { method: 'DELETE', headers: { dpop: other } })
  t.match(await read(deleted), { status: 401, code: 'PROOF_INVALID' })
})

async function issuedCode() {
  const documentNumber = `E${30_000 + people++}`
  const person = { name: 'AB CD', documentType: 'passport', documentNumber }
  const issued = await world.post('/v1/desk/certificates', { person, reason: 'x' }, agent)
  return ((await issued.json()) as { claim: { code: string } }).claim.code
}

t.test('a lost answer comes again for the same jti, signed anew', async t => {
  const path = '/v1/certificates/claim'
  const phone = makeClient(world, 'ES256')
  const holderKey = await phone.publicJwk()
  const body = JSON.stringify({ code: await issuedCode(), holderKey })
  await phone.send(path, {})
  const jti = randomBytes(16).toString('base64url')
  const send = async (dpop: string, text = body) => {
    const answer = await world.post(path, text, { dpop })
    return { status: answer.status, text: await answer.text() }
  }
  const sign = (n: number, text = body) =>
    phone.proof(path, text, { jti, iat: world.clock.time / 1000 + n })
  const proof = await sign(1)
  const first = await send(proof)
  t.equal(first.status, 201)
  t.same(await send(await sign(2)), first, 'to the letter')
  t.match(await send(proof), { status: 401, text: /PROOF_REPLAYED/ }, 'a copy gets nothing')
  const other = JSON.stringify({ code: await issuedCode(), holderKey })
  t.match(await send(await sign(3, other), other), { status: 401, text: /PROOF_REPLAYED/ })
  const row = await world.service.db
    .selectFrom('proofs')
    .select('answer')
    .where('answer', 'is not', null)
    .executeTakeFirst()
  const { pass } = JSON.parse(first.text) as { pass: string }
  t.notMatch(Buffer.from(row?.answer ?? []).toString('latin1'), pass.slice(0, 20), 'sealed')
  world.clock.time += ANSWER_KEPT_MS - 1000
  await phone.send(path, {})
  t.same(await send(await sign(4)), first, 'ten minutes long')
})

t.test('ten times the same jti at once: done once, never an error of its own making', async t => {
  const path = '/v1/certificates/claim'
  const phone = makeClient(world, 'ES256')
  const body = JSON.stringify({ code: await issuedCode(), holderKey: await phone.publicJwk() })
  await phone.send(path, {})
  const jti = randomBytes(16).toString('base64url')
  const sent = Array.from({ length: 10 }, async (_, n) => {
    const iat = world.clock.time / 1000 + n
    const dpop = await phone.proof(path, body, { jti, iat })
    return read(await world.post(path, body, { dpop }))
  })
  const all = await Promise.all(sent)
  t.ok(all.some(one => one.status === 201))
  t.same(
    all.filter(one => one.status !== 201 && one.code !== 'IN_PROGRESS'),
    [],
  )
})

t.test('a phone that tries codes is slowed down', async t => {
  const phone = makeClient(world, 'ES256')
  const holderKey = await phone.publicJwk()
  const guess = async () =>
    read(await phone.send('/v1/certificates/claim', { code: '0000-0000-0000-0000', holderKey }))
  for (let i = 0; i < RATES.claim.max; i++) t.equal((await guess()).code, 'CLAIM_INVALID')
  t.match(await guess(), { status: 429, code: 'RATE_LIMITED' })
  world.clock.time += RATES.claim.windowMs
  t.equal((await guess()).code, 'CLAIM_INVALID')
})

t.test(
  'a phone is told how many certificates are left in the month, those of the window aside',
  async t => {
    const documentNumber = 'E76543210'
    await putOnFile(world, documentNumber)
    const person = await makeApplicant(world, documentNumber)
    for (const left of [2, 1]) {
      const { certificate } = await person.certificate()
      const path = `/v1/certificates/${certificate?.id}`
      t.match(await read(await person.phone.ask('GET', path)), { state: 'active', monthLeft: left })
      await person.phone.ask('DELETE', path)
    }
  },
)
