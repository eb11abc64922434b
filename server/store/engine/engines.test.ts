import { chmodSync, statSync } from 'node:fs'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { openDatabase } from './engines.ts'

t.test('a file of SQLite is written ahead and through, in a folder of its own', async t => {
  const second = await openDatabase(`${tempDir()}/deep/service.db`)
  const pragma = await second.connection().execute(async c => {
    const { sql } = await import('kysely')
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(c)
    const sync = await sql<{ synchronous: number }>`pragma synchronous`.execute(c)
    return [mode.rows[0]?.journal_mode, sync.rows[0]?.synchronous]
  })
  t.same(pragma, ['wal', 2])
  await second.destroy()
})

t.test('the database is for this user alone, also one that was open to others', async t => {
  const file = `${t.testdir({ 'service.db': '' })}/service.db`
  const modes = () => ['', '-wal', '-shm'].map(tail => statSync(`${file}${tail}`).mode & 0o777)
  chmodSync(file, 0o644)
  const db = await openDatabase(file)
  t.same(modes(), [0o600, 0o600, 0o600])
  for (const tail of ['', '-wal', '-shm']) chmodSync(`${file}${tail}`, 0o644)
  const second = await openDatabase(file)
  t.same(modes(), [0o600, 0o600, 0o600], 'companions that were left')
  await second.destroy()
  await db.destroy()
})

t.test('a file that is no database is said plainly', async t => {
  const dir = t.testdir({ 'service.db': 'this is a text file, quite long enough to be looked at' })
  await t.rejects(openDatabase(`${dir}/service.db`), { code: 'DATABASE' })
})
