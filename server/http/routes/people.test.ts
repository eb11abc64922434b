/** The look-up at the desk on each engine: what it tells, to whom, how often, and what it keeps. */

import { tempDir } from '../../../fixtures/temp-dir.ts'
import { QUOTA_PER_MONTH } from '../../domain/certificate.ts'
import { RATES } from '../../limits.ts'
import { makeApplicant, putOnFile, typedPerson } from '../../testing/applicant.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { openWorld } from '../../testing/world.ts'

interface Answer {
  readonly status: number
  readonly code?: string
  readonly maskedName?: string | null
  readonly photo?: string
  readonly documentNumber?: string
}

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 2, await newPlace())
  t.teardown(() => world.close())
  const agent = await world.signIn('agent')
  const supervisor = await world.signIn('supervisor')
  const audit = () =>
    world.service.db
      .selectFrom('audit')
      .select(['actor', 'action', 'subject', 'detail'])
      .where('action', 'like', 'person.%')
      .execute()

  const ask = async (path: string, number: string, staff = agent): Promise<Answer> => {
    const body = { documentType: 'passport', documentNumber: number }
    const answer = await world.post(path, body, staff)
    return { status: answer.status, ...((await answer.json()) as object) }
  }
  const look = (number: string, staff = agent) => ask('/v1/people/lookup', number, staff)

  await t.test('from nobody to somebody with all of it', async t => {
    const nothing = {
      status: 200,
      onFile: false,
      documents: 0,
      maskedName: null,
      certificate: null,
      quota: { month: '2026-05', used: 0, max: QUOTA_PER_MONTH },
      approval: null,
      faceChecks: { used: 0, max: RATES.facePerson.max, lockedUntil: null },
      warnings: [],
      readings: [],
    }
    t.same(await look('E10001'), nothing)
    await putOnFile(world, 'E10001')
    t.same(await look('E10001'), { ...nothing, onFile: true, documents: 1, maskedName: 'A* C*' })
    const lin = await makeApplicant(world, 'E10001')
    for (let used = 1; used <= QUOTA_PER_MONTH; used++) {
      const { certificate } = await lin.certificate()
      t.match(await look(' e10001 '), {
        certificate: { ...certificate, channel: 'phone' },
        quota: { used },
        readings: [{ field: 'documentNumber', as: 'E10001' }],
      })
      await lin.phone.ask('DELETE', `/v1/certificates/${certificate?.id}`)
    }
    const desk = { person: typedPerson('E10001'), reason: 'x' }
    const asked = await world.post('/v1/desk/certificates', desk, agent)
    const { approval } = (await asked.json()) as { approval: { id: string } }
    t.match(await look('E10001'), { certificate: null, approval, quota: { used: 3 } })
    world.clock.time += 3600_000
    t.match(await look('E10001'), { approval: null }, 'it has expired')
  })

  await t.test('somebody whom only the window knows', async t => {
    const person = { ...typedPerson('E10002'), name: '欧阳诺一' }
    await world.post('/v1/desk/certificates', { person, reason: 'x' }, agent)
    t.match(await look('E10002'), {
      onFile: false,
      maskedName: '欧***',
      certificate: { channel: 'desk' },
    })
  })

  await t.test('the photo, for a supervisor alone', async t => {
    t.match(await ask('/v1/people/photo', 'E10001'), { status: 403, code: 'FORBIDDEN' })
    t.notOk(Object.hasOwn(await look('E10001', supervisor), 'photo'))
    const { photo } = await ask('/v1/people/photo', 'E10001', supervisor)
    t.equal(Buffer.from(photo ?? '', 'base64').toString(), 'E10001')
    const nobody = await ask('/v1/people/photo', 'E10002', supervisor)
    t.match(nobody, { status: 404, code: 'PERSON_UNKNOWN' })
  })

  await t.test('a whole number: as it is read, whoever it is', async t => {
    const number = (typed: string, staff = agent) => ask('/v1/people/number', typed, staff)
    t.match(await number(' e10001 '), { status: 200, documentNumber: 'E10001' })
    t.match(await number('E10009'), { status: 200, documentNumber: 'E10009' })
    t.match(await number('!'), { status: 422, code: 'DOCUMENT_INVALID' })
  })

  await t.test('bad documents', async t => {
    t.match(await look('!'), { status: 422, code: 'DOCUMENT_INVALID' })
    const tw = { documentType: 'travel-permit-tw', documentNumber: '12345678' }
    const answer = await world.post('/v1/people/lookup', tw, agent)
    t.match(await answer.json(), { code: 'DOCUMENT_TYPE' })
    t.match(await look('E'.repeat(33)), { status: 422, code: 'INVALID' })
  })

  await t.test('each look is audited, with no number in it, nor in the log', async t => {
    const before = (await audit()).length
    await look('E10003')
    await ask('/v1/people/photo', 'E10003', supervisor)
    await ask('/v1/people/number', 'E10003')
    const rows = await audit()
    t.equal(rows.length, before + 3)
    const [look1, photo, number] = rows.slice(-3)
    t.same(
      [look1?.action, photo?.action, number?.action],
      ['person.look', 'person.photo', 'person.number'],
    )
    t.equal(number?.subject, look1?.subject, 'the same person')
    t.ok(rows.every(row => row.actor.startsWith('staff:')))
    t.notMatch(JSON.stringify(rows), /E1000|AB CD/i)
    t.notMatch(world.logged(), /E1000|AB CD/i)
    t.match(world.logged(), /"route":"\/v1\/people\/lookup"/)
  })

  await t.test('so many looks a member of staff, photos and numbers counted with them', async t => {
    const busy = await world.signIn('supervisor')
    for (let i = 1; i < RATES.look.max; i++) await look('E10004', busy)
    t.equal((await ask('/v1/people/photo', 'E10001', busy)).status, 200, 'at the limit')
    const rows = (await audit()).length
    t.match(await look('E10004', busy), { status: 429, code: 'RATE_LIMITED' })
    t.match(await ask('/v1/people/photo', 'E10001', busy), { code: 'RATE_LIMITED' })
    t.match(await ask('/v1/people/number', 'E10001', busy), { code: 'RATE_LIMITED' })
    t.equal((await audit()).length, rows)
    t.equal((await look('E10004', supervisor)).status, 200, 'another one is not held up')
    world.clock.time += RATES.look.windowMs
    t.equal((await look('E10004', busy)).status, 200)
  })
})
