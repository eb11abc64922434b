/** The chain of retention's reports on both engines: what is dropped, exchanged, or begun anew. */
import type { Kysely } from 'kysely'
import type { Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { canonicalJson } from '../../gate/contract/canonical.ts'
import { signDocument } from '../../pass/documents/trust-envelope.ts'
import { judgeReports } from '../cli/retention.ts'
import { createRetention } from '../jobs/retention.ts'
import { createLog } from '../ops/log.ts'
import {
  type CompleteReport,
  REPORT_TYPE,
  readReport,
  signReport,
} from '../publish/retention-report.ts'
import { transact } from '../store/engine/transact.ts'
import { beginSeries, reportChain, reportHash } from '../store/retention/retention-chain.ts'
import { addToReport, closedReports } from '../store/retention/retention-reports.ts'
import { takeProof } from '../store/staff/proofs.ts'
import { onEachEngine } from '../testing/engines.ts'
import { NOON, openWorld, type World, worldAtNoon } from '../testing/world.ts'

const DAY_MS = 24 * 3600_000
const KEPT = { certificateDays: 31, ticketDays: 31, journalDays: 30, auditDays: 30 }

function retentionOf({ service: { db, clock, publisher } }: World) {
  return createRetention({ db, clock, log: createLog('silent'), publisher, kept: KEPT })
}

/** What a report of today says. */
function saidIn(bytes: Uint8Array | null | undefined): CompleteReport {
  const read = readReport(new Uint8Array(bytes ?? []))
  if (read === undefined) throw new Error('no report')
  return read.report as CompleteReport
}

const dir = tempDir()
const first = await openWorld(dir, 30, ':memory:')
await first.close()

const open = (t: Test, place: string): Promise<World> => worldAtNoon(t, dir, place)

await onEachEngine(async (t, newPlace) => {
  /** What is deleted of one day, and its report. */
  async function reportDay(world: World): Promise<void> {
    const [db, now] = [world.service.db, world.clock.time]
    const proof = { thumbprint: 'x', jti: `${now}`, inputHash: 'x', requestHash: 'x' }
    await transact(db, tx => takeProof(tx, proof, now))
    for (const hours of [1, 25]) {
      world.clock.time += hours * 3600_000
      await world.service.publisher.publishNow()
      await retentionOf(world).run()
    }
  }

  await t.test('reports are a chain: none can be dropped or exchanged unseen', async t => {
    const world = await open(t, await newPlace())
    const { db } = world.service
    for (let n = 0; n < 3; n++) await reportDay(world)
    const judged = async () => (await judgeReports(db)) as object
    t.same(await judged(), { ok: true, reports: 3 })
    const all = await db.selectFrom('retention_reports').selectAll().orderBy('number').execute()
    const [one, two, three] = all.map(row => new Uint8Array(row.bytes ?? []))
    t.equal(saidIn(one).previous, '0'.repeat(64))
    t.equal(saidIn(two).previous, reportHash(one as Uint8Array))

    const set = (number: number, bytes: Uint8Array | undefined) =>
      db
        .updateTable('retention_reports')
        .set({ bytes: bytes ?? null })
        .where('number', '=', number)
        .execute()
    const said = saidIn(two)
    const key = world.service.publisher.key({ role: 'config' })
    await set(2, await signReport({ ...said, counts: { people: 1 } }, key))
    t.same(await judged(), { ok: false, number: 2, fault: 'CHAIN' }, 'signed, and another')
    await set(2, two)
    await set(
      3,
      await signReport({ ...said, number: 3, previous: reportHash(two as Uint8Array) }, key),
    )
    t.same(await judged(), { ok: false, number: 3, fault: 'CHAIN' })
    const head = await db.selectFrom('retention_head').selectAll().executeTakeFirstOrThrow()
    const forged = await db
      .selectFrom('retention_reports')
      .select('bytes')
      .where('number', '=', 3)
      .executeTakeFirst()
    await db
      .updateTable('retention_head')
      .set({ hash: reportHash(forged?.bytes as Uint8Array) })
      .execute()
    t.same(await judged(), { ok: false, number: 3, fault: 'AUDIT' }, 'whoever writes the head, too')
    await set(3, three)
    await db.updateTable('retention_head').set({ hash: head.hash }).execute()
    t.same(await judged(), { ok: true, reports: 3 })

    const drop = (from: number) =>
      db.deleteFrom('retention_reports').where('number', '>=', from).execute()
    await drop(3)
    t.same(await judged(), { ok: false, number: 3, fault: 'GAP' }, 'the newest')
    await db
      .updateTable('retention_head')
      .set({ begun: 2, closed: 2, hash: reportHash(two as Uint8Array) })
      .execute()
    t.same(await judged(), { ok: false, number: 3, fault: 'GAP' }, 'the audit knows it')
    await db.updateTable('retention_head').set(head).execute()
    await drop(1)
    t.same(await judged(), { ok: false, number: 3, fault: 'GAP' }, 'all of them')
    await reportDay(world)
    const [next] = await db.selectFrom('retention_reports').selectAll().execute()
    t.equal(next?.number, 4, 'a number is not given again')
    t.same(await judged(), { ok: false, number: 3, fault: 'GAP' })
    await drop(4)
    await transact(db, tx => addToReport(tx, { people: 1 }, world.clock.time))
    await drop(5)
    t.same(await judged(), { ok: false, number: 5, fault: 'GAP' }, 'also one that was open')
  })

  await t.test(
    'reports of before stand before the chain; a restored database has another series',
    async t => {
      const world = await open(t, await newPlace())
      const { db, publisher } = world.service
      await reportDay(world)
      const [row] = await db.selectFrom('retention_reports').selectAll().execute()
      const { series: _, previous: __, erased: ___, ...before } = saidIn(row?.bytes)
      const payload = Buffer.from(canonicalJson(before))
      const bytes = await signDocument(REPORT_TYPE, payload, publisher.key({ role: 'config' }))
      await db.updateTable('retention_reports').set({ bytes }).execute()
      await db.schema.dropTable('retention_head').execute()
      await db.deleteFrom('audit').where('action', '=', 'retention.report').execute()
      await reportChain(db as unknown as Kysely<unknown>)
      t.same((await judgeReports(db)) as object, { ok: true, reports: 1 })
      await reportDay(world)
      t.same((await judgeReports(db)) as object, { ok: true, reports: 2 })
      const seriesOf = async (number: number) => {
        const [found] = await closedReports(db, { before: number + 1, limit: 1 })
        return found && readReport(found.bytes)?.report.series
      }
      await transact(db, beginSeries)
      await reportDay(world)
      t.same((await judgeReports(db)) as object, { ok: true, reports: 3 })
      t.match(await seriesOf(3), /^[0-9a-f]{16}$/)
      t.not(await seriesOf(3), await seriesOf(2))
    },
  )

  await t.test(
    'a report is closed when its day is over, to the millisecond, either way',
    async t => {
      const world = await open(t, await newPlace())
      const { db } = world.service
      const closed = async () =>
        (await closedReports(db, { before: Number.MAX_SAFE_INTEGER, limit: 9 })).length
      const run = async (time: number) => {
        world.clock.time = time
        await world.service.publisher.publishNow()
        await retentionOf(world).run()
        return closed()
      }
      const begin = (now: number) => transact(db, tx => addToReport(tx, { people: 1 }, now))
      const begun = NOON + 3 * DAY_MS
      await begin(begun)
      t.equal(await run(begun + DAY_MS - 1), 0)
      t.equal(await run(begun + DAY_MS), 1)
      const ahead = NOON + 10 * DAY_MS
      await begin(ahead)
      t.equal(await run(ahead - DAY_MS + 1), 1)
      t.equal(await run(ahead - DAY_MS), 2, 'begun by a clock that was ahead')
    },
  )
})
