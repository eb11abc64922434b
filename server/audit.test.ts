/** The chain over the audit: whoever changes, removes, inserts or reorders a row is found out. */
import { setTimeout as sleep } from 'node:timers/promises'
import { judgeAudit } from './audit-commands.ts'
import { auditBodyHash, auditLinkHash } from './domain/audit-chain.ts'
import { writeAudit } from './store/audit.ts'
import { sealAudit } from './store/audit-chain.ts'
import { openDatabase } from './store/engines.ts'
import type { Database, Tx } from './store/schema.ts'
import { transact } from './store/transact.ts'
import { onEachEngine } from './testing/engines.ts'
import { openWorld, reopenWorld } from './testing/world.ts'

const write = (db: Database | Tx, subject: string, at: number) =>
  writeAudit(db, { actor: 'system', action: 'test', subject, detail: { n: at } }, at)

await onEachEngine(async (t, newPlace, postgres) => {
  await t.test('rows are sealed once, in order, also by two at a time', async t => {
    const db = await openDatabase(await newPlace())
    t.teardown(() => db.destroy())
    await transact(db, async tx => {
      for (let i = 0; i < 1200; i++) await write(tx, `s${i}`, i)
    })
    t.match(await judgeAudit(db), { ok: true, rows: 0, waiting: 1200 })
    await Promise.all(Array.from({ length: 6 }, () => sealAudit(db, 5)))
    const judged = await judgeAudit(db)
    t.match(judged, { ok: true, rows: 1200, deleted: 0, waiting: 0 })
    const head = judged.ok ? judged.head : ''
    await write(db, 'later', 2000)
    await sealAudit(db, 6)
    t.match(await judgeAudit(db, head), { ok: true, rows: 1201 })
    t.same(await judgeAudit(db, 'f'.repeat(64)), { ok: false, fault: 'HEAD' })
  })

  await t.test('no row is missed by one who looks while others seal', async t => {
    const db = await openDatabase(await newPlace())
    t.teardown(() => db.destroy())
    for (let n = 1; n <= 40; n++) {
      await write(db, `s${n}`, n)
      const [early, , late] = await Promise.all([judgeAudit(db), sealAudit(db, n), judgeAudit(db)])
      for (const seen of [early, late]) t.ok(seen.ok && seen.rows + seen.waiting >= n, `${n}`)
    }
  })

  await t.test('what was changed is found', async t => {
    const db = await openDatabase(await newPlace())
    t.teardown(() => db.destroy())
    for (let i = 1; i <= 5; i++) await write(db, `s${i}`, i)
    await sealAudit(db, 9)
    const audit = await db.selectFrom('audit').selectAll().orderBy('id').execute()
    const chain = await db.selectFrom('audit_chain').selectAll().orderBy('seq').execute()
    const restore = async () => {
      await db.deleteFrom('audit').execute()
      await db.deleteFrom('audit_chain').execute()
      await db.insertInto('audit').values(audit).execute()
      await db.insertInto('audit_chain').values(chain).execute()
      t.match(await judgeAudit(db), { ok: true, rows: 5 })
    }
    const id = audit[2]?.id ?? ''
    for (const column of ['actor', 'action', 'subject', 'detail', 'salt'] as const) {
      await db
        .updateTable('audit')
        .set({ [column]: 'x' })
        .where('id', '=', id)
        .execute()
      t.same(await judgeAudit(db), { ok: false, seq: 3, fault: 'BODY' }, column)
      await restore()
    }
    await db.updateTable('audit').set({ at: 77 }).where('id', '=', id).execute()
    t.same(await judgeAudit(db), { ok: false, seq: 3, fault: 'BODY' })
    await restore()

    await db.deleteFrom('audit').where('id', '=', id).execute()
    t.match(await judgeAudit(db), { ok: true, rows: 5, deleted: 1 }, 'retention may do that')
    await db.deleteFrom('audit_chain').where('seq', '=', 3).execute()
    t.same(await judgeAudit(db), { ok: false, seq: 3, fault: 'GAP' })
    await restore()

    const forged = { ...audit[2], id, subject: 'forged' } as (typeof audit)[number]
    const body_hash = auditBodyHash(forged)
    const hash = auditLinkHash(chain[1]?.hash ?? '', 3, body_hash)
    await db.updateTable('audit').set({ subject: 'forged' }).where('id', '=', id).execute()
    await db.updateTable('audit_chain').set({ body_hash, hash }).where('seq', '=', 3).execute()
    t.same(await judgeAudit(db), { ok: false, seq: 4, fault: 'HASH' }, 'the next link tells')
    await restore()

    await db.deleteFrom('audit_chain').where('seq', '=', 5).execute()
    t.same(await judgeAudit(db), { ok: false, fault: 'STRAY' }, 'the last link is gone')
    await db
      .deleteFrom('audit')
      .where('id', '=', audit[4]?.id ?? '')
      .execute()
    t.match(await judgeAudit(db), { ok: true, rows: 4 }, 'row and link: only a noted head tells')
    t.same(await judgeAudit(db, chain[4]?.hash), { ok: false, fault: 'HEAD' })
  })

  await t.test('a service seals each second; with two, one does', async t => {
    const dir = t.testdir()
    const place = await newPlace()
    const world = await openWorld(dir, 2, place)
    const worlds = [world]
    if (postgres !== undefined) worlds.push(await reopenWorld(dir, world.clock, place))
    t.teardown(() => Promise.all(worlds.map(one => one.close())))
    const { db } = world.service
    for (let i = 0; i < 20; i++) await write(db, `s${i}`, i)
    let judged = await judgeAudit(db)
    for (let i = 0; i < 100 && !(judged.ok && judged.waiting === 0); i++) {
      await sleep(50)
      judged = await judgeAudit(db)
    }
    t.match(judged, { ok: true, rows: 20, waiting: 0 })
    t.notMatch(worlds.map(one => one.logged()).join(''), /sealing the audit failed/)
  })
})
