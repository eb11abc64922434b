/** Text that one engine would store and the other refuse, on each engine: told alike, never a 500. */

import { tempDir } from '../../../fixtures/temp-dir.ts'
import { makeApplicant } from '../../testing/applicant.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { makeJournal, uploadOf } from '../../testing/journal.ts'
import { makeClient, openWorld } from '../../testing/world.ts'
import { isPlainText } from './plain-text.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 2, await newPlace())
  t.teardown(() => world.close())
  const supervisor = await world.signIn('supervisor')
  const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code

  await t.test('what is plain', async t => {
    const plain = ['{"a":"张三 😀 \\ud83d\\ude00"}', '{"a":"\\\\u0000"}', '{"\\ud', '[]']
    for (const text of plain) t.ok(isPlainText(bytes(text)), text)
    const bad = [
      '{"a":"\\u0000"}',
      '{"\\u0000":1}',
      '["\\ud800"]',
      '["\\uDC00x"]',
      '[[["\\uD83d "]]]',
    ]
    for (const text of bad) t.notOk(isPlainText(bytes(text)), text)
    t.notOk(isPlainText(Uint8Array.of(0x22, 0xff, 0x22)), 'no UTF-8')
    t.notOk(isPlainText(bytes(`${'['.repeat(50_000)}"\\u0000"${']'.repeat(50_000)}`)), 'deep')
  })

  await t.test('staff, phone and gate; and the sign-in', async t => {
    const person = { name: 'AB CD', documentType: 'passport', documentNumber: 'E1' }
    for (const text of ['lost\0phone', 'lost \ud800']) {
      const window = await world.post('/v1/desk/certificates', { person, reason: text }, supervisor)
      t.equal(await codeOf(window), 'BAD_REQUEST')
      const phone = await makeApplicant(world, 'E2')
      t.match(await phone.apply({ city: text }), { status: 400, code: 'BAD_REQUEST' })
      const email = { email: `a${text}@b.test`, password: 'correct horse battery' }
      t.equal(await codeOf(await world.post('/v1/auth/sign-in/email', email)), 'BAD_REQUEST')
      const gate = makeClient(world, 'EdDSA')
      const code = { gate: 'g1', station: 'north' }
      const operator = await world.signIn('operator')
      const made = await world.post('/v1/fleet/enrolments', code, operator)
      const enrolment = (await made.json()) as { code: string }
      const enrol = { code: enrolment.code, name: 'g1', publicKey: await gate.publicJwk() }
      await world.post('/v1/gates/enrol', enrol)
      const [row] = makeJournal('0'.repeat(16), 1)
      const upload = uploadOf([{ ...(row as NonNullable<typeof row>), lane: text }], 1, 1)
      t.equal(await codeOf(await gate.send('/v1/gates/g1/events', upload)), 'BAD_REQUEST')
    }
  })

  await t.test('in a path, a query and a proof', async t => {
    const gate = makeClient(world, 'EdDSA')
    const asked = await gate.ask('GET', '/v1/gates/%00/station')
    t.ok([400, 401].includes(asked.status), `${asked.status}`)
    const auditor = await world.signIn('auditor')
    for (const path of ['/v1/audit?before=%00', '/v1/fleet/gates/%00/events']) {
      const { status } = await world.call(path, { headers: auditor })
      t.ok(status < 500, `${path} ${status}`)
    }
    const phone = makeClient(world, 'ES256')
    await phone.send('/v1/applications', {})
    const answer = await phone.send('/v1/applications', {}, { jti: `${'a'.repeat(20)}\0` })
    t.equal(await codeOf(answer), 'PROOF_INVALID')
  })
})
