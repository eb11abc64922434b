/**
 * PostgreSQL with every connection of the pool in use, behind a lock that somebody holds: who can't be
 * served is told so in bounded time, what needs no database is answered at once, and it is over when
 * the lock is.
 */
import { sql } from 'kysely'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { openDatabase } from '../store/engine/engines.ts'
import {
  CONNECT_MS_MAX,
  DATABASE_CONNECTIONS_MAX,
  STATEMENT_MS_MAX,
} from '../store/engine/limits.ts'
import { startPostgres } from '../testing/postgres.ts'
import { openWorld } from '../testing/world.ts'

const server = await startPostgres()
if (typeof server === 'string') t.test('PostgreSQL', { skip: server }, async () => {})
else {
  t.teardown(() => server.stop())
  t.test('the pool exhausted', async t => {
    const place = await server.createDatabase()
    const world = await openWorld(tempDir(), 2, place)
    t.teardown(() => world.close())
    const operator = await world.signIn('operator')
    const ask = async (path: string) => {
      const began = performance.now()
      const answer = await world.call(path, { headers: operator })
      const { code } = (await answer.json().catch(() => ({}))) as { code?: string }
      const ms = performance.now() - began
      return { status: answer.status, code, ms, retryAfter: answer.headers.get('retry-after') }
    }
    const GATES = '/v1/fleet/gates'
    t.equal((await ask(GATES)).status, 200)

    const other = await openDatabase(place)
    t.teardown(() => other.destroy())
    let isHeld = true
    const locked = Promise.withResolvers<void>()
    const holder = other.transaction().execute(async tx => {
      await sql`lock table gates in access exclusive mode`.execute(tx)
      locked.resolve()
      // Not idle: the database would end it.
      while (isHeld) await sql`select pg_sleep(0.5)`.execute(tx)
    })
    await locked.promise

    const blocked = Array.from({ length: DATABASE_CONNECTIONS_MAX }, () => ask(GATES))
    const waiting = Array.from({ length: 2 * DATABASE_CONNECTIONS_MAX }, () => ask(GATES))
    for (const path of ['/healthz', '/v1/trust/manifest', '/v1/time']) {
      const { status, ms } = await ask(path)
      t.equal(status, 200, path)
      t.ok(ms < 1000, `${path} within ${ms.toFixed()} ms`)
    }
    const bound = CONNECT_MS_MAX + STATEMENT_MS_MAX + 5000
    // Behind the lock, or without a connection: which of them is a matter of the turn.
    const codes = /^(DATABASE_BUSY|UNAVAILABLE)$/
    for (const { status, code, ms, retryAfter } of await Promise.all([...blocked, ...waiting])) {
      t.match({ status, code, retryAfter }, { status: 503, code: codes, retryAfter: '2' })
      t.ok(ms < bound, `within ${ms.toFixed()} ms`)
    }
    isHeld = false
    await holder
    t.equal((await ask(GATES)).status, 200, 'and over when the lock is')
    t.notMatch(world.logged(), /request failed/, 'none of it is a fault of ours')
  })
}
