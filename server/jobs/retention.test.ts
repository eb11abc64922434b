/** Retention on both engines: what goes, what stays, what a wrong clock does, and the report. */
import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { judgeAudit } from '../cli/audit.ts'
import { judgeReports } from '../cli/retention.ts'
import { cutoffsAt } from '../domain/retention.ts'
import { createLog } from '../ops/log.ts'
import { isSigned, readReport } from '../publish/retention-report.ts'
import { trustDocuments } from '../publish/trust-source.ts'
import { addChallenge } from '../store/applications/challenges.ts'
import { takeRate } from '../store/applications/rates.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { sealAudit } from '../store/audit/audit-chain.ts'
import { findCertificate, takeQuota } from '../store/certificates/certificates.ts'
import { handleOf } from '../store/engine/handle.ts'
import { transact } from '../store/engine/transact.ts'
import { addEnrolment } from '../store/gates/gates.ts'
import { ingest } from '../store/gates/journals.ts'
import { SWEEPS } from '../store/retention/retention.ts'
import type { Tables } from '../store/schema/schema.ts'
import { takeProof } from '../store/staff/proofs.ts'
import { takeCode } from '../store/staff/staff.ts'
import { onEachEngine } from '../testing/engines.ts'
import { makeHolder } from '../testing/holder.ts'
import { makeJournal, uploadOf } from '../testing/journal.ts'
import { importTimetable } from '../testing/timetable.ts'
import { NOON, openWorld, type World, worldAtNoon } from '../testing/world.ts'
import { createRetention } from './retention.ts'

const DAY_MS = 24 * 3600_000
const KEPT = { certificateDays: 31, ticketDays: 31, journalDays: 30, auditDays: 30 }
const PERSON = { name: 'AB CD', documentType: 'passport', documentNumber: 'E12345678' }

const retentionOf = (world: World, more: { batchRows?: number; log?: boolean } = {}) => {
  const { db, clock, log, publisher } = world.service
  const quiet = createLog('silent')
  const { batchRows = 200 } = more
  return createRetention({
    db,
    clock,
    log: more.log ? log : quiet,
    publisher,
    kept: KEPT,
    batchRows,
  })
}

const countOf = async (world: World, table: keyof Tables): Promise<number> =>
  (await world.service.db.selectFrom(table).selectAll().execute()).length

/** As the phone's way counts it; the window's does not. */
async function takeMonth(world: World, certificate: string): Promise<void> {
  await transact(world.service.db, async tx => {
    const row = await findCertificate(tx, certificate)
    await takeQuota(tx, row?.person ?? '', world.clock.time)
  })
}

/** One thing of each kind, made as the service makes it. Gives the certificate. */
async function fill(world: World, person = PERSON, signedIn?: Record<string, string>) {
  const { clock } = world
  const { db, secrets } = world.service
  await importTimetable(db)
  const agent = signedIn ?? (await world.signIn('agent'))
  const holder = await makeHolder(world, agent, person)
  await takeMonth(world, holder.id)
  const day = new Date(clock.time + 8 * 3600_000).toISOString().slice(0, 10)
  const order = { code: await holder.present(), train: 'G3', from: 'north', to: 'south', day }
  const sold = await world.post('/v1/tickets', order, agent)
  if (sold.status !== 201) throw new Error(`the sale answered ${sold.status}`)
  const revoked = await world.post(
    `/v1/desk/certificates/${holder.id}/revoke`,
    { reason: 'x' },
    agent,
  )
  if (revoked.status !== 200) throw new Error(`the revocation answered ${revoked.status}`)
  const now = clock.time
  const gate = randomBytes(4).toString('hex')
  const rows = makeJournal(randomBytes(8).toString('hex'), 7)
  await transact(db, async tx => {
    await addEnrolment(tx, { codeHash: randomBytes(8).toString('hex'), gate, station: 's' }, now)
    await ingest(tx, gate, uploadOf(rows, 1, 7), now)
    await takeRate(tx, 'check', gate, now)
    await takeProof(tx, { thumbprint: 'x', jti: gate, inputHash: 'x', requestHash: 'x' }, now)
  })
  const asked = { kind: 'application', id: 'x', deviceKey: 'x' } as const
  await transact(db, tx => addChallenge(tx, asked, { prompts: [], pictures: [] }, now))
  await takeCode(db, 'x', gate, now)
  await db
    .insertInto('applications')
    .values({
      id: gate,
      device_key: 'x',
      sealed: secrets.seal('{}', 'x'),
      state: 'open',
      tries: 0,
      consent_at: now,
      guardian_consent: 0,
      expires_at: now,
      certificate: null,
    })
    .execute()
  while ((await sealAudit(db, now)) > 0);
  return { holder, agent, gate }
}

// Keys for so many days as a ceremony can sign ahead, made once.
const dir = tempDir()
const first = await openWorld(dir, 90, ':memory:')
await first.close()

const open = (t: Test, place: string): Promise<World> => worldAtNoon(t, dir, place)

const KEPT_LONG = ['certificates', 'people', 'tickets', 'quota', 'status_ended'] as const

await onEachEngine(async (t, newPlace, postgres) => {
  await t.test('nothing before its time, everything after, nothing twice', async t => {
    const world = await open(t, await newPlace())
    const { clock } = world
    const { db } = world.service
    const { gate } = await fill(world)
    const retention = retentionOf(world)
    const { changes } = handleOf(db)
    const written = () =>
      changes.count(['leases', 'retention_reports', ...SWEEPS.flatMap(one => one.tables)])
    const writtenBefore = written()
    t.same(await retention.run(), {}, 'everything is in use')
    t.equal(written(), writtenBefore, 'and nothing is written')

    world.clock.time += 26 * 3600_000
    const first = await retention.run()
    for (const kind of ['proofs', 'challenges', 'applications', 'claims', 'enrolments', 'rates']) {
      t.ok((first[kind] ?? 0) > 0, `${kind} went`)
    }
    t.same(
      Object.keys(first).filter(kind => /certificates|people|tickets|Bod|quota/.test(kind)),
      [],
    )
    world.clock.time = NOON + 29 * DAY_MS
    const before = await retention.run()
    t.notOk(before.certificates ?? before.tickets ?? before.journalBodies ?? before.auditBodies)
    for (const table of KEPT_LONG) {
      const kept = table === 'status_ended' ? 0 : 1
      t.equal(await countOf(world, table), kept, table)
    }
    t.equal(await countOf(world, 'gate_events'), 7)

    world.clock.time = NOON + 34 * DAY_MS
    while ((await sealAudit(db, clock.time)) > 0);
    const gone = await retention.run()
    t.match(gone, { certificates: 1, people: 1, tickets: 1, quota: 1, journalBodies: 7 })
    t.ok((gone.auditBodies ?? 0) >= 3, 'issued, sold, revoked')
    for (const table of KEPT_LONG) t.equal(await countOf(world, table), 0, table)
    const events = await db.selectFrom('gate_events').select(['body', 'hash']).execute()
    t.equal(events.length, 7, 'rows and their chain stay')
    t.ok(events.every(row => row.body === null && row.hash.length === 64))
    const operator = await world.signIn('operator')
    const judged = await judgeAudit(db)
    t.match(judged, { ok: true, deleted: gone.auditBodies })
    t.same(await retention.run(), {}, 'twice in a row deletes nothing more')
    const list = await world.call('/v1/audit', { headers: operator })
    t.equal(list.status, 200)
    t.ok(gate)
  })

  await t.test('what is gone from the audit must be what its signed reports count', async t => {
    const world = await open(t, await newPlace())
    const { db } = world.service
    const write = (subject: string, at: number) =>
      writeAudit(db, { actor: 'system', action: 'test', subject }, at)
    for (let n = 0; n < 5; n++) await write(`old ${n}`, NOON)
    await sealAudit(db, NOON)
    for (const days of [31, 32.5, 33]) {
      world.clock.time = NOON + days * DAY_MS
      await write(`at ${days}`, world.clock.time)
      await sealAudit(db, world.clock.time)
      await retentionOf(world).run()
    }
    const kept = { now: world.clock.time, auditDays: KEPT.auditDays }
    const judge = () => judgeAudit(db, undefined, kept)
    await sealAudit(db, world.clock.time)
    t.match(await judge(), { ok: true, deleted: 5 })
    t.same((await judgeReports(db)) as object, { ok: true, reports: 1 }, 'signed, the next is open')

    const young = await db.selectFrom('audit').selectAll().where('subject', '=', 'at 33').execute()
    const seq =
      (
        await db
          .selectFrom('audit_chain')
          .select('seq')
          .where('audit_id', '=', young[0]?.id ?? '')
          .execute()
      )[0]?.seq ?? 0
    const remove = async (report: number | null) => {
      await db.deleteFrom('audit').where('subject', '=', 'at 33').execute()
      await db
        .updateTable('audit_chain')
        .set({ removed_by: report })
        .where('seq', '=', seq)
        .execute()
    }
    const count = (counts: string) =>
      db.updateTable('retention_reports').set({ counts }).where('number', '=', 2).execute()
    await remove(null)
    t.same(await judge(), { ok: false, fault: 'MISSING', seq })
    await remove(1)
    t.same(await judge(), { ok: false, fault: 'REMOVED', report: 1 }, 'the signed one counts five')
    await db
      .insertInto('retention_reports')
      .values({ number: 2, begun_at: 0, closed_at: null, counts: '{"auditBodies":1}', bytes: null })
      .onConflict(c => c.column('number').doUpdateSet({ counts: '{"auditBodies":1}' }))
      .execute()
    await remove(2)
    t.same(
      await judge(),
      { ok: false, fault: 'REMOVED', report: 2 },
      'counted, but before its time',
    )
    await remove(0)
    await count('{}')
    t.same(await judge(), { ok: false, fault: 'REMOVED', report: 0 })
    await db.insertInto('audit').values(young).execute()
    await db.updateTable('audit_chain').set({ removed_by: null }).where('seq', '=', seq).execute()
    t.match(await judge(), { ok: true, deleted: 5 })
    await db.deleteFrom('retention_reports').where('number', '=', 1).execute()
    t.same(await judge(), { ok: false, fault: 'REMOVED', report: 1 }, 'the report is gone')
  })

  await t.test('who has anything left stays, and who is gone may come again', async t => {
    const world = await open(t, await newPlace())
    const { db } = world.service
    const { agent } = await fill(world)
    const retention = retentionOf(world)
    world.clock.time = NOON + 32 * DAY_MS
    await world.service.publisher.publishNow()
    const again = await makeHolder(world, agent, PERSON)
    await takeMonth(world, again.id)
    world.clock.time = NOON + 34 * DAY_MS
    await retention.run()
    const left = await db.selectFrom('certificates').select('id').execute()
    t.same(left, [{ id: again.id }])
    t.equal(await countOf(world, 'people'), 1, 'still has a certificate')
    t.equal(await countOf(world, 'quota'), 1, 'and this month’s quota')
    world.clock.time = NOON + 68 * DAY_MS
    await world.service.publisher.publishNow()
    t.match(await retention.run(), { certificates: 1, people: 1 })
    const third = await makeHolder(world, agent, PERSON)
    t.ok(third.id)
    t.equal(await countOf(world, 'people'), 1)
  })

  await t.test('a clock that is wrong deletes nothing that is kept for days', async t => {
    const world = await open(t, await newPlace())
    const { clock } = world
    const { db } = world.service
    await fill(world)
    const rows = async () => ({
      people: await countOf(world, 'people'),
      certificates: await countOf(world, 'certificates'),
      tickets: await countOf(world, 'tickets'),
      audit: await countOf(world, 'audit'),
      bodies: (await db.selectFrom('gate_events').select('body').execute()).filter(
        row => row.body !== null,
      ).length,
      ended: await countOf(world, 'status_ended'),
    })
    const all = await rows()
    const retention = retentionOf(world, { log: true })
    for (const days of [365, 91, -1, -365]) {
      clock.time = NOON + days * DAY_MS
      await retention.run()
      t.same(await rows(), all, `${days} days`)
    }
    t.match(world.logged(), /no issuer key for this day/)
    world.clock.time = NOON + 34 * DAY_MS
    t.match(await retention.run(), { certificates: 1 }, 'right again')
  })

  await t.test('what a clock that was behind wrote goes with its neighbours', async t => {
    const world = await open(t, await newPlace())
    const { db } = world.service
    const write = (subject: string, at: number) =>
      writeAudit(db, { actor: 'system', action: 'test', subject }, at)
    const journal = async (from: number, to: number, at: number) =>
      transact(db, tx => ingest(tx, 'g', uploadOf(rows, from, to), at))
    const rows = makeJournal('a'.repeat(16), 9)
    await write('right', NOON)
    await journal(1, 3, NOON)
    await sealAudit(db, NOON)
    await write('behind', NOON - 365 * DAY_MS)
    await journal(4, 6, NOON - 365 * DAY_MS)
    await sealAudit(db, NOON)
    await write('ahead', NOON + 365 * DAY_MS)
    await journal(7, 7, NOON + 365 * DAY_MS)
    await sealAudit(db, NOON)
    await write('right again', NOON + DAY_MS)
    await journal(8, 9, NOON + DAY_MS)
    await sealAudit(db, NOON)
    const retention = retentionOf(world)
    const subjects = async () =>
      (await db.selectFrom('audit').select('subject').where('action', '=', 'test').execute())
        .map(row => row.subject)
        .sort()
    const bodies = async () =>
      (await db.selectFrom('gate_events').select('body').execute()).filter(one => one.body).length
    world.clock.time = NOON + 2 * DAY_MS
    await retention.run()
    t.same(await subjects(), ['ahead', 'behind', 'right', 'right again'])
    t.equal(await bodies(), 9)
    world.clock.time = NOON + 30 * DAY_MS + 3600_000
    await retention.run()
    t.same(await subjects(), ['ahead', 'right again'])
    t.equal(await bodies(), 3)
    world.clock.time = NOON + 32 * DAY_MS
    await retention.run()
    t.same(await subjects(), ['ahead'])
    t.equal(await bodies(), 0)
    t.match(await judgeAudit(db), { ok: true })
  })

  await t.test('a batch is no larger than it may be, whatever the kind', async t => {
    const world = await open(t, await newPlace())
    const { db } = world.service
    const agent = await world.signIn('agent')
    for (const n of [1, 2, 3]) {
      await fill(world, { ...PERSON, documentNumber: `E1234567${n}` }, agent)
    }
    world.clock.time = NOON + 34 * DAY_MS
    while ((await sealAudit(db, world.clock.time)) > 0);
    const at = cutoffsAt(world.clock.time, KEPT)
    for (const sweep of SWEEPS) {
      const counts = await transact(db, tx => sweep.remove(tx, at, 1))
      t.ok((counts[sweep.kind] ?? 0) <= 1, sweep.kind)
    }
    const retention = retentionOf(world, { batchRows: 2 })
    const gone = await retention.run()
    t.match(gone, { certificates: 2, tickets: 2, journalBodies: 20 })
    t.same(await retention.run(), {})
  })

  await t.test('a day’s report says what went, signed, and survives a restart', async t => {
    const world = await open(t, await newPlace())
    const { db } = world.service
    const { agent } = await fill(world)
    world.clock.time = NOON + 34 * DAY_MS
    const before = await retentionOf(world).run()
    t.same((await judgeReports(db)) as object, { ok: true, reports: 0 })
    await fill(world, PERSON, agent)
    world.clock.time += 25 * 3600_000
    const second = await retentionOf(world).run()
    const sum: Record<string, number> = { ...before }
    for (const [kind, n] of Object.entries(second)) sum[kind] = (sum[kind] ?? 0) + n

    const auditor = await world.signIn('auditor')
    const answer = await world.call('/v1/retention/reports', { headers: auditor })
    const { rows, next } = (await answer.json()) as { rows: Record<string, unknown>[]; next: null }
    t.equal(rows.length, 1)
    t.match(rows[0], { number: 1, from: NOON + 34 * DAY_MS, until: world.clock.time, kept: KEPT })
    t.same(rows[0]?.counts, sum, 'as much as the rounds said')
    t.equal(next, null)
    t.notMatch(JSON.stringify(rows), /E1234|AB CD/)
    const file = await world.call('/v1/retention/reports/1', { headers: auditor })
    t.equal(file.headers.get('content-type'), 'application/cose')
    const bytes = new Uint8Array(await file.arrayBuffer())
    t.equal(readReport(bytes)?.report.number, 1)
    const trusts = await trustDocuments(db)
    t.ok(isSigned(bytes, trusts))
    t.notOk(isSigned(bytes, []))
    const missing = await world.call('/v1/retention/reports/2', { headers: auditor })
    t.equal(missing.status, 404)
    const audit = await db.selectFrom('audit').select('action').execute()
    t.equal(audit.filter(row => row.action === 'retention.report').length, 1)
    t.same((await judgeReports(db)) as object, { ok: true, reports: 1 })

    await fill(world, { ...PERSON, documentNumber: 'E77777777' }, agent)
    for (let n = 0; n < 2; n++) {
      world.clock.time += 25 * 3600_000
      await world.service.publisher.publishNow()
      await retentionOf(world).run()
    }
    const two = (await judgeReports(db)) as object
    t.same(two, { ok: true, reports: 2 })
    const flipped = Uint8Array.from(bytes)
    flipped[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
    const set = (changed: Uint8Array) =>
      db.updateTable('retention_reports').set({ bytes: changed }).where('number', '=', 1).execute()
    await set(flipped)
    t.same((await judgeReports(db)) as object, { ok: false, number: 1, fault: 'UNSIGNED' })
    await set(bytes.subarray(1))
    t.same((await judgeReports(db)) as object, { ok: false, number: 1, fault: 'REPORT' })
    await db.deleteFrom('retention_reports').where('number', '=', 1).execute()
    t.same((await judgeReports(db)) as object, { ok: false, number: 1, fault: 'GAP' })
  })

  await t.test('two at once count each row once', async t => {
    const world = await open(t, await newPlace())
    const { db } = world.service
    const agent = await world.signIn('agent')
    for (let n = 0; n < 4; n++) {
      await fill(world, { ...PERSON, documentNumber: `E2234567${n}` }, agent)
    }
    world.clock.time = NOON + 34 * DAY_MS
    const many = Array.from({ length: postgres === undefined ? 2 : 4 }, () =>
      retentionOf(world, { batchRows: 3 }).run(),
    )
    const counts = await Promise.all(many)
    const sum = (kind: string) => counts.reduce((total, one) => total + (one[kind] ?? 0), 0)
    t.same([sum('certificates'), sum('tickets'), sum('people')], [4, 4, 4])
    t.equal(sum('journalBodies'), 28)
    const [report] = await db.selectFrom('retention_reports').selectAll().execute()
    t.match(JSON.parse(report?.counts ?? '{}'), { certificates: 4, journalBodies: 28, people: 4 })
  })
})
