import t from 'tap'
import { makeHolder } from '../testing/holder.ts'
import { makeClient, openWorld } from '../testing/world.ts'

const world = await openWorld(t.testdir())
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
