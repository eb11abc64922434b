import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { EXIT_GRACE_MS } from '../../../pass/limits.ts'
import { decodePassText, encodePassText } from '../../../pass/text.ts'
import { checkCharacter } from '../../domain/document.ts'
import { CLAIM_MS } from '../../limits.ts'
import { makeClient, openWorld } from '../../testing/world.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
world.service.config.desk.aloneADay = 5
const agent = await world.signIn('agent')

let people = 0
const nextPerson = () => {
  const first17 = `11010519900101${String(++people).padStart(3, '0')}`
  return {
    name: '王小明',
    documentType: 'resident-id',
    documentNumber: first17 + checkCharacter(first17),
  }
}

interface Issued {
  certificate: { id: string }
  claim: { code: string; expiresAt: string }
  code?: string
  readings?: unknown
}

async function issue(person: unknown, extra: Record<string, unknown> = {}) {
  const answer = await world.post(
    '/v1/desk/certificates',
    { person, reason: 'card lost', ...extra },
    agent,
  )
  return { status: answer.status, body: (await answer.json()) as Issued }
}

async function claim(code: string, phone = makeClient(world, 'ES256')) {
  const holderKey = await makeClient(world, 'ES256').publicJwk()
  const answer = await phone.send('/v1/certificates/claim', { code, holderKey })
  return { status: answer.status, body: (await answer.json()) as { pass: string; code?: string } }
}

const revoke = async (id: string, by = agent) => {
  const answer = await world.post(`/v1/desk/certificates/${id}/revoke`, { reason: 'x' }, by)
  return { status: answer.status, body: (await answer.json()) as { code?: string } }
}

t.test('a code is used once, even by the same phone', async t => {
  const { body } = await issue(nextPerson())
  const phone = makeClient(world, 'ES256')
  t.equal((await claim(body.claim.code, phone)).status, 201)
  t.match(await claim(body.claim.code, phone), { status: 409, body: { code: 'CLAIM_USED' } })
  t.match(await claim(body.claim.code), { status: 409, body: { code: 'CLAIM_USED' } })
})

t.test('twenty phones with one code: one wins', async t => {
  const { body } = await issue(nextPerson())
  const all = await Promise.all(Array.from({ length: 20 }, () => claim(body.claim.code)))
  t.equal(all.filter(one => one.status === 201).length, 1)
  t.equal(all.filter(one => one.body.code === 'CLAIM_USED').length, 19)
})

t.test('codes as people type them; unknown and old ones', async t => {
  const { body } = await issue(nextPerson())
  const typed = body.claim.code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o')
  t.equal((await claim(typed)).status, 201)
  // From a Chinese keyboard, and with what a message puts between.
  const another = await issue(nextPerson())
  const wide = another.body.claim.code.replaceAll(/[!-~]/g, one =>
    String.fromCharCode(one.charCodeAt(0) + 0xfee0),
  )
  t.equal((await claim(`\u200b${wide}\u200b`)).status, 201)
  for (const code of ['', 'x', '0000-0000-0000-0000', '🙂'.repeat(16)]) {
    t.match(await claim(code), { status: 404, body: { code: 'CLAIM_INVALID' } }, code)
  }
  const late = await issue(nextPerson())
  world.clock.time += CLAIM_MS
  t.match(await claim(late.body.claim.code), { status: 404, body: { code: 'CLAIM_INVALID' } })
})

t.test('one active certificate a person, moved only when asked for', async t => {
  const person = nextPerson()
  const first = await issue(person)
  t.equal(first.status, 201)
  t.match(await issue(person), { status: 409, body: { code: 'CERTIFICATE_ACTIVE' } })
  const second = await issue(person, { replaceActive: true })
  t.equal(second.status, 201)
  t.match(await claim(first.body.claim.code), { status: 409, body: { code: 'CERTIFICATE_ENDED' } })
  t.match(await revoke(first.body.certificate.id), { body: { code: 'CERTIFICATE_ENDED' } })
  t.equal((await claim(second.body.claim.code)).status, 201)
  world.clock.time += 24 * 3600_000
  t.equal((await issue(person)).status, 201, 'after 24 hours')
  world.clock.time -= 24 * 3600_000
})

t.test('twenty windows, one person: one certificate', async t => {
  const person = nextPerson()
  const all = await Promise.all(Array.from({ length: 20 }, () => issue(person)))
  t.equal(all.filter(one => one.status === 201).length, 1)
  t.equal(all.filter(one => one.body.code === 'CERTIFICATE_ACTIVE').length, 19)
})

t.test('revoked once, known ones only', async t => {
  const { body } = await issue(nextPerson())
  t.equal((await revoke(body.certificate.id)).status, 200)
  t.match(await revoke(body.certificate.id), { status: 409, body: { code: 'CERTIFICATE_ENDED' } })
  t.match(await revoke('0'.repeat(32)), { status: 404, body: { code: 'CERTIFICATE_UNKNOWN' } })
  t.match(await claim(body.claim.code), { body: { code: 'CERTIFICATE_ENDED' } }, 'no pass any more')
})

t.test('revoked as long as exits take it, and no longer', async t => {
  const kept = world.clock.time
  const [early, late] = [await issue(nextPerson()), await issue(nextPerson())]
  const end = Math.floor(kept / 1000) * 1000 + 24 * 3600_000
  world.clock.time = end + EXIT_GRACE_MS - 1
  const later = await world.signIn('agent')
  t.equal((await revoke(early.body.certificate.id, later)).status, 200)
  world.clock.time = end + EXIT_GRACE_MS
  const refused = { status: 409, body: { code: 'CERTIFICATE_ENDED' } }
  t.match(await revoke(late.body.certificate.id, later), refused)
  world.clock.time = kept
})

t.test('bad persons', async t => {
  const good = nextPerson()
  const cases: [unknown, string][] = [
    [{ ...good, documentNumber: '110105194912310021' }, 'DOCUMENT_INVALID'],
    [{ ...good, documentType: 'travel-permit-tw', documentNumber: '12345678' }, 'DOCUMENT_TYPE'],
    [{ ...good, documentType: 'library-card' }, 'INVALID'],
    [{ ...good, name: '' }, 'NAME_INVALID'],
    [{ ...good, name: 'a<script>' }, 'NAME_INVALID'],
    [{ ...good, name: 5 }, 'INVALID'],
    [{ ...good, extra: 1 }, 'INVALID'],
    [null, 'INVALID'],
  ]
  for (const [person, code] of cases) t.equal((await issue(person)).body.code, code)
  const wrongType = { ...good, documentType: 'resident-id', documentNumber: '932682198501010017' }
  t.match((await issue(wrongType)).body, {
    code: 'DOCUMENT_OTHER_TYPE',
    fits: 'foreign-permanent-id',
    seen: { zh: '外国人永久居留身份证的号码', en: /permanent residence ID$/ },
    expected: { zh: '居民身份证的号码', en: 'the number of a resident ID' },
  })
  t.match((await issue({ ...good, name: 'a<script>' })).body, {
    seen: { zh: '第2个字符是符号', en: 'a sign at place 2' },
    expected: { zh: /汉字/, en: /Chinese characters/ },
  })
})

t.test('what was read otherwise than typed is said, in both languages', async t => {
  const person = { ...nextPerson(), name: 'O’Neil – Ｓmith' }
  const { documentNumber } = person
  const typed = { ...person, documentNumber: ` ${documentNumber.toLowerCase()}\u200b` }
  t.match((await issue(typed)).body.readings, [
    {
      field: 'name',
      as: "O'NEIL-SMITH",
      told: { zh: "姓名读作“O'NEIL-SMITH”。", en: "We read your name as “O'NEIL-SMITH”." },
    },
    {
      field: 'documentNumber',
      as: documentNumber,
      told: { zh: `证件号码读作“${documentNumber}”。`, en: /^We read your document number as / },
    },
  ])
  const asItIs = { ...nextPerson(), name: 'AB CD' }
  t.same((await issue(asItIs)).body.readings, [])
})

t.test('the holder’s key must be a point of P-256', async t => {
  const { body } = await issue(nextPerson())
  const phone = makeClient(world, 'ES256')
  const good = await phone.publicJwk()
  const bad: unknown[] = [
    { ...good, y: good.x },
    { ...good, x: 'A'.repeat(43) },
    { ...good, crv: 'P-384' },
    { ...good, d: 'A'.repeat(43) },
    {},
  ]
  for (const holderKey of bad) {
    const answer = await phone.send('/v1/certificates/claim', { code: body.claim.code, holderKey })
    t.equal(answer.status, 422)
  }
  t.equal((await claim(body.claim.code)).status, 201, 'the code is still good')
})

t.test('passes: unlinkable indices, 30 minutes, never past the end', async t => {
  const { body } = await issue(nextPerson())
  world.clock.time += CLAIM_MS - 1
  const { body: signed } = await claim(body.claim.code)
  const pass = decodePassText(encodePassText(new Uint8Array(Buffer.from(signed.pass, 'base64url'))))
  t.equal(Buffer.from(pass.claims.cti).toString('hex'), body.certificate.id)
  t.equal(pass.claims.exp - pass.claims.iat, 1800)
  const rows = await world.service.db.selectFrom('certificates').select('status_index').execute()
  const indices = rows.map(row => row.status_index)
  t.equal(new Set(indices).size, indices.length)
  t.ok(Math.max(...indices) > 10_000, 'spread over the list')
})
