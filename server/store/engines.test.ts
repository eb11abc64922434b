import t from 'tap'
import { openDatabase } from './engines.ts'

t.test('a second start finds the schema in place', async t => {
  const file = `${t.testdir()}/deep/service.db`
  const first = await openDatabase(file)
  await first.insertInto('revoked_kids').values({ kid: '01020304', revoked_at: 5 }).execute()
  await first.destroy()
  const second = await openDatabase(file)
  t.same(await second.selectFrom('revoked_kids').selectAll().execute(), [
    { kid: '01020304', revoked_at: 5 },
  ])
  const pragma = await second.connection().execute(async c => {
    const { sql } = await import('kysely')
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(c)
    const sync = await sql<{ synchronous: number }>`pragma synchronous`.execute(c)
    return [mode.rows[0]?.journal_mode, sync.rows[0]?.synchronous]
  })
  t.same(pragma, ['wal', 2])
  await second.destroy()
})

t.test('bytes, returning and rollback come through the shim', async t => {
  const db = await openDatabase(':memory:')
  t.teardown(() => db.destroy())
  const row = await db
    .insertInto('trust_documents')
    .values({ version: 1, bytes: new Uint8Array([1, 2, 3]), added_at: 9 })
    .returningAll()
    .executeTakeFirstOrThrow()
  t.same([...row.bytes], [1, 2, 3])
  await t.rejects(
    db.transaction().execute(async tx => {
      await tx.deleteFrom('trust_documents').execute()
      throw new Error('no')
    }),
  )
  t.equal((await db.selectFrom('trust_documents').selectAll().execute()).length, 1)
})

t.test('a file that is no database is said plainly', async t => {
  const dir = t.testdir({ 'service.db': 'this is a text file, quite long enough to be looked at' })
  await t.rejects(openDatabase(`${dir}/service.db`), { code: 'DATABASE' })
})
