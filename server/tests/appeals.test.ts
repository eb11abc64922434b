/** Appeals on each engine: from a refused face check to their end, and what nobody may learn. */
import { readFileSync } from 'node:fs'
import { tempDir } from '../../fixtures/temp-dir.ts'
import {
  APPEAL_CHARS_MAX,
  APPEAL_TAKEN_MS,
  APPEALS_KEPT_MS,
  APPLICATION_MS,
  CONTACT_CHARS_MAX,
  NOTE_CHARS_MAX,
  RATES,
} from '../limits.ts'
import { isPostgresUrl } from '../store/engine/engines.ts'
import { makeApplicant, putOnFile, type Said } from '../testing/applicant.ts'
import { onEachEngine } from '../testing/engines.ts'
import { sweepAway } from '../testing/sweeping.ts'
import { openWorld } from '../testing/world.ts'

const TEXT = 'It is me: the photo on file is from school.'
const CONTACT = 'traveller@post.test'
const NOTE = 'compared with the card by hand'

interface Answer {
  readonly status: number
  readonly code?: string
  readonly appeal?: { readonly id: string }
  readonly person?: object
  readonly rows?: readonly { readonly id: string; readonly state: string }[]
  readonly next?: string | null
}

await onEachEngine(async (t, newPlace) => {
  const place = await newPlace()
  const world = await openWorld(tempDir(), 2, place)
  t.teardown(() => world.close())
  const { db } = world.service
  let people = 0
  const nextNumber = () => `E${60_000 + people++}`

  const deskOf = (staff: Record<string, string>) => {
    const read = async (answer: Response): Promise<Answer> => ({
      status: answer.status,
      ...((await answer.json()) as object),
    })
    return {
      list: async (query = '') => read(await world.call(`/v1/appeals${query}`, { headers: staff })),
      take: async (id: string) => read(await world.post(`/v1/appeals/${id}/take`, {}, staff)),
      resolve: async (id: string, more: object = {}) => {
        const body = { outcome: 'upheld', note: NOTE, ...more }
        return read(await world.post(`/v1/appeals/${id}/resolve`, body, staff))
      },
    }
  }
  const agent = deskOf(await world.signIn('agent'))
  const other = deskOf(await world.signIn('supervisor'))

  type Applicant = Awaited<ReturnType<typeof makeApplicant>>
  const appeal = (who: Applicant, application: string, more: object = {}) =>
    who.post('/v1/appeals', { application, text: TEXT, ...more }) as Promise<Said & Answer>

  /** Somebody with an application whose face check was refused. */
  async function refused(number = nextNumber()) {
    const who = await makeApplicant(world, number)
    const application = (await who.apply()).application?.id ?? ''
    await who.face(application, 'somebody else')
    return { who, application }
  }

  async function appealed(more: object = {}): Promise<string> {
    const { who, application } = await refused()
    return (await appeal(who, application, more)).appeal?.id ?? ''
  }

  await t.test('on file or not: the phone is told the same', async t => {
    const known = nextNumber()
    await putOnFile(world, known)
    const answers = []
    for (const number of [known, nextNumber()]) {
      const { who, application } = await refused(number)
      const first = await appeal(who, application)
      answers.push([
        { ...first, appeal: Object.keys(first.appeal ?? {}) },
        (await appeal(who, application)).code,
      ])
    }
    t.same(answers[0], answers[1])
    t.match(answers[0], [{ status: 201, appeal: ['id'] }, 'APPEAL_OPEN'])
  })

  await t.test('only by the phone that applied, after a face check, in its time', async t => {
    const who = await makeApplicant(world, nextNumber())
    const application = (await who.apply()).application?.id ?? ''
    t.match(await appeal(who, application), { status: 409, code: 'APPEAL_EARLY' })
    await who.face(application, 'x')
    const stranger = await makeApplicant(world, nextNumber())
    t.match(await appeal(stranger, application), { status: 404, code: 'APPLICATION_UNKNOWN' })
    t.match(await appeal(who, '0'.repeat(32)), { code: 'APPLICATION_UNKNOWN' })
    world.clock.time += APPLICATION_MS
    t.match(await appeal(who, application), { code: 'APPLICATION_UNKNOWN' }, 'too late')

    const number = nextNumber()
    await putOnFile(world, number)
    const { who: lin, application: own } = await refused(number)
    t.equal((await lin.face(own)).status, 201)
    t.match(await appeal(lin, own), { status: 409, code: 'APPLICATION_DONE' })
  })

  await t.test('when the tries are used up, too', async t => {
    const { who, application } = await refused()
    while ((await who.face(application, 'x')).code !== 'TRIES_USED');
    t.equal((await appeal(who, application)).status, 201)
  })

  await t.test('ten at once for one application: one', async t => {
    const { who, application } = await refused()
    const rest = RATES.appealPerson.max
    const all = await Promise.all(Array.from({ length: rest }, () => appeal(who, application)))
    t.equal(all.filter(one => one.status === 201).length, 1)
    t.equal(all.filter(one => one.code === 'APPEAL_OPEN').length, rest - 1)
  })

  await t.test('texts at their limit and one over', async t => {
    const { who, application } = await refused()
    for (const more of [
      { text: 'x'.repeat(APPEAL_CHARS_MAX + 1) },
      { text: '  ' },
      { contact: 'x'.repeat(CONTACT_CHARS_MAX + 1) },
      { more: 1 },
    ]) {
      t.match(await appeal(who, application, more), { status: 422, code: 'INVALID' })
    }
    const full = { text: '苦'.repeat(APPEAL_CHARS_MAX), contact: 'x'.repeat(CONTACT_CHARS_MAX) }
    const { appeal: made } = await appeal(who, application, full)
    const id = made?.id ?? ''
    t.match(await agent.take(id), { appeal: full })
    t.match(await agent.resolve(id, { note: 'x'.repeat(NOTE_CHARS_MAX + 1) }), { code: 'INVALID' })
    t.match(await agent.resolve(id, { outcome: 'perhaps' }), { code: 'INVALID' })
    t.equal((await agent.resolve(id, { note: 'x'.repeat(NOTE_CHARS_MAX) })).status, 200)
  })

  await t.test('so many a phone, and for one document', async t => {
    const number = nextNumber()
    for (let i = 0; i < RATES.appealPerson.max; i++) {
      const { who, application } = await refused(number)
      t.equal((await appeal(who, application)).status, 201)
    }
    const { who, application } = await refused(number)
    t.match(await appeal(who, application), { status: 429, code: 'RATE_LIMITED' })
    for (let i = 1; i < RATES.appealDevice.max; i++) await appeal(who, '0'.repeat(32))
    t.match(await appeal(who, '0'.repeat(32)), { code: 'RATE_LIMITED' })
  })

  await t.test('the list tells nothing of what was written; who takes it reads it', async t => {
    const id = await appealed({ contact: CONTACT })
    const row = (await agent.list()).rows?.find(one => one.id === id)
    t.match(row, { state: 'open', takenBy: null, outcome: null, person: { maskedName: 'A* C*' } })
    t.notMatch(
      JSON.stringify(await agent.list('?limit=500')),
      new RegExp(`${TEXT}|${CONTACT}|AB CD`),
    )
    const taken = await agent.take(id)
    t.match(taken, {
      appeal: { id, text: TEXT, contact: CONTACT },
      person: { name: 'AB CD', documentType: 'passport', documentNumber: /^E6/ },
    })
    t.match(await agent.take(id), { status: 200 }, 'again by the same')
    t.match(
      (await agent.list()).rows?.find(one => one.id === id),
      { state: 'taken' },
    )
    t.match(await other.take(id), { status: 409, code: 'APPEAL_TAKEN' })
    t.match(await other.resolve(id), { status: 409, code: 'APPEAL_TAKEN' })
  })

  await t.test('taken over after an hour; resolved once, by who has it', async t => {
    const id = await appealed()
    t.match(await agent.resolve(id), { status: 409, code: 'APPEAL_NOT_TAKEN' })
    await agent.take(id)
    world.clock.time += APPEAL_TAKEN_MS - 1
    t.match(await other.take(id), { code: 'APPEAL_TAKEN' })
    world.clock.time += 1
    t.match(
      (await other.list()).rows?.find(one => one.id === id),
      { state: 'open' },
    )
    t.match(await other.take(id), { status: 200 })
    t.match(await agent.resolve(id), { code: 'APPEAL_TAKEN' })
    const both = await Promise.all([other.resolve(id), other.resolve(id, { outcome: 'rejected' })])
    t.same(both.map(one => one.code ?? one.status).sort(), [200, 'APPEAL_RESOLVED'])
    t.match(await other.take(id), { code: 'APPEAL_RESOLVED' })
    const unknown = 'a'.repeat(28)
    t.match(await other.take(unknown), { status: 404, code: 'APPEAL_UNKNOWN' })
    t.match(await other.resolve(unknown), { status: 404, code: 'APPEAL_UNKNOWN' })
    const rows = await db.selectFrom('audit').selectAll().where('subject', '=', id).execute()
    const acts = rows.map(row => row.action).sort()
    t.same(acts, ['appeal.make', 'appeal.resolve', 'appeal.take', 'appeal.take'])
  })

  await t.test('a resolved one makes room for another', async t => {
    const { who, application } = await refused()
    const id = (await appeal(who, application)).appeal?.id ?? ''
    await agent.take(id)
    await agent.resolve(id, { outcome: 'rejected' })
    t.equal((await appeal(who, application)).status, 201)
  })

  await t.test('twenty take one at once: one has it', async t => {
    const id = await appealed()
    const staff = [agent, other, deskOf(await world.signIn('agent'))]
    const all = await Promise.all(Array.from({ length: 18 }, (_, i) => staff[i % 3]?.take(id)))
    t.equal(all.filter(one => one?.status === 200).length, 6)
    t.equal(all.filter(one => one?.code === 'APPEAL_TAKEN').length, 12)
  })

  await t.test('pages', async t => {
    const made = []
    for (let i = 0; i < 3; i++) {
      world.clock.time += 1
      made.unshift(await appealed())
    }
    const first = await agent.list('?limit=2&resolved=false')
    const rest = await agent.list(`?limit=1&resolved=false&before=${first.next}`)
    t.same(
      [...(first.rows ?? []), ...(rest.rows ?? [])].map(row => row.id),
      made,
    )
    const ended = await agent.list('?resolved=true')
    t.ok(ended.rows?.length)
    t.ok(ended.rows?.every(row => row.state === 'resolved'))
    t.match(await agent.list('?limit=501'), { status: 422 })
  })

  await t.test('a look at an appeal is a look at a person', async t => {
    const busy = deskOf(await world.signIn('agent'))
    const id = await appealed()
    for (let i = 0; i < RATES.look.max; i++) await busy.take(id)
    t.match(await busy.take(id), { status: 429, code: 'RATE_LIMITED' })
  })

  await t.test('kept 30 days after the end, then gone', async t => {
    const id = await appealed()
    world.clock.time += APPEALS_KEPT_MS - 1
    await agent.take(id)
    await agent.resolve(id)
    world.clock.time += APPEALS_KEPT_MS - 1
    await sweepAway(db, 'appeals', world.clock.time)
    t.same(await db.selectFrom('appeals').select('id').execute(), [{ id }])
    await sweepAway(db, 'appeals', world.clock.time + 1)
    t.same(await db.selectFrom('appeals').select('id').execute(), [])
  })

  await t.test('nothing of it in logs, in the audit, or in clear on disk', async t => {
    const id = await appealed({ contact: CONTACT })
    await agent.take(id)
    await agent.resolve(id)
    const files = isPostgresUrl(place) ? [] : [place, `${place}-wal`]
    const audit = JSON.stringify(await db.selectFrom('audit').selectAll().execute())
    for (const secret of [TEXT, CONTACT, NOTE, 'AB CD', 'E6000']) {
      t.notOk(world.logged().includes(secret))
      t.notOk(audit.includes(secret))
      for (const file of files) t.notOk(readFileSync(file).includes(secret))
    }
  })
})
