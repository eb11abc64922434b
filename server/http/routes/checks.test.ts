import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { encodePassText, readPassText } from '../../../pass/text.ts'
import { initTrust } from '../../ceremony/init.ts'
import { NO_STRETCH } from '../../ceremony/sealed-file.ts'
import { CODE_SERVES_MS } from '../../limits.ts'
import { makeHolder } from '../../testing/holder.ts'
import { sweepAway } from '../../testing/sweeping.ts'
import { NOON, openWorld, worldAtNoon } from '../../testing/world.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
const agent = await world.signIn('agent')

let people = 0
const nextPerson = () => ({
  name: '欧阳诺一',
  documentType: 'passport',
  documentNumber: `E${20_000 + people++}`,
})

interface Check {
  readonly code?: string
  readonly accepted?: boolean
  readonly reason?: string
  readonly person?: unknown
}

async function check(code: string, purpose = 'sale', more: object = {}, staff = agent) {
  world.clock.time += 1
  const answer = await world.post('/v1/checks', { code, purpose, ...more }, staff)
  return { status: answer.status, ...((await answer.json()) as Check) }
}

const checksInAudit = () =>
  world.service.db
    .selectFrom('audit')
    .select(['subject', 'detail'])
    .where('action', '=', 'check.identity')
    .orderBy('id')
    .execute()

t.test('the identity, for the three purposes, each look in the audit', async t => {
  const person = nextPerson()
  const holder = await makeHolder(world, agent, person)
  for (const purpose of ['sale', 'refund', 'change']) {
    world.clock.time += 1000
    t.match(await check(await holder.present(), purpose), { status: 200, accepted: true, person })
  }
  for (const purpose of ['hotel', 'SALE', '']) {
    const refused = await check(await holder.present(), purpose)
    t.match(refused, { status: 422, code: 'PURPOSE_REFUSED' })
    t.equal(refused.person, undefined)
  }
  const rows = await checksInAudit()
  t.same(
    rows.map(row => JSON.parse(row.detail)),
    [
      ...['sale', 'refund', 'change'].map(purpose => ({ purpose, outcome: 'ACCEPTED' })),
      ...['hotel', 'SALE', ''].map(purpose => ({ purpose, outcome: 'PURPOSE_REFUSED' })),
    ],
    'a look for another purpose as well',
  )
  t.ok(rows.every(row => row.subject === holder.id))
  t.notMatch(JSON.stringify(rows), person.documentNumber)
})

t.test('a purpose that trust does not have the key for', async t => {
  const dir = tempDir()
  await initTrust({
    ...{ dir: join(dir, 'trust'), environment: 'test', passphrase: 'a passphrase for tests' },
    ...{ stretch: NO_STRETCH, days: 1, releasedDays: 1, now: NOON },
    scopes: { phone: ['entry', 'exit', 'sale'], paper: ['refund'] },
  })
  const narrow = await worldAtNoon(t, dir, join(dir, 'narrow.db'))
  const staff = await narrow.signIn('agent')
  const holder = await makeHolder(narrow, staff, nextPerson())
  const ask = async (purpose: string) => {
    narrow.clock.time += 1000
    const body = { code: await holder.present(), purpose }
    return (await narrow.post('/v1/checks', body, staff)).json()
  }
  t.match(await ask('sale'), { accepted: true })
  for (const purpose of ['refund', 'change']) {
    t.match(await ask(purpose), { accepted: false, reason: 'OUT_OF_SCOPE' }, purpose)
  }
  for (const purpose of ['entry', 'exit']) {
    t.match(await ask(purpose), { code: 'PURPOSE_REFUSED' }, `${purpose} is a gate's`)
  }
  const path = `/v1/tickets/${'0'.repeat(32)}/refund`
  const refund = await narrow.post(path, { code: await holder.present() }, staff)
  t.match(await refund.json(), { code: 'PASS_REFUSED', reason: 'OUT_OF_SCOPE' })
  const rows = await narrow.service.db.selectFrom('audit').select('detail').execute()
  t.equal(rows.filter(row => row.detail.includes('OUT_OF_SCOPE')).length, 3, 'audited')
})

t.test('what a gate would refuse is refused, without an identity', async t => {
  const holder = await makeHolder(world, agent, nextPerson())
  const shown = await holder.present()
  world.clock.time += 31_000
  t.same(await check(shown), { status: 200, accepted: false, reason: 'STALE_CODE', readings: [] })
  const bytes = readPassText(await holder.present())
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  t.match(await check(encodePassText(bytes)), { accepted: false, reason: 'BAD_SIGNATURE' })
  for (const text of ['', 'x', 'RP1:', 'RP2:ABC', '🙂']) {
    t.match(await check(text), { accepted: false, person: undefined }, text)
  }
  t.equal((await check('R'.repeat(1025))).status, 422)
  world.clock.time += 30 * 60_000
  t.match(await check(await holder.present()), { accepted: false, reason: 'EXPIRED' })
  const last = (await checksInAudit()).at(-1)
  t.same(JSON.parse(last?.detail ?? ''), { purpose: 'sale', outcome: 'EXPIRED' })
})

t.test('a revoked certificate, and a key that was denied, from that very moment', async t => {
  const revoked = await makeHolder(world, agent, nextPerson())
  const code = await revoked.present()
  await world.post(`/v1/desk/certificates/${revoked.id}/revoke`, { reason: 'x' }, agent)
  t.match(await check(code), { accepted: false, reason: 'REVOKED' })

  const moved = await makeHolder(world, agent, nextPerson())
  await world.service.db
    .updateTable('certificates')
    .set({ status_index: 1 })
    .where('id', '=', moved.id)
    .execute()
  t.match(await check(await moved.present()), { accepted: false, reason: 'STATUS_UNKNOWN' })

  const other = await makeHolder(world, agent, nextPerson())
  const key = world.service.publisher.key({ role: 'issuer', passClass: 'phone' })
  const kid = Buffer.from(key.kid).toString('hex')
  await world.service.db.insertInto('revoked_kids').values({ kid, revoked_at: 0 }).execute()
  t.match(await check(await other.present()), { accepted: false, reason: 'UNKNOWN_ISSUER' })
  await world.service.db.deleteFrom('revoked_kids').execute()
  // A manifest may have been signed meanwhile, by which the key is denied to this service too.
  await world.service.publisher.publishNow()
})

t.test('paper: 24 hours at most, never past its certificate, ended with it', async t => {
  const person = nextPerson()
  const holder = await makeHolder(world, agent, person)
  const print = async (id: string) => {
    const answer = await world.post(
      `/v1/desk/certificates/${id}/paper`,
      { reason: 'no battery' },
      agent,
    )
    const body = (await answer.json()) as { code: string; passExpiresAt?: string }
    return { status: answer.status, ...body }
  }
  world.clock.time += 3600_000
  const paper = await print(holder.id)
  t.equal(paper.status, 201)
  const leftMs = Date.parse(paper.passExpiresAt ?? '') - world.clock.time
  t.equal(Math.ceil(leftMs / 1000), 23 * 3600)
  world.clock.time += 3600_000
  const { name } = person
  t.match(await check(paper.code, 'refund', { name }), { accepted: true }, 'no proof, not stale')
  await world.post(`/v1/desk/certificates/${holder.id}/revoke`, { reason: 'x' }, agent)
  t.match(await check(paper.code, 'sale', { name }), { accepted: false, reason: 'REVOKED' })
  t.match(await print(holder.id), { status: 409, code: 'CERTIFICATE_ENDED' })
  t.match(await print('0'.repeat(32)), { status: 404, code: 'CERTIFICATE_UNKNOWN' })
})

t.test('a code serves the window and purpose of its first scan, for its half minute', async t => {
  const other = await world.signIn('agent')
  const again = await world.signIn('supervisor')
  const holder = await makeHolder(world, agent, nextPerson())
  const code = await holder.present()
  t.match(await check(code), { accepted: true })
  t.match(await check(code), { accepted: true }, 'the same window goes on')
  const elsewhere = { accepted: false, reason: 'OTHER_WINDOW', person: undefined }
  t.match(await check(code, 'sale', {}, other), elsewhere)
  t.match(await check(code, 'refund', {}, again), elsewhere)
  const purpose = await check(code, 'refund')
  t.match(purpose, { accepted: false, reason: 'OTHER_PURPOSE', person: undefined })
  const bytes = readPassText(code)
  t.match(await check(encodePassText(bytes).toUpperCase(), 'sale', {}, other), elsewhere)
  const rows = (await checksInAudit()).slice(-5).map(row => JSON.parse(row.detail).outcome)
  t.same(rows.slice(-2).sort(), ['OTHER_PURPOSE', 'OTHER_WINDOW'])

  const order = { train: 'G3', from: 'north', to: 'south', day: '2026-05-20' }
  const sold = await world.post('/v1/tickets', { code, ...order }, other)
  t.match(await sold.json(), { code: 'PASS_REFUSED', reason: 'OTHER_WINDOW' })
  world.clock.time += 1000
  t.match(await check(await holder.present(), 'refund', {}, other), { accepted: true }, 'a new one')
  world.clock.time += 31_000
  t.match(await check(code), { reason: 'STALE_CODE' })
  world.clock.time += CODE_SERVES_MS
  await sweepAway(world.service.db, 'servedCodes', world.clock.time)
  t.same(await world.service.db.selectFrom('served_codes').select('code').execute(), [])
})

t.test('paper is good with its holder’s name, at one window at a time', async t => {
  const other = await world.signIn('agent')
  const person = nextPerson()
  const holder = await makeHolder(world, agent, person)
  const path = `/v1/desk/certificates/${holder.id}/paper`
  const printed = await world.post(path, { reason: 'no battery' }, agent)
  const { code } = (await printed.json()) as { code: string }
  const name = person.name
  t.match(await check(code), { accepted: false, reason: 'NAME_MISSING', person: undefined })
  for (const wrong of ['欧阳诺二', '', 'x']) {
    const said = await check(code, 'sale', { name: wrong })
    t.match(said, { accepted: false, reason: 'NAME_MISMATCH', person: undefined }, wrong)
  }
  const outcomes = (await checksInAudit()).map(row => JSON.parse(row.detail).outcome)
  t.equal(outcomes.filter(one => one === 'NAME_MISMATCH').length, 3)
  const readings = [{ field: 'name', as: name, told: { en: `We read your name as “${name}”.` } }]
  for (const typed of [` ${name} `, name.replace('一', '⼀')]) {
    const said = await check(code, 'sale', { name: typed })
    t.match(said, { accepted: true, person, readings }, 'read as on file')
  }
  t.match(await check(code, 'sale', { name }, other), { accepted: false, reason: 'OTHER_WINDOW' })
  world.clock.time += CODE_SERVES_MS
  t.match(await check(code, 'refund', { name }, other), { accepted: true }, 'later at another')
})
