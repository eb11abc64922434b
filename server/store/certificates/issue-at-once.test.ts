/** Issues in one go, on each engine: what one person may not have keeps nobody else from theirs. */
import type { Test } from 'tap'
import { lifeFrom, QUOTA_PER_MONTH, shanghaiMonth } from '../../domain/certificate.ts'
import { createSecrets } from '../../secrets.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { createServiceTime } from '../../testing/virtual-time.ts'
import { addApplication } from '../applications/applications.ts'
import { openDatabase } from '../engine/engines.ts'
import { firstTimeId } from '../engine/time-id.ts'
import { transact } from '../engine/transact.ts'
import { type Identity, savePerson } from '../people/people.ts'
import { createIssueAtOnce } from './issue-at-once.ts'

const NOW = Date.UTC(2026, 4, 20, 4)
const secrets = createSecrets(new Uint8Array(32).fill(1))
const keys = { device: 'd', holder: 'h' }
const traveller = (n: number): Identity => ({
  name: 'AB CD',
  documentType: 'passport',
  documentNumber: `E${10_000 + n}`,
})

await onEachEngine(async (t, newPlace) => {
  const statements: string[] = []
  const { timers } = createServiceTime(0)
  const db = await openDatabase(await newPlace(), {
    timers,
    onStatement: name => void statements.push(name),
  })
  t.teardown(() => db.destroy())
  const issueAtOnce = createIssueAtOnce(db, secrets)

  let certificates = 0
  let people = 0
  const newcomer = () => traveller(++people)
  async function apply(identity: Identity): Promise<string> {
    const application = { identity, deviceKey: 'd', guardianConsent: false }
    return (await transact(db, tx => addApplication(tx, secrets, application, NOW))).id
  }
  function issue(identity: Identity, application: string) {
    const index = ++certificates
    const id = index.toString(16).padStart(32, '0')
    const audit = { actor: 'phone', action: 'certificate.issue', subject: id } as const
    const made = {
      id,
      channel: 'phone',
      ...lifeFrom(NOW),
      keys,
      place: { list: 1, index },
    } as const
    return issueAtOnce({ ...made, application, identity, audit }, NOW)
  }
  const issueNew = async (identities: readonly Identity[]) => {
    const applications = await Promise.all(identities.map(apply))
    statements.length = 0
    return Promise.all(identities.map((identity, i) => issue(identity, applications[i] as string)))
  }
  async function everything(): Promise<unknown> {
    const of = (table: 'people' | 'quota' | 'certificates' | 'audit') =>
      db.selectFrom(table).selectAll().execute()
    const rows = await Promise.all([of('people'), of('quota'), of('certificates'), of('audit')])
    return rows.map(all => all.map(row => JSON.stringify(row)).sort())
  }
  const personOf = (identity: Identity) =>
    transact(db, tx => savePerson(tx, secrets, identity, NOW - 1))
  async function useUp(identity: Identity): Promise<void> {
    const { id: person } = await personOf(identity)
    const month = shanghaiMonth(NOW)
    await db.insertInto('quota').values({ person, month, n: QUOTA_PER_MONTH }).execute()
  }

  await t.test('those who come at once share one commit, and each row is there', async t => {
    const identities = Array.from({ length: 8 }, newcomer)
    const issued = await issueNew(identities)
    t.equal(new Set(issued.map(one => one?.person)).size, 8)
    t.equal(statements.filter(name => /^(commit|with people)$/.test(name)).length, 1)
    for (const one of issued) {
      const id = one?.id as string
      const row = await db
        .selectFrom('certificates')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      t.same(row, one, 'as it was said')
      const person = await db
        .selectFrom('people')
        .select(['id', 'active_certificate', 'active_until'])
        .where('active_certificate', '=', id)
        .executeTakeFirst()
      t.match(person, { id: one?.person, active_until: one?.valid_until })
      const settled = await db
        .selectFrom('applications')
        .select('state')
        .where('certificate', '=', id)
        .execute()
      t.same(settled, [{ state: 'done' }])
      const entry = await db
        .selectFrom('audit')
        .select(['actor', 'action', 'at'])
        .where('subject', '=', id)
        .execute()
      t.same(entry, [{ actor: 'phone', action: 'certificate.issue', at: NOW }])
    }
  })

  await t.test('people’s ids sort by the time at which they came', async t => {
    const [issued] = await issueNew([newcomer()])
    const earlier = await personOf(newcomer())
    t.match(issued?.person, new RegExp(`^${firstTimeId(NOW)}[0-9a-f]{16}$`))
    t.match(earlier.id, new RegExp(`^${firstTimeId(NOW - 1)}[0-9a-f]{16}$`))
  })

  const refusals: readonly [string, (identity: Identity) => Promise<string>][] = [
    [
      'a certificate runs',
      async identity => {
        await issueNew([identity])
        return apply(identity)
      },
    ],
    [
      'the month is used up',
      async identity => {
        await useUp(identity)
        return apply(identity)
      },
    ],
    ['the application is unknown', async () => 'unknown'],
    [
      'the application was settled',
      async identity => {
        const application = await apply(identity)
        const set = { state: 'done' } as const
        await db.updateTable('applications').set(set).where('id', '=', application).execute()
        return application
      },
    ],
  ]
  for (const [why, prepare] of refusals) {
    await t.test(`${why}: nothing is left of that one, alone and among others`, async t => {
      const refused = newcomer()
      const application = await prepare(refused)
      const before = await everything()
      t.equal(await issue(refused, application), undefined)
      t.same(await everything(), before)
      const others = Array.from({ length: 4 }, newcomer)
      const ways = await Promise.all(others.map(apply))
      const all = await Promise.all([
        issue(others[0] as Identity, ways[0] as string),
        issue(others[1] as Identity, ways[1] as string),
        issue(refused, application),
        issue(others[2] as Identity, ways[2] as string),
        issue(others[3] as Identity, ways[3] as string),
      ])
      t.equal(all[2], undefined)
      t.equal(new Set(all.map(one => one?.person)).size, 5, 'four, and none')
      await countsAgree(t)
    })
  }

  /** Certificates, months, audit and running ones tell the same number of issues. */
  async function countsAgree(t: Test): Promise<void> {
    const count = async (table: 'certificates' | 'audit') =>
      (await db.selectFrom(table).select('id').execute()).length
    const running = await db
      .selectFrom('people')
      .innerJoin('certificates', 'certificates.id', 'people.active_certificate')
      .select('people.id')
      .execute()
    t.same(await count('audit'), await count('certificates'))
    t.equal(running.length, await count('certificates'), 'each is its person’s')
  }

  await t.test('one person twice at once gets one', async t => {
    const twice = newcomer()
    const all = await issueNew([twice, newcomer(), twice])
    t.equal(all.filter(one => one !== undefined).length, 2)
    t.not(all[1], undefined)
    await countsAgree(t)
  })

  await t.test('one application for two people at once makes one certificate', async t => {
    const [first, second, other] = [newcomer(), newcomer(), newcomer()] as const
    const [shared, own] = [await apply(first), await apply(other)]
    const all = await Promise.all([issue(first, shared), issue(other, own), issue(second, shared)])
    t.equal(all.filter(one => one !== undefined).length, 2)
    t.not(all[1], undefined)
    await countsAgree(t)
  })
})
