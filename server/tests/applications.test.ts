/** Applying by phone on each engine: what a match comes to, and what only many at once get wrong. */

import { tempDir } from '../../fixtures/temp-dir.ts'
import { QUOTA_PER_MONTH } from '../domain/certificate.ts'
import { nextShanghaiDay } from '../domain/shanghai.ts'
import { FaceCheckError } from '../face/port.ts'
import { APPLICATION_TRIES_MAX, RATES } from '../limits.ts'
import { registerPerson } from '../services/people-registry.ts'
import { transact } from '../store/engine/transact.ts'
import { documentHash } from '../store/people/people.ts'
import { makeApplicant, putOnFile, type Said } from '../testing/applicant.ts'
import { onEachEngine } from '../testing/engines.ts'
import { virtualFaces } from '../testing/faces.ts'
import { openWorld, reopenWorld, type World } from '../testing/world.ts'

const HOUR_MS = 3600_000

const documentOf = (documentNumber: string) => ({ documentType: 'passport', documentNumber })

const certificatesOf = async (world: World) =>
  world.service.db.selectFrom('certificates').selectAll().orderBy('id').execute()

/** Far more than the daily cap of one document. */
const BURST = 30

await onEachEngine(async (t, newPlace, postgres) => {
  const dir = tempDir()
  const place = await newPlace()
  const faces = virtualFaces()
  const world = await openWorld(dir, 40, place, faces)
  t.teardown(() => world.close())
  const { db } = world.service
  let people = 0
  const nextPerson = async () => {
    const number = `E${70_000 + people++}`
    await putOnFile(world, number)
    return number
  }

  await t.test('apply, face check, certificate, renewal, cancellation', async t => {
    const lin = await makeApplicant(world, await nextPerson())
    const applied = await lin.apply()
    t.equal(applied.status, 201)
    const issued = await lin.face(applied.application?.id ?? '')
    t.match(issued, { status: 201, certificate: { validFrom: '2026-05-20T04:00:00.000Z' } })
    const id = issued.certificate?.id ?? ''
    t.match(await lin.face(applied.application?.id ?? ''), {
      status: 409,
      code: 'APPLICATION_DONE',
    })
    world.clock.time += 29 * 60_000
    const renewed = await lin.renew(id)
    t.equal(renewed.status, 201)
    t.not(renewed.pass, issued.pass)
    t.match(await lin.renew(id, 'E0'), { status: 403, code: 'NOT_VERIFIED' })
    const answer = await lin.phone.ask('DELETE', `/v1/certificates/${id}`)
    t.equal(answer.status, 200)
    t.match(await lin.renew(id), { status: 409, code: 'CERTIFICATE_ENDED' })
  })

  await t.test(
    'read as on file whatever the keyboard gave, and said; also rows of before',
    async t => {
      const { secrets, config } = world.service
      const { documents } = config
      config.documents = ['passport', 'residence-permit-hmt']
      t.teardown(() => {
        config.documents = documents
      })
      for (const [stored, typed] of [
        // As it was folded before.
        [
          { name: 'O’NEIL', documentType: 'passport', documentNumber: 'E69001' },
          { name: 'O‘Neil', documentType: 'passport', documentNumber: 'ｅ６９\u200b００１' },
        ],
        // As it was taken before: a permit's number under another type.
        [
          { name: '方三', documentType: 'resident-id', documentNumber: '810000199001010019' },
          {
            name: '⽅三',
            documentType: 'residence-permit-hmt',
            documentNumber: '810000-19900101-001９',
          },
        ],
      ] as const) {
        const photo = Buffer.from(stored.documentNumber)
        await transact(db, tx => registerPerson(tx, secrets, stored, photo, 0))
        const lin = await makeApplicant(world, stored.documentNumber)
        const applied = await lin.apply(typed)
        t.match(applied.readings, [
          { field: 'name', told: { zh: /^姓名读作“.+”。$/, en: /^We read your name as “.+”\.$/ } },
          { field: 'documentNumber', as: stored.documentNumber },
        ])
        t.equal((await lin.face(applied.application?.id ?? '')).status, 201, stored.name)
        // Put on file again, it is the same person.
        const now = { ...stored, documentType: typed.documentType }
        t.notOk(await transact(db, tx => registerPerson(tx, secrets, now, photo, 0)))
      }
      const rows = await db.selectFrom('registry').select('document_hash').execute()
      const former = { documentType: 'resident-id', documentNumber: '810000199001010019' } as const
      t.notOk(rows.some(row => documentHash(secrets, former).equals(row.document_hash)))
    },
  )

  await t.test('whoever is not on file, or has another name, is told what anybody is', async t => {
    const known = await makeApplicant(world, await nextPerson())
    const stranger = await makeApplicant(world, 'E99999')
    const plain = ({ status, code, triesLeft }: Said) => ({ status, code, triesLeft })
    const before = faces.count
    const seen = []
    for (const [person, more] of [
      [known, {}],
      [stranger, {}],
      [known, { name: 'EF GH' }],
    ] as const) {
      const applied = await person.apply(more)
      t.equal(applied.status, 201)
      const of = applied.application?.id ?? ''
      seen.push([plain(await person.face(of, 'somebody')), plain(await person.face(of, '!STILL'))])
    }
    t.same(seen[0], seen[1])
    t.same(seen[0], seen[2])
    t.match(seen[0], [
      { code: 'NOT_VERIFIED', triesLeft: 4 },
      { code: 'FACE_STILL', triesLeft: 3 },
    ])
    t.equal(faces.count - before, 6, 'each of them took a face check')
    const rows = await certificatesOf(world)
    const own = await stranger.face((await stranger.apply()).application?.id ?? '', 'E99999')
    t.equal(own.code, 'NOT_VERIFIED', 'nor does a stranger match the own face')
    t.equal((await certificatesOf(world)).length, rows.length)
  })

  await t.test('the sixth try is for the window; another phone’s challenge is none', async t => {
    const lin = await makeApplicant(world, await nextPerson())
    const id = (await lin.apply()).application?.id ?? ''
    const { challenge } = await lin.post(`/v1/applications/${id}/challenge`, {})
    const other = await makeApplicant(world, await nextPerson())
    const path = `/v1/applications/${id}/face`
    t.match(await other.post(path, other.capture(challenge, 'x')), { code: 'APPLICATION_UNKNOWN' })
    t.match(await lin.post(path, lin.capture('0'.repeat(32), 'x')), { code: 'CHALLENGE_INVALID' })
    t.match(await lin.post(path, lin.capture(challenge, 'x')), { code: 'NOT_VERIFIED' })
    t.match(await lin.post(path, lin.capture(challenge, 'x')), { code: 'CHALLENGE_INVALID' })
    const late = await lin.post(`/v1/applications/${id}/challenge`, {})
    world.clock.time += 60_000
    t.match(await lin.post(path, lin.capture(late.challenge, 'x')), { code: 'CHALLENGE_INVALID' })
    for (let left = APPLICATION_TRIES_MAX - 3; left >= 0; left--) {
      t.match(await lin.face(id, 'x'), { code: 'NOT_VERIFIED', triesLeft: left })
    }
    t.match(await lin.face(id), { status: 403, code: 'TRIES_USED' })
  })

  await t.test('strangers who try for a person lock nobody out', async t => {
    const number = await nextPerson()
    const lin = await makeApplicant(world, number)
    const id = (await lin.certificate()).certificate?.id ?? ''
    const tryAs = async (picture: string) => {
      const stranger = await makeApplicant(world, number)
      return stranger.face((await stranger.apply()).application?.id ?? '', picture)
    }
    for (let i = 1; i < RATES.facePerson.max; i++) await tryAs('x')
    const past = [await tryAs('x'), await tryAs(number)]
    const refused = { status: 403, code: 'NOT_VERIFIED', triesLeft: 4 }
    t.match(past, [refused, refused], 'past the cap not even the right face is told from another')
    t.match(await lin.renew(id), { status: 201 }, 'and the certificate that runs goes on')
  })

  await t.test('whoever knows a number alone locks nobody out', async t => {
    const number = await nextPerson()
    const tryAs = async (more: object, picture: string) => {
      const stranger = await makeApplicant(world, number)
      const id = (await stranger.apply(more)).application?.id ?? ''
      const codes = []
      for (let i = 0; i < APPLICATION_TRIES_MAX; i++) {
        codes.push((await stranger.face(id, picture)).code)
      }
      t.match(
        await stranger.face(id, picture),
        { code: 'TRIES_USED' },
        'the application is used up',
      )
      return new Set(codes)
    }
    // Twenty of them, as many as a day has.
    for (let i = 0; i < 2; i++) {
      t.same([...(await tryAs({ name: 'EF GH' }, 'x'))], ['NOT_VERIFIED'])
      t.same([...(await tryAs({}, '!BAD_PICTURE'))], ['FACE_BAD_PICTURE'])
    }
    t.equal((await (await makeApplicant(world, number)).certificate()).status, 201)
  })

  await t.test('a busy address waits, before a challenge is used', async t => {
    const number = await nextPerson()
    const lin = await makeApplicant(world, number)
    const path = `/v1/applications/${(await lin.apply()).application?.id}`
    const { challenge } = await lin.post(`${path}/challenge`, {})
    const { max } = RATES.faceAddress
    const address = (n: number) =>
      db.updateTable('rates').set({ n }).where('key', 'like', 'faceAddress %').execute()
    await address(max)
    const capture = lin.capture(challenge, number)
    t.match(await lin.post(`${path}/face`, capture), { status: 429, code: 'RATE_LIMITED' })
    const rows = await db.selectFrom('rates').select('key').execute()
    t.notMatch(rows.map(row => row.key).join(' '), 'unknown', 'the address is not in clear')
    await address(max - 1)
    t.equal((await lin.post(`${path}/face`, capture)).status, 201)
    await address(0)
  })

  await t.test('a lock says where to go, the desk sees and lifts it, midnight ends it', async t => {
    const number = await nextPerson()
    const agent = await world.signIn('agent')
    const look = async () => {
      const answer = await world.post('/v1/people/lookup', documentOf(number), agent)
      return (await answer.json()) as { faceChecks: object }
    }
    const unlock = (who: Record<string, string>) =>
      world.post('/v1/people/unlock', { ...documentOf(number), reason: 'seen in person' }, who)
    async function lock() {
      for (let i = 0; i < RATES.facePerson.max; i++) {
        const stranger = await makeApplicant(world, number)
        await stranger.face((await stranger.apply()).application?.id ?? '', 'x')
      }
    }
    const own = async () => (await makeApplicant(world, number)).certificate()
    const max = RATES.facePerson.max
    const midnight = new Date(nextShanghaiDay(world.clock.time)).toISOString()
    t.same((await look()).faceChecks, { used: 0, max, lockedUntil: null })
    await lock()
    const refused = await own()
    const window = { zh: '车站人工窗口', en: 'the staffed window at the station' }
    t.match(refused, { status: 403, code: 'NOT_VERIFIED', window, dayEndsAt: midnight })
    const nobody = await (await makeApplicant(world, 'E99998')).certificate()
    t.same(
      { ...nobody, requestId: '' },
      { ...refused, requestId: '' },
      'told to whoever is refused',
    )
    t.same((await look()).faceChecks, { used: max, max, lockedUntil: midnight })

    t.equal((await unlock(await world.signIn('auditor'))).status, 403)
    t.same(await (await unlock(agent)).json(), { lifted: true })
    world.clock.time += 1
    t.same(await (await unlock(agent)).json(), { lifted: false })
    const rows = await db
      .selectFrom('audit')
      .select('detail')
      .where('action', '=', 'person.unlock')
      .orderBy('id')
      .execute()
    t.match(
      rows.map(row => JSON.parse(row.detail)),
      [
        { reason: 'seen in person', used: max, locked: true },
        { used: 0, locked: false },
      ],
    )
    t.equal((await own()).status, 201)

    world.clock.time = Date.parse(midnight) - 1
    await db.updateTable('rates').set({ n: max }).where('key', 'like', 'facePerson %').execute()
    t.match(await own(), { code: 'NOT_VERIFIED' })
    world.clock.time += 1
    t.equal((await own()).status, 201, 'the day is Shanghai’s')
  })

  await t.test('another phone: the certificate moves, with its end and quota', async t => {
    const number = await nextPerson()
    const first = await (await makeApplicant(world, number)).certificate()
    world.clock.time += HOUR_MS
    const phone = await makeApplicant(world, number)
    const moved = await phone.certificate()
    t.not(moved.certificate?.id, first.certificate?.id)
    t.same({ ...moved.certificate, id: '' }, { ...first.certificate, id: '' })
    const rows = (await certificatesOf(world)).filter(row => row.id === first.certificate?.id)
    t.match(rows, [{ end_reason: 'replaced' }])
    const person = rows[0]?.person ?? ''
    const quota = () => db.selectFrom('quota').select('n').where('person', '=', person).execute()
    t.same(await quota(), [{ n: 1 }])
    world.clock.time += 21 * HOUR_MS - 1
    const reissued = await phone.certificate()
    t.not(reissued.certificate?.validUntil, first.certificate?.validUntil)
    t.same(await quota(), [{ n: 2 }])
  })

  await t.test('three in a Shanghai month, also when cancelled; the fourth is refused', async t => {
    world.clock.time = Date.UTC(2026, 4, 29, 4)
    const lin = await makeApplicant(world, await nextPerson())
    for (let i = 0; i < QUOTA_PER_MONTH; i++) {
      const { status, certificate } = await lin.certificate()
      t.equal(status, 201)
      await lin.phone.ask('DELETE', `/v1/certificates/${certificate?.id}`)
    }
    const before = (await certificatesOf(world)).length
    t.match(await lin.certificate(), { status: 409, code: 'QUOTA_USED' })
    t.equal((await certificatesOf(world)).length, before, 'and nothing was issued')
    world.clock.time = Date.UTC(2026, 4, 31, 15, 59, 59)
    t.match(await lin.certificate(), { code: 'QUOTA_USED' })
    world.clock.time += 1000
    t.match(await lin.certificate(), { status: 201 }, 'June in Shanghai')
  })

  await t.test(
    'four bursts of 30 applications: one each, three a month, the fourth none',
    async t => {
      world.clock.time = Date.UTC(2026, 5, 10, 4)
      const number = await nextPerson()
      const replica = postgres ? await reopenWorld(dir, world.clock, place, faces) : undefined
      if (replica) t.teardown(() => replica.close())
      const known = new Set((await certificatesOf(world)).map(row => row.id))
      /** One phone each, all at once, half of them at the other replica; the certificates it made. */
      const burst = async () => {
        const phones = Array.from({ length: BURST }, async (_, i) =>
          makeApplicant(replica !== undefined && i % 2 === 1 ? replica : world, number),
        )
        const applicants = await Promise.all(phones)
        const said = await Promise.all(applicants.map(one => one.certificate()))
        const made = (await certificatesOf(world)).filter(row => !known.has(row.id))
        for (const { id } of made) known.add(id)
        const running = made.filter(row => row.ended_at === null)
        const at = said.findIndex(one => one.certificate?.id === running[0]?.id)
        return { said, made, running, holder: applicants[at] }
      }
      for (let n = 1; n <= QUOTA_PER_MONTH; n++) {
        const { said, made, running, holder } = await burst()
        t.equal(running.length, 1, `burst ${n}: one certificate runs`)
        t.equal(new Set(made.map(row => row.valid_until)).size, 1, 'the others moved it')
        const won = said.filter(one => one.status === 201)
        t.equal(won.length, made.length, 'each that was told of one was given it')
        // The daily cap of one document refuses the others.
        t.equal(won.length, RATES.facePerson.max)
        t.ok(said.every(one => one.status === 201 || one.code === 'NOT_VERIFIED'))
        const [{ id, person } = { id: '', person: '' }] = running
        const quota = await db
          .selectFrom('quota')
          .select('n')
          .where('person', '=', person)
          .execute()
        t.same(quota, [{ n }], 'and was counted once')
        t.equal((await holder?.phone.ask('DELETE', `/v1/certificates/${id}`))?.status, 200)
        world.clock.time += 24 * HOUR_MS
      }
      const { said, made } = await burst()
      t.same(made, [])
      t.equal(said.filter(one => one.code === 'QUOTA_USED').length, RATES.facePerson.max)
      t.ok(said.every(one => one.code === 'QUOTA_USED' || one.code === 'NOT_VERIFIED'))
    },
  )

  await t.test('the same application answered twice at once becomes one certificate', async t => {
    const lin = await makeApplicant(world, await nextPerson())
    const id = (await lin.apply()).application?.id ?? ''
    const { challenge } = await lin.post(`/v1/applications/${id}/challenge`, {})
    const number = `E${70_000 + people - 1}`
    const both = await Promise.all(
      [1, 2].map(() => lin.post(`/v1/applications/${id}/face`, lin.capture(challenge, number))),
    )
    t.equal(both.filter(one => one.status === 201).length, 1)
    t.equal(both.filter(one => one.status === 409).length, 1, 'the challenge was used')
    const other = await makeApplicant(world, await nextPerson())
    const second = (await other.apply()).application?.id ?? ''
    let inside: Said | undefined
    faces.during = async () => {
      faces.during = async () => {}
      inside = await other.face(second)
    }
    t.match(await other.face(second), { code: 'APPLICATION_DONE' }, 'while the first was looked at')
    t.equal(inside?.status, 201)
  })

  await t.test(
    'one open challenge, the same again while it lives, which costs nothing',
    async t => {
      const number = await nextPerson()
      const lin = await makeApplicant(world, number)
      const id = (await lin.apply()).application?.id ?? ''
      const path = `/v1/applications/${id}`
      const replica = postgres ? await reopenWorld(dir, world.clock, place, faces) : undefined
      if (replica) t.teardown(() => replica.close())
      await lin.post(`${path}/challenge`, {})
      const asks = await Promise.all(
        Array.from({ length: 10 }, () => lin.post(`${path}/challenge`, {})),
      )
      t.equal(new Set(asks.map(one => one.challenge)).size, 1)
      const tries = async () =>
        (await db.selectFrom('applications').select('tries').where('id', '=', id).execute())[0]
          ?.tries
      t.equal(await tries(), 1, 'a connection that drops locks nobody out')
      const [first] = asks
      faces.during = async () => {
        faces.during = async () => {}
        throw new FaceCheckError('BUSY')
      }
      world.clock.time += 59_000
      const capture = lin.capture(first?.challenge, 'x')
      t.match(await lin.post(`${path}/face`, capture), { status: 503, code: 'FACE_BUSY' })
      world.clock.time += 59_000
      t.match(await lin.post(`${path}/challenge`, {}), { challenge: first?.challenge })
      t.equal(await tries(), 1, 'a busy service costs no try, and shows no other prompts')
      const said = await lin.post(`${path}/face`, lin.capture(first?.challenge, 'x'))
      t.match(said, { code: 'NOT_VERIFIED', triesLeft: APPLICATION_TRIES_MAX - 1 })
      const few = lin.capture((await lin.post(`${path}/challenge`, {})).challenge, number)
      const short = { ...few, frames: few.frames.slice(1) }
      t.match(await lin.post(`${path}/face`, short), { code: 'FACE_INCOMPLETE' })
    },
  )

  await t.test('of a certificate too: one open, so many an hour', async t => {
    const lin = await makeApplicant(world, await nextPerson())
    const path = `/v1/certificates/${(await lin.certificate()).certificate?.id}`
    const first = await lin.post(`${path}/challenge`, {})
    t.equal((await lin.post(`${path}/challenge`, {})).challenge, first.challenge)
    world.clock.time = Math.ceil(world.clock.time / HOUR_MS) * HOUR_MS
    for (let i = 0; i < RATES.renew.max; i++) {
      world.clock.time += 60_000
      t.equal((await lin.post(`${path}/challenge`, {})).status, 201)
    }
    world.clock.time += 60_000
    t.match(await lin.post(`${path}/challenge`, {}), { status: 429, code: 'RATE_LIMITED' })
  })

  await t.test(
    'the same pictures by two phones at once, over two replicas: taken once',
    async t => {
      const replica = postgres ? await reopenWorld(dir, world.clock, place, faces) : undefined
      if (replica) t.teardown(() => replica.close())
      for (let round = 0; round < 3; round++) {
        const number = await nextPerson()
        const ready = await Promise.all(
          Array.from({ length: 6 }, async (_, i) => {
            const phone = await makeApplicant(i % 2 === 0 ? world : (replica ?? world), number)
            const id = (await phone.apply()).application?.id ?? ''
            const asked = await phone.post(`/v1/applications/${id}/challenge`, {})
            return { phone, path: `/v1/applications/${id}/face`, challenge: asked.challenge }
          }),
        )
        const [one] = ready
        const { frames } = one?.phone.capture(one.challenge, number) ?? {}
        const all = await Promise.all(
          ready.map(({ phone, path, challenge }) =>
            phone.post(path, { challenge, frames, holderKey: phone.holderKey }),
          ),
        )
        t.same(all.map(said => said.code ?? said.status).sort(), [
          201,
          ...Array.from({ length: 5 }, () => 'FACE_SEEN'),
        ])
      }
    },
  )

  await t.test('a certificate that ends while the face is looked at gets no pass', async t => {
    const lin = await makeApplicant(world, await nextPerson())
    const id = (await lin.certificate()).certificate?.id ?? ''
    faces.during = async () => {
      faces.during = async () => {}
      await lin.phone.ask('DELETE', `/v1/certificates/${id}`)
    }
    t.match(await lin.renew(id), { status: 409, code: 'CERTIFICATE_ENDED' })
  })
})
