/**
 * A whole service in this process: a database in memory, virtual time, chance from a seed, and no
 * socket. An hour of it, twice with the same seed, leaves the same rows.
 */
import { sql } from 'kysely'
import t from 'tap'
import { atOnce } from '../../fixtures/clock.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { revisionsOf } from '../domain/publication.ts'
import { makeApplicant, newPhone, putOnFile } from '../testing/applicant.ts'
import { virtualFaces } from '../testing/faces.ts'
import { createSeededRandom, createServiceTime } from '../testing/virtual-time.ts'
import { NOON, openWorld, reopenWorld, type World } from '../testing/world.ts'

const MINUTE_MS = 60_000
/**
 * What libraries write with the system's time and chance: the account library's tables, and when each
 * step of the schema was taken.
 */
const LIBRARIES = /^(staff(?!_disabled|_used_codes)|schema_steps)/

const dir = tempDir()
// The keys of the trust documents, and of two phones: what no seed draws.
await (await openWorld(dir, 2, ':memory:')).close()
const phones = [newPhone(), newPhone()]

/** All rows of all tables, in the order in which they were written. */
async function rowsOf({ service: { db } }: World): Promise<Map<string, string[]>> {
  const tables = await sql<{ name: string }>`
    select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`.execute(db)
  const rows = new Map<string, string[]>()
  for (const { name } of tables.rows) {
    if (LIBRARIES.test(name)) continue
    const found = await sql`select * from ${sql.table(name)}`.execute(db)
    rows.set(name, found.rows.map(asText).sort())
  }
  return rows
}

const asText = (row: unknown): string =>
  JSON.stringify(row, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  )

interface Person {
  readonly applicant: Awaited<ReturnType<typeof makeApplicant>>
  /** Of the certificate. */
  readonly id: string
}

async function liveAnHour(seed: string) {
  const { time, clock, timers } = createServiceTime(NOON)
  const now = {
    get time() {
      return clock.now()
    },
    now: clock.now,
  }
  const random = createSeededRandom(seed)
  const world = await reopenWorld(dir, now, ':memory:', virtualFaces(), {}, { timers, random })
  const chance = createSeededRandom(`${seed}, phones`)
  const people: Person[] = []
  for (const [i, phone] of phones.entries()) {
    const number = `E7000${i}`
    await putOnFile(world, number)
    const applicant = await makeApplicant(world, number, { ...phone, random: chance })
    const issued = await applicant.certificate()
    t.equal(issued.status, 201)
    people.push({ applicant, id: issued.certificate?.id ?? '' })
    await time.advanceAsync(MINUTE_MS)
  }
  const [first, second] = people as [Person, Person]
  await time.advanceAsync(25 * MINUTE_MS)
  t.equal((await first.applicant.renew(first.id)).status, 201)
  const agent = await world.signIn('agent')
  const revoke = `/v1/desk/certificates/${second.id}/revoke`
  const revoked = await atOnce(time, world.post(revoke, { reason: 'lost' }, agent))
  const { manifestVersion } = (await revoked.json()) as { manifestVersion: number | null }
  const { publisher } = world.service
  t.equal(manifestVersion, publisher.latest()?.version, 'it is in a manifest when it is answered')
  await time.advanceAsync(33 * MINUTE_MS)
  const manifest = await world.call('/v1/trust/manifest')
  t.equal(manifest.status, 200)
  const told = { clock: clock.now(), lists: revisionsOf(publisher.latest()?.basis ?? '') }
  const rows = await rowsOf(world)
  await atOnce(time, world.close())
  return { rows, told, pending: time.pending() }
}

t.test('an hour of virtual time, twice: the same rows, in seconds', async t => {
  const cpu = process.cpuUsage()
  const one = await liveAnHour('a seed')
  const { user, system } = process.cpuUsage(cpu)
  t.comment(`an hour took ${((user + system) / 1e6).toFixed(2)} s of CPU`)
  t.ok(one.told.clock - NOON >= 60 * MINUTE_MS)
  t.ok([...one.told.lists.values()].some(revision => revision > 0))
  t.ok((one.rows.get('published_manifests')?.length ?? 0) > 60, 'signed again each 45 s')
  t.ok((one.rows.get('audit') ?? []).every(row => row.includes('"sealed":1')))
  t.equal(one.pending, 0, 'a service that was closed waits for nothing')
  const two = await liveAnHour('a seed')
  t.same(two.told, one.told)
  for (const [table, rows] of one.rows) t.same(two.rows.get(table), rows, table)
})
