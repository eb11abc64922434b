/** Runs the same tests on each engine: what holds on SQLite must hold on PostgreSQL. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startPostgres } from './postgres.ts'

/** Gives the place of a new empty database, as `openDatabase` takes it. */
export type NewPlace = () => Promise<string>

/** `define` is called once an engine. */
export async function onEachEngine(
  define: (t: Test, newPlace: NewPlace, engine: 'sqlite' | 'postgres') => Promise<void>,
): Promise<void> {
  let files = 0
  await t.test('SQLite', async t => {
    const dir = t.testdir()
    await define(t, async () => join(dir, `${++files}.db`), 'sqlite')
  })
  const server = await startPostgres()
  if (typeof server === 'string') {
    await t.test('PostgreSQL', { skip: server }, async () => {})
    return
  }
  t.teardown(() => server.stop())
  await t.test('PostgreSQL', t => define(t, server.createDatabase, 'postgres'))
}
