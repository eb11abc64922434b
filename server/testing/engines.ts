/** Runs the same tests on each engine: what holds on SQLite must hold on PostgreSQL. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { type Postgres, startPostgres } from './postgres.ts'

/** Gives the place of a new empty database, as `openDatabase` takes it. */
export type NewPlace = () => Promise<string>

/** `define` is called once an engine; `postgres` is the server, to be stopped and started. */
export async function onEachEngine(
  define: (t: Test, newPlace: NewPlace, postgres: Postgres | undefined) => Promise<void>,
): Promise<void> {
  const server = await startPostgres()
  let files = 0
  t.test('SQLite', async t => {
    const dir = tempDir()
    await define(t, async () => join(dir, `${++files}.db`), undefined)
  })
  if (typeof server === 'string') {
    t.test('PostgreSQL', { skip: server }, async () => {})
    return
  }
  t.teardown(() => server.stop())
  t.test('PostgreSQL', t => define(t, server.createDatabase, server))
}
