import t from 'tap'
import { openDatabase } from './engines.ts'

t.test('a file of SQLite is written ahead and through, in a folder of its own', async t => {
  const second = await openDatabase(`${t.testdir()}/deep/service.db`)
  const pragma = await second.connection().execute(async c => {
    const { sql } = await import('kysely')
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(c)
    const sync = await sql<{ synchronous: number }>`pragma synchronous`.execute(c)
    return [mode.rows[0]?.journal_mode, sync.rows[0]?.synchronous]
  })
  t.same(pragma, ['wal', 2])
  await second.destroy()
})

t.test('a file that is no database is said plainly', async t => {
  const dir = t.testdir({ 'service.db': 'this is a text file, quite long enough to be looked at' })
  await t.rejects(openDatabase(`${dir}/service.db`), { code: 'DATABASE' })
})
