/** What retention deletes is not left in the database's files, as far as each engine promises it. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import pg from 'pg'
import type { Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createRetention } from '../jobs/retention.ts'
import { createLog } from '../ops/log.ts'
import { readReport } from '../publish/retention-report.ts'
import { addCertificate } from '../store/certificates/certificates.ts'
import { isPostgresUrl } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import { savePerson } from '../store/people/people.ts'
import { closedReports } from '../store/retention/retention-reports.ts'
import { onEachEngine } from '../testing/engines.ts'
import { openWorld, type World, worldAtNoon } from '../testing/world.ts'

const DAY_MS = 24 * 3600_000
const KEPT = { certificateDays: 31, ticketDays: 31, journalDays: 30, auditDays: 30 }
const PEOPLE = 30

const dir = tempDir()
const first = await openWorld(dir, 90, ':memory:')
await first.close()

async function open(t: Test, place: string) {
  const world = await worldAtNoon(t, dir, place)
  const { clock, db, publisher } = world.service
  const log = createLog('silent')
  const retention = createRetention({ db, clock, log, publisher, kept: KEPT })
  return { world, retention }
}

/** People with a certificate and an application. Gives the encrypted texts of each. */
async function addPeople(world: World, names: readonly string[]): Promise<Buffer[]> {
  const { db, secrets } = world.service
  const now = world.clock.time
  for (const name of names) {
    const identity = { name, documentType: 'passport', documentNumber: `E${name}` } as const
    await transact(db, async tx => {
      const { id: person } = await savePerson(tx, secrets, identity, now)
      const id = randomBytes(16).toString('hex')
      const life = { validFrom: now, validUntil: now + DAY_MS }
      await addCertificate(tx, { id, person, channel: 'desk', ...life }, now)
      const sealed = secrets.seal(JSON.stringify(identity), id)
      await tx
        .insertInto('applications')
        .values({
          ...{ id, device_key: 'x', sealed, state: 'open', tries: 0, consent_at: now },
          ...{ guardian_consent: 0, expires_at: now, certificate: null },
        })
        .execute()
    })
  }
  const people = await db.selectFrom('people').select('sealed').execute()
  const applications = await db.selectFrom('applications').select('sealed').execute()
  return [...people, ...applications].map(row => Buffer.from(row.sealed))
}

/** How many of these stand in the files. */
function found(files: readonly string[], texts: readonly Buffer[]): number {
  const bytes = files.map(file => readFileSync(file))
  return texts.filter(text => bytes.some(one => one.includes(text))).length
}

const lastErased = async ({ service }: World) => {
  const [report] = await closedReports(service.db, { before: Number.MAX_SAFE_INTEGER, limit: 1 })
  return report && readReport(report.bytes)?.report.erased
}

await onEachEngine(async (t, newPlace) => {
  const place = await newPlace()
  const { world, retention } = await open(t, place)
  const { db } = world.service
  const sqlite = !isPostgresUrl(place)
  const texts = await addPeople(
    world,
    Array.from({ length: PEOPLE }, (_, n) => `P${n}`),
  )
  world.clock.time += 34 * DAY_MS

  /** Reads as of now until it is let go. */
  async function startReader(): Promise<() => Promise<void>> {
    if (sqlite) {
      const reader = new DatabaseSync(place, { readOnly: true })
      reader.exec('begin; select count(*) from people')
      return async () => reader.close()
    }
    const reader = new pg.Client({ connectionString: place })
    await reader.connect()
    await reader.query('begin isolation level repeatable read')
    await reader.query('select count(*) from people')
    return () => reader.end()
  }

  await t.test(
    'a reader holds what was deleted: the report says so, the next has it done',
    async t => {
      const letGo = await startReader()
      t.match(await retention.run(), { people: PEOPLE, certificates: PEOPLE, applications: PEOPLE })
      world.clock.time += DAY_MS
      await world.service.publisher.publishNow()
      const begun = performance.now()
      await retention.run()
      t.ok(performance.now() - begun < 4000, 'nobody waits for the reader')
      const how = sqlite ? 'overwritten' : 'vacuumed'
      t.same(await lastErased(world), { how, done: false })
      await letGo()
      await addPeople(world, ['Q'])
      world.clock.time += DAY_MS
      await retention.run()
      world.clock.time += DAY_MS
      await world.service.publisher.publishNow()
      await retention.run()
      t.same(await lastErased(world), { how, done: true })
    },
  )

  if (sqlite) {
    await t.test('nothing of it is in any file beside the database', async t => {
      t.equal(texts.length, 2 * PEOPLE)
      const folder = dirname(place)
      const files = readdirSync(folder).filter(name => name.startsWith(basename(place)))
      t.ok(files.includes(`${basename(place)}-wal`))
      t.equal(
        found(
          files.map(name => join(folder, name)),
          texts,
        ),
        0,
      )
      t.ok(statSync(`${place}-wal`).size < 64 * 1024, 'the log holds what came after it alone')
      const left = await db.selectFrom('people').select('sealed').execute()
      const live = left.map(row => Buffer.from(row.sealed))
      t.equal(live.length, 1)
      t.equal(found([place], live), 1, 'who is left is there')
    })
    return
  }

  await t.test('no page has a deleted row; a full vacuum leaves nothing in the files', async t => {
    const one = async <T>(text: string) => (await sql.raw<T>(text).execute(db)).rows[0] as T
    const inspects = await one<{ n: number }>(
      `select count(*)::int as n from pg_available_extensions where name = 'pageinspect'`,
    )
    if (inspects.n === 0) t.comment('no pageinspect here: pages are not looked at')
    else {
      await sql`create extension pageinspect`.execute(db)
      const { n } = await one<{ n: number }>(`select count(*)::int as n from
        generate_series(0, (pg_relation_size('people') / 8192)::int - 1) as page,
        heap_page_items(get_raw_page('people', page)) where lp_flags <> 0`)
      t.equal(n, 1, 'who is left')
    }
    for (const table of ['people', 'applications']) {
      await sql`vacuum full ${sql.table(table)}`.execute(db)
    }
    await sql`checkpoint`.execute(db)
    const { folder } = await one<{ folder: string }>(
      `select current_setting('data_directory') || '/base/' || oid as folder
       from pg_database where datname = current_database()`,
    )
    const files = readdirSync(folder).map(name => join(folder, name))
    t.equal(found(files, texts), 0)
  })
})
