/** The chain over the audit: whoever changes, removes, inserts or reorders a row is found out. */
import { setTimeout as sleep } from 'node:timers/promises'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { judgeAudit } from '../cli/audit.ts'
import { auditBodyHash, auditLinkHash } from '../domain/audit-chain.ts'
import { LEASE_MS } from '../limits.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { sealAudit } from '../store/audit/audit-chain.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import type { Database, Tx } from '../store/schema/schema.ts'
import { onEachEngine } from '../testing/engines.ts'
import { openWorld, reopenWorld } from '../testing/world.ts'

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
    const missing = { ok: false, seq: 3, fault: 'MISSING' }
    t.same(await judgeAudit(db), missing, 'only retention may do that')
    await db.updateTable('audit_chain').set({ removed_by: 1 }).where('seq', '=', 3).execute()
    t.same(await judgeAudit(db), { ok: false, fault: 'REMOVED', report: 1 }, 'and it tells')
    await db.updateTable('audit_chain').set({ removed_by: 0 }).where('seq', '=', 3).execute()
    t.same(await judgeAudit(db), { ok: false, fault: 'REMOVED', report: 0 })
    await db.deleteFrom('audit_chain').where('seq', '=', 3).execute()
    t.same(await judgeAudit(db), { ok: false, seq: 3, fault: 'GAP' })
    await restore()

    const forged = { ...audit[2], id, subject: 'forged' } as (typeof audit)[number]
    const body_hash = auditBodyHash(forged)
    const { series = null, n = null } = chain[2] ?? {}
    const link = { seq: 3, bodyHash: body_hash, auditId: id, series, n }
    const hash = auditLinkHash(chain[1]?.hash ?? '', link)
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
    t.same(await judgeAudit(db), { ok: false, fault: 'LOST', rows: 1 }, 'row and link')
    const { series: of } = chain[4] ?? {}
    await db
      .updateTable('audit_series')
      .set(eb => ({ last: eb('last', '-', 1) }))
      .where('series', '=', of ?? 0)
      .execute()
    t.match(await judgeAudit(db), { ok: true, rows: 4 }, 'and number: only a noted head tells')
    t.same(await judgeAudit(db, chain[4]?.hash), { ok: false, fault: 'HEAD' })
  })

  await t.test('very many small pages: each row once, whoever writes meanwhile', async t => {
    const world = await openWorld(tempDir(), 2, await newPlace())
    t.teardown(() => world.close())
    const { db } = world.service
    const auditor = await world.signIn('auditor')
    const rows = 100
    await transact(db, async tx => {
      for (let i = 0; i < rows; i++) await write(tx, `row${i}`, 1000 + i)
    })
    const page = async (query: string) => {
      const answer = await world.call(`/v1/audit?${query}`, { headers: auditor })
      return (await answer.json()) as { rows: { subject: string }[]; next: string | null }
    }
    for (const limit of [1, 7]) {
      const seen: string[] = []
      let before = ''
      for (let pages = 0; pages <= rows + 1; pages++) {
        const { rows: found, next } = await page(`limit=${limit}${before}`)
        seen.push(...found.map(row => row.subject).filter(subject => /^row/.test(subject)))
        await write(db, 'meanwhile', 2000 + pages)
        if (next === null) break
        before = `&before=${next}`
      }
      t.same(
        seen,
        Array.from({ length: rows }, (_, n) => `row${rows - 1 - n}`),
      )
    }
    t.same(await page(`before=${'0'.repeat(28)}`), { rows: [], next: null })
    t.equal((await page(`limit=1&before=${'f'.repeat(28)}`)).rows.length, 1)
    for (const query of ['limit=0', 'limit=501', 'before=x', `before=${'F'.repeat(28)}`]) {
      t.match(await page(query), { code: 'INVALID' }, query)
    }
  })

  await t.test('a row that goes before it is sealed leaves a gap', async t => {
    const db = await openDatabase(await newPlace())
    t.teardown(() => db.destroy())
    await Promise.all(Array.from({ length: 8 }, (_, i) => write(db, `s${i}`, i)))
    const failed = transact(db, async tx => {
      await write(tx, 'rolled back', 9)
      throw new Error('no')
    })
    await t.rejects(failed)
    await write(db, 'later', 10)
    t.match(await judgeAudit(db), { ok: true, waiting: 9 }, 'what was rolled back is no gap')
    await db.deleteFrom('audit').where('subject', '=', 's3').execute()
    t.same(await judgeAudit(db), { ok: false, fault: 'LOST', rows: 1 })
    await sealAudit(db, 11)
    t.same(await judgeAudit(db), { ok: false, fault: 'LOST', rows: 1 }, 'sealing hides nothing')
    await db.deleteFrom('audit_series').execute()
    t.match(await judgeAudit(db), { ok: false, fault: 'LOST' })
  })

  await t.test('a row that its backup brings back keeps its number', async t => {
    const db = await openDatabase(await newPlace())
    t.teardown(() => db.destroy())
    for (const subject of ['a', 'b']) await write(db, subject, 1)
    const rows = await db.selectFrom('audit').selectAll().execute()
    await db.deleteFrom('audit').execute()
    t.same(await judgeAudit(db), { ok: false, fault: 'LOST', rows: 2 })
    await db.insertInto('audit').values(rows).execute()
    t.match(await judgeAudit(db), { ok: true, waiting: 2 })
  })

  await t.test('a service seals each second, whoever else died', async t => {
    const dir = tempDir()
    const place = await newPlace()
    const world = await openWorld(dir, 2, place)
    const worlds = [world]
    if (postgres !== undefined) worlds.push(await reopenWorld(dir, world.clock, place))
    t.teardown(() => Promise.all(worlds.map(one => one.close())))
    const { db } = world.service
    // Of a replica that was killed: nobody waits for it.
    const until = world.clock.time + LEASE_MS
    await db.insertInto('leases').values({ name: 'audit', owner: 'dead', until }).execute()
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
