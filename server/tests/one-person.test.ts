/** One person of several documents on each engine: whichever is used, one certificate runs. */
import type { Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { QUOTA_PER_MONTH } from '../domain/certificate.ts'
import { checkCharacter } from '../domain/document.ts'
import { RATES } from '../limits.ts'
import { registerDocuments } from '../services/people-registry.ts'
import { transact } from '../store/engine/transact.ts'
import { documentHash, type Identity, knownPerson, savePerson } from '../store/people/people.ts'
import { makeApplicant, putOnFile, typedPerson } from '../testing/applicant.ts'
import { onEachEngine } from '../testing/engines.ts'
import { makeHolder } from '../testing/holder.ts'
import { sweepAway } from '../testing/sweeping.ts'
import { openWorld, reopenWorld, type World } from '../testing/world.ts'

const DAY_MS = 86_400_000

const times = <T>(n: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)))

interface Looked {
  readonly documents: number
  readonly certificate: { readonly id: string } | null
  readonly quota: { readonly used: number }
  readonly faceChecks: { readonly used: number; readonly lockedUntil: string | null }
}

/** As the import does it: each document with its own name, one photo, which is the first number. */
function putTogether(world: World, ...identities: readonly Identity[]): Promise<boolean> {
  const { db, secrets, clock } = world.service
  const photo = Buffer.from(identities[0]?.documentNumber ?? '')
  return transact(db, tx => registerDocuments(tx, secrets, identities, photo, clock.now()))
}

const runningIn = async (world: World) =>
  world.service.db
    .selectFrom('certificates')
    .select(['id', 'person'])
    .where('ended_at', 'is', null)
    .where('valid_until', '>', world.clock.time)
    .execute()

await onEachEngine(async (t, newPlace, postgres) => {
  const place = await newPlace()
  const world = await openWorld(tempDir(), 40, place)
  t.teardown(() => world.close())
  const replica = postgres ? await reopenWorld(world.dir, world.clock, place) : world
  if (replica !== world) t.teardown(() => replica.close())
  const agent = await world.signIn('agent')
  const { db, secrets, registry } = world.service
  const at = (i: number) => (i % 2 === 0 ? world : replica)

  let people = 0
  /** A passport and the one that followed it; the name is written otherwise on the second. */
  function nextPerson(): readonly [Identity, Identity] {
    const n = ++people
    const former = typedPerson(`E${40_000 + n}`)
    return [former, { ...typedPerson(`F${40_000 + n}`), name: 'AB-CD' }]
  }
  async function look({ documentType, documentNumber }: Identity): Promise<Looked> {
    const body = { documentType, documentNumber }
    return (await world.post('/v1/people/lookup', body, agent)).json() as Promise<Looked>
  }
  /** One application by this document, of whoever the photo on file shows. */
  async function issue(where: World, by: Identity, face: string) {
    const phone = await makeApplicant(where, by.documentNumber)
    const { application } = await phone.apply({ name: by.name })
    return { phone, said: await phone.face(application?.id ?? '', face) }
  }
  async function theOneThatRuns(t: Test, ...documents: readonly Identity[]) {
    const looks = await Promise.all(documents.map(look))
    const ids = new Set(looks.map(one => one.certificate?.id))
    t.equal(ids.size, 1, 'the same by each document')
    const [id] = ids
    const mine = (await runningIn(world)).find(one => one.id === id)
    const all = (await runningIn(world)).filter(one => one.person === mine?.person)
    t.equal(all.length, 1, 'one runs')
    return id
  }

  await t.test('phones with two documents at once, over two replicas: one certificate', async t => {
    const before = (await runningIn(world)).length
    const documents = nextPerson()
    t.ok(await putTogether(world, ...documents))
    const [{ documentNumber: face }] = documents
    const all = await times(8, i => issue(at(i >> 1), documents[i % 2] as Identity, face))
    t.ok(all.some(one => one.said.status === 201))
    for (const { said } of all) t.ok([201, 409].includes(said.status), `${said.code}`)
    t.equal((await runningIn(world)).length, before + 1)
    await theOneThatRuns(t, ...documents)
    t.match(
      await look(documents[1]),
      { documents: 2, quota: { used: 1 } },
      'moved, not issued anew',
    )
  })

  await t.test(
    'windows with two documents at once, over two replicas: one certificate',
    async t => {
      const documents = nextPerson()
      await putTogether(world, ...documents)
      const answers = await times(8, i => {
        const body = { person: documents[i % 2], reason: 'x' }
        return at(i >> 1).post('/v1/desk/certificates', body, agent)
      })
      const said = await Promise.all(answers.map(one => one.json() as Promise<{ code?: string }>))
      t.equal(answers.filter(one => one.status === 201).length, 1)
      t.equal(said.filter(one => one.code === 'CERTIFICATE_ACTIVE').length, 7)
      await theOneThatRuns(t, ...documents)
    },
  )

  await t.test(
    'the month and the day’s face checks are the person’s, not the document’s',
    async t => {
      const documents = nextPerson()
      await putTogether(world, ...documents)
      const [{ documentNumber: face }] = documents
      for (let i = 0; i < QUOTA_PER_MONTH; i++) {
        const { phone, said } = await issue(world, documents[i % 2] as Identity, face)
        t.equal(said.status, 201)
        await phone.phone.ask('DELETE', `/v1/certificates/${said.certificate?.id}`)
      }
      t.equal((await issue(world, documents[1], face)).said.code, 'QUOTA_USED')
      const { faceChecks } = await look(documents[0])
      for (let i = faceChecks.used; i < RATES.facePerson.max; i++) {
        await issue(world, documents[i % 2] as Identity, 'x')
      }
      for (const document of documents) {
        t.ok((await look(document)).faceChecks.lockedUntil, document.documentNumber)
        t.equal((await issue(world, document, face)).said.code, 'NOT_VERIFIED')
      }
      const { documentType, documentNumber } = documents[1]
      const lift = { documentType, documentNumber, reason: 'seen' }
      t.same(await (await world.post('/v1/people/unlock', lift, agent)).json(), { lifted: true })
      t.equal((await look(documents[0])).faceChecks.used, 0)
    },
  )

  await t.test(
    'pictures, challenges and appeals count for the person, by each name on file',
    async t => {
      const [former, renewed] = nextPerson()
      const subject = (identity: Identity) => registry.subjectOf(db, identity)
      await putOnFile(world, former.documentNumber)
      const alone = await subject(former)
      await issue(world, former, former.documentNumber)
      await putTogether(world, former, renewed)
      t.equal(await subject(former), await subject(renewed))
      const kept = await db
        .selectFrom('seen_frames')
        .select('subject')
        .where('subject', 'in', [alone, await subject(renewed)])
        .execute()
      t.ok(kept.length > 0)
      t.ok(
        kept.every(row => row.subject !== alone),
        'those of before, too',
      )
      for (const name of ['AB CE', 'AB CD']) {
        t.not(
          await subject({ ...renewed, name }),
          await subject(renewed),
          'not on file by this name',
        )
      }
    },
  )

  await t.test(
    'two that were two people become one: one of their certificates goes on',
    async t => {
      const documents = nextPerson()
      const [former, renewed] = documents
      for (const one of documents) await putOnFile(world, one.documentNumber)
      const first = await issue(world, former, former.documentNumber)
      world.clock.time += 60_000
      const holder = await makeHolder(world, agent, renewed)
      const asked = await world.post(
        '/v1/desk/certificates',
        { person: former, reason: 'x', replaceActive: true },
        agent,
      )
      t.equal(asked.status, 201, 'nobody knows yet')
      const { certificate } = (await asked.json()) as { certificate: { id: string } }
      t.notOk(await putTogether(world, renewed, former))
      const id = await theOneThatRuns(t, ...documents)
      t.ok([holder.id, certificate.id].includes(id ?? ''))
      const ended = await db
        .selectFrom('certificates')
        .innerJoin('status_ended', join =>
          join
            .onRef('status_ended.list', '=', 'certificates.list')
            .onRef('status_ended.status_index', '=', 'certificates.status_index'),
        )
        .select('id')
        .where('end_reason', '=', 'replaced')
        .execute()
      const ids = ended.map(row => row.id)
      t.ok(ids.includes(first.said.certificate?.id ?? ''))
      t.equal(
        ids.filter(one => [holder.id, certificate.id].includes(one)).length,
        1,
        'its bit is set',
      )
      t.match(await look(renewed), { documents: 2, quota: { used: 1 } })
      const audit = await db.selectFrom('audit').select(['action', 'subject']).execute()
      const other = [holder.id, certificate.id].find(one => one !== id)
      t.ok(audit.some(row => row.action === 'certificate.replace' && row.subject === other))
      const again = { person: renewed, reason: 'x', replaceActive: true }
      t.equal(
        (await world.post('/v1/desk/certificates', again, agent)).status,
        202,
        'again in a day',
      )
    },
  )

  await t.test('months, tickets and approvals of both become the one person’s', async t => {
    const documents = nextPerson()
    const now = world.clock.time
    const ids: string[] = []
    for (const one of documents) {
      ids.push((await transact(db, tx => savePerson(tx, secrets, one, now))).id)
    }
    const life = { departs_at: now, arrives_at: now, sold_at: now, ended_at: null }
    const ride = { from_station: 'a', to_station: 'b', day: '2026-05-20', state: 'sold' } as const
    const none = { seat_class: null, price: null, replaces: null }
    const waiting = {
      state: 'waiting',
      asked_by: 's',
      reason: 'x',
      sealed: new Uint8Array(),
    } as const
    const asked = { asked_at: now, expires_at: now + DAY_MS, decided_by: null, decided_at: null }
    for (const [i, id] of ids.entries()) {
      await db.insertInto('quota').values({ person: id, month: '2026-05', n: 2 }).execute()
      for (const train of ['G1', `G${i + 2}`]) {
        const ticket = { id: `${train} of ${id}`, person: id, train, ...ride, ...life, ...none }
        await db.insertInto('tickets').values(ticket).execute()
      }
      const open = { id: `approval of ${id}`, person: id, open_person: id, replaces: null }
      const decided = { certificate: null, claim: null }
      await db
        .insertInto('approvals')
        .values({ ...open, ...waiting, ...asked, ...decided })
        .execute()
    }
    await putTogether(world, ...documents)
    const person = (await transact(db, tx => knownPerson(tx, secrets, documents[0], now)))?.id ?? ''
    t.ok(ids.includes(person))
    t.match(await look(documents[1]), {
      quota: { used: 4 },
      approval: { id: `approval of ${person}` },
    })
    const tickets = await db.selectFrom('tickets').select(['train', 'person']).execute()
    const mine = tickets.filter(one => one.person === person).map(one => one.train)
    t.same(mine.sort(), ['G1', 'G2', 'G3'], 'one a train and day')
    const approvals = await db
      .selectFrom('approvals')
      .selectAll()
      .where('person', '=', person)
      .execute()
    t.equal(approvals.length, 2)
    t.equal(approvals.filter(one => one.open_person === person).length, 1, 'one waits')
  })

  await t.test('put together while both are used, over two replicas: one goes on', async t => {
    for (let round = 0; round < 4; round++) {
      const documents = nextPerson()
      for (const one of documents) {
        const { documentNumber } = one
        await transact(db, tx =>
          registerDocuments(tx, secrets, [one], Buffer.from(documentNumber), 0),
        )
      }
      const work = documents.map((one, i) => issue(at(i + round), one, one.documentNumber))
      const desk = at(round).post(
        '/v1/desk/certificates',
        { person: documents[1], reason: 'x' },
        agent,
      )
      await Promise.all([putTogether(at(round + 1), ...documents), ...work, desk])
      await theOneThatRuns(t, ...documents)
    }
  })

  await t.test('a row of before, under another type, does not hide that they are one', async t => {
    for (let n = 0; n < 6; n++) {
      const first17 = `81000019900101${100 + n}`
      const documentNumber = first17 + checkCharacter(first17)
      const permit = {
        ...typedPerson(documentNumber),
        documentType: 'residence-permit-hmt',
      } as const
      await putTogether(world, permit, typedPerson(`E6${9000 + n}`))
      const subject = await registry.subjectOf(db, permit)
      // As a version that took such a number under any type has it on file, too.
      const hash = documentHash(secrets, { documentType: 'resident-id', documentNumber })
      const about = `registry ${hash.toString('hex')}`
      const row = {
        sealed: secrets.seal(JSON.stringify({ name: permit.name }), about),
        photo: secrets.sealBytes(Buffer.from('x'), about),
      }
      await db
        .insertInto('registry')
        .values({ document_hash: hash, ...row, added_at: 0 })
        .execute()
      t.equal(await registry.subjectOf(db, permit), subject, documentNumber)
    }
  })

  await t.test('that they are one goes on being known when name and number are gone', async t => {
    const documents = nextPerson()
    const [former, renewed] = documents
    await putTogether(world, ...documents)
    const { said } = await issue(world, renewed, former.documentNumber)
    t.equal(said.status, 201)
    const person =
      (await runningIn(world)).find(one => one.id === said.certificate?.id)?.person ?? ''
    const row = () =>
      db.selectFrom('people').selectAll().where('id', '=', person).executeTakeFirst()
    t.ok((await row())?.sealed.length)
    world.clock.time += 31 * DAY_MS
    await sweepAway(db, 'certificates', world.clock.time + 100 * DAY_MS)
    t.equal((await row())?.sealed.length, 0, 'nothing is left of the identity')
    const later = await world.signIn('agent')
    const { documentType, documentNumber } = former
    const looked = await world.post('/v1/people/lookup', { documentType, documentNumber }, later)
    t.match(await looked.json(), { documents: 2, certificate: null, quota: { used: 0 } })
    const body = { person: former, reason: 'x' }
    t.equal((await world.post('/v1/desk/certificates', body, later)).status, 201)
    const refused = await world.post('/v1/desk/certificates', { ...body, person: renewed }, later)
    t.equal(refused.status, 409)
  })
})
