/** The second member of staff on each engine: who may decide what, when, and only once. */
import type { Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { QUOTA_PER_MONTH } from '../domain/certificate.ts'
import { APPROVAL_MINUTES, APPROVALS_KEPT_MS, CLAIM_MS } from '../limits.ts'
import { makeApplicant, putOnFile, typedPerson } from '../testing/applicant.ts'
import { onEachEngine } from '../testing/engines.ts'
import { sweepAway } from '../testing/sweeping.ts'
import { makeClient, openWorld, reopenWorld, type World } from '../testing/world.ts'

type Session = Record<string, string>

interface Answer {
  readonly status: number
  readonly code?: string
  readonly approval?: { readonly id: string; readonly state?: string }
  readonly certificate?: { readonly id: string }
  readonly claim?: { readonly code: string } | null
  readonly rows?: readonly { readonly id: string; readonly state: string }[]
  readonly next?: string | null
}

const read = async (answer: Response): Promise<Answer> => ({
  status: answer.status,
  ...((await answer.json()) as object),
})

function deskOf(world: World, staff: Session) {
  const post = async (path: string, body: object) => read(await world.post(path, body, staff))
  return {
    ask: (documentNumber: string, more: object = {}) =>
      post('/v1/desk/certificates', {
        person: typedPerson(documentNumber),
        reason: 'phone was stolen',
        ...more,
      }),
    revoke: (id: string) => post(`/v1/desk/certificates/${id}/revoke`, { reason: 'lost' }),
    decide: (id: string, what: 'approve' | 'decline') =>
      post(`/v1/desk/approvals/${id}/${what}`, { reason: 'seen' }),
    see: async (path: string) =>
      read(await world.call(`/v1/desk/approvals${path}`, { headers: staff })),
  }
}

const auditOf = async (world: World, action: string) => {
  const rows = await world.service.db
    .selectFrom('audit')
    .selectAll()
    .where('action', '=', action)
    .orderBy('id')
    .execute()
  return rows.map(({ actor, subject, detail }) => ({ actor, subject, ...JSON.parse(detail) }))
}

await onEachEngine(async (t, newPlace, postgres) => {
  const dir = tempDir()
  const place = await newPlace()
  const world = await openWorld(dir, 6, place)
  t.teardown(() => world.close())
  const { db } = world.service
  const agent = deskOf(world, await world.signIn('agent'))
  const supervisor = deskOf(world, await world.signIn('supervisor'))
  const second = await world.signIn('supervisor')
  const other = deskOf(world, second)
  let people = 0

  /** Somebody who has had this month's certificates, and none that runs. */
  async function usedUp(): Promise<string> {
    const number = `E${80_000 + people++}`
    await putOnFile(world, number)
    const lin = await makeApplicant(world, number)
    for (let i = 0; i < QUOTA_PER_MONTH; i++) {
      const { certificate } = await lin.certificate()
      await lin.phone.ask('DELETE', `/v1/certificates/${certificate?.id}`)
    }
    return number
  }

  async function waiting(t: Test, number: string, more: object = {}): Promise<string> {
    const asked = await agent.ask(number, more)
    t.equal(asked.status, 202)
    return asked.approval?.id ?? ''
  }

  const count = async () => (await db.selectFrom('certificates').select('id').execute()).length

  await t.test('asked by one, approved by another, the code for the one who asked', async t => {
    const number = await usedUp()
    const before = await count()
    const id = await waiting(t, number)
    t.equal(await count(), before, 'nothing is issued yet')
    t.match(await agent.see(`/${id}`), {
      approval: { state: 'waiting', person: { maskedName: 'A* C*', documentType: 'passport' } },
      claim: null,
    })
    const approved = await supervisor.decide(id, 'approve')
    t.match(approved, { status: 200, approval: { id, state: 'approved' } })
    t.equal((await supervisor.see(`/${id}`)).claim, null, 'not for who approved')
    t.equal((await other.see(`/${id}`)).claim, null)
    const { claim, ...seen } = await agent.see(`/${id}`)
    t.match(seen, { approval: { state: 'approved', certificate: approved.certificate?.id } })
    const phone = makeClient(world, 'ES256')
    const holderKey = await makeClient(world, 'ES256').publicJwk()
    const body = { code: claim?.code ?? '', holderKey }
    const claimed = await read(await phone.send('/v1/certificates/claim', body))
    t.match(claimed, { status: 201, certificate: { id: approved.certificate?.id } })
    t.equal(await count(), before + 1)

    const asked = (await auditOf(world, 'approval.ask')).find(row => row.subject === id)
    const decided = (await auditOf(world, 'approval.approve')).find(row => row.subject === id)
    const issued = (await auditOf(world, 'certificate.issue')).find(row => row.approval === id)
    t.equal(`staff:${decided?.askedBy}`, asked?.actor)
    t.not(decided?.actor, asked?.actor)
    t.match(issued, { actor: asked?.actor, reason: 'phone was stolen' })
    t.equal(`staff:${issued?.approvedBy}`, decided?.actor)
  })

  await t.test('within the quota one member of staff is enough', async t => {
    const number = `E${80_000 + people++}`
    t.equal((await agent.ask(number)).status, 201)
  })

  await t.test('how many one may issue alone is policy', async t => {
    const { desk } = world.service.config
    desk.aloneADay = 0
    const number = `E${80_000 + people++}`
    t.equal((await agent.ask(number)).status, 202, 'none')
    desk.aloneADay = 2
    const other = `E${80_000 + people++}`
    for (const status of [201, 201, 202]) {
      t.equal((await agent.ask(other, { replaceActive: true })).status, status)
    }
    desk.aloneADay = 1
  })

  await t.test('ten windows at once, over two replicas: one issued alone, one waits', async t => {
    const replica = postgres ? await reopenWorld(dir, world.clock, place) : undefined
    if (replica) t.teardown(() => replica.close())
    const session = await world.signIn('agent')
    const desks = [deskOf(world, session), deskOf(replica ?? world, session)]
    for (let round = 0; round < 3; round++) {
      const number = `E${80_000 + people++}`
      const before = await count()
      const asks = Array.from({ length: 10 }, (_, i) =>
        desks[i % 2]?.ask(number, { replaceActive: true }),
      )
      const all = await Promise.all(asks)
      t.same(all.map(one => one?.code ?? one?.status).sort(), [
        ...[201, 202],
        ...Array.from({ length: 8 }, () => 'APPROVAL_WAITING'),
      ])
      t.equal(await count(), before + 1)
    }
  })

  await t.test('never by who asked, also when that is a supervisor; never by an agent', async t => {
    const asked = await supervisor.ask(await usedUp())
    const id = asked.approval?.id ?? ''
    const before = await count()
    t.match(await supervisor.decide(id, 'approve'), { status: 403, code: 'APPROVAL_OWN' })
    t.match(await supervisor.decide(id, 'decline'), { status: 403, code: 'APPROVAL_OWN' })
    t.match(await agent.decide(id, 'approve'), { status: 403, code: 'FORBIDDEN' })
    t.match(await agent.see(`/${id}`), { status: 404, code: 'APPROVAL_UNKNOWN' }, 'nor seen')
    t.equal(await count(), before)
    t.match(await other.decide(id, 'approve'), { status: 200 })
    t.match(await supervisor.see(`/${id}`), { claim: { code: /^[0-9A-Z-]{19}$/ } })
  })

  await t.test('twenty decisions at once, over two replicas: one certificate', async t => {
    const id = await waiting(t, await usedUp())
    const before = await count()
    const replica = postgres ? await reopenWorld(dir, world.clock, place) : undefined
    if (replica) t.teardown(() => replica.close())
    const desks = [supervisor, other, deskOf(replica ?? world, second)]
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => desks[i % 3]?.decide(id, 'approve')),
    )
    t.equal(all.filter(one => one?.status === 200).length, 1)
    t.equal(all.filter(one => one?.code === 'APPROVAL_DECIDED').length, 19)
    t.equal(await count(), before + 1)
  })

  await t.test('approved and declined at once: one of them', async t => {
    const id = await waiting(t, await usedUp())
    const before = await count()
    const both = await Promise.all([supervisor.decide(id, 'approve'), other.decide(id, 'decline')])
    t.same(both.map(one => one.code ?? one.status).sort(), [200, 'APPROVAL_DECIDED'])
    const { approval } = await agent.see(`/${id}`)
    t.equal(await count(), before + (approval?.state === 'approved' ? 1 : 0))
  })

  await t.test('declined: nothing is issued, and it can be asked for anew', async t => {
    const number = await usedUp()
    const id = await waiting(t, number)
    const before = await count()
    t.match(await supervisor.decide(id, 'decline'), {
      status: 200,
      approval: { state: 'declined' },
    })
    t.match(await other.decide(id, 'approve'), { code: 'APPROVAL_DECIDED' })
    t.equal(await count(), before)
    const declined = await auditOf(world, 'approval.decline')
    t.match(
      declined.find(row => row.subject === id),
      { reason: 'seen' },
    )
    await waiting(t, number)
  })

  await t.test('in its time, and not a moment later', async t => {
    const number = await usedUp()
    const early = await waiting(t, number)
    t.match(await agent.ask(number), { status: 409, code: 'APPROVAL_WAITING' }, 'one a person')
    world.clock.time += APPROVAL_MINUTES * 60_000
    t.match(await supervisor.decide(early, 'approve'), { status: 409, code: 'APPROVAL_EXPIRED' })
    t.match(await agent.see(`/${early}`), { approval: { state: 'expired' } })
    const late = await waiting(t, number)
    world.clock.time += APPROVAL_MINUTES * 60_000 - 1
    t.equal((await supervisor.decide(late, 'approve')).status, 200)
    world.clock.time += CLAIM_MS - 1
    t.ok((await agent.see(`/${late}`)).claim)
    world.clock.time += 1
    t.equal((await agent.see(`/${late}`)).claim, null, 'the code is too old')
  })

  await t.test('ten ask for one person at once: one waits', async t => {
    const number = await usedUp()
    const all = await Promise.all(Array.from({ length: 10 }, () => agent.ask(number)))
    t.equal(all.filter(one => one.status === 202).length, 1)
    t.equal(all.filter(one => one.code === 'APPROVAL_WAITING').length, 9)
  })

  await t.test('a certificate that the person got meanwhile is not replaced', async t => {
    const number = await usedUp()
    const id = await waiting(t, number, { replaceActive: true })
    world.service.config.desk.secondApprover = 'never'
    const meanwhile = await agent.ask(number)
    world.service.config.desk.secondApprover = 'past-quota'
    t.equal(meanwhile.status, 201, 'by policy')
    const before = await count()
    t.match(await supervisor.decide(id, 'approve'), { status: 409, code: 'CERTIFICATE_ACTIVE' })
    t.equal(await count(), before)
    t.match(await agent.see(`/${id}`), { approval: { state: 'waiting' } }, 'it was rolled back')
    await supervisor.decide(id, 'decline')

    t.match(await agent.ask(number), { code: 'CERTIFICATE_ACTIVE' }, 'unless it may be replaced')
    const again = await waiting(t, number, { replaceActive: true })
    t.match(await supervisor.decide(again, 'approve'), { status: 200 })
    const running = meanwhile.certificate?.id ?? ''
    const row = await db.selectFrom('certificates').selectAll().where('id', '=', running).execute()
    t.match(row, [{ end_reason: 'replaced' }])
  })

  await t.test('pages, newest first; each agent sees their own', async t => {
    const mine = deskOf(world, await world.signIn('agent'))
    const asked: string[] = []
    for (let i = 0; i < 3; i++) {
      world.clock.time += 1
      asked.unshift((await mine.ask(await usedUp())).approval?.id ?? '')
    }
    const first = await mine.see('?limit=2')
    t.same(
      first.rows?.map(row => row.id),
      asked.slice(0, 2),
    )
    const rest = await mine.see(`?limit=2&before=${first.next}`)
    t.same(
      rest.rows?.map(row => row.id),
      asked.slice(2),
    )
    t.equal(rest.next, null)
    const all = await supervisor.see('?state=waiting&limit=500')
    t.ok(asked.every(id => all.rows?.some(row => row.id === id)))
    t.ok(all.rows?.every(row => row.state === 'waiting'))
    t.match(await supervisor.see('?limit=501'), { status: 422 })
    t.notOk((await agent.see('?limit=500')).rows?.some(row => asked.includes(row.id)))
  })

  await t.test('forgotten after a day; the audit stays', async t => {
    const id = await waiting(t, await usedUp())
    world.clock.time += APPROVALS_KEPT_MS
    const fresh = await waiting(t, await usedUp())
    world.clock.time += 1
    await sweepAway(db, 'approvals', world.clock.time)
    const left = await db.selectFrom('approvals').select('id').execute()
    t.same(left, [{ id: fresh }])
    t.ok((await auditOf(world, 'approval.ask')).some(row => row.subject === id))
  })

  await t.test(
    'the second within 24 hours needs another, whatever became of the first',
    async t => {
      const dayMs = 24 * 3600_000
      const number = `E${80_000 + people++}`
      const first = await agent.ask(number)
      t.equal(first.status, 201)
      await agent.revoke(first.certificate?.id ?? '')
      const before = await count()
      world.clock.time += dayMs - 1000
      const id = await waiting(t, number)
      t.equal(await count(), before)
      const row = (await auditOf(world, 'approval.ask')).find(one => one.subject === id)
      t.equal(row?.why, 'again-in-a-day')
      t.equal((await supervisor.decide(id, 'approve')).status, 200)
      world.clock.time += dayMs - 1000
      const next = await waiting(t, number, { replaceActive: true })
      t.equal((await supervisor.decide(next, 'decline')).status, 200, 'approved ones count too')
      world.clock.time += 1000
      t.equal((await agent.ask(number)).status, 201, 'a day later one is enough again')
    },
  )
})
