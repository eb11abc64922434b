/** The service over a database that is in somebody else's hands, or on a disk that takes nothing. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { LOCKED_MS_MAX, PROBE_MS } from './limits.ts'
import { type Postgres, startPostgres } from './testing/postgres.ts'
import { openWorld, PASSWORD, type World } from './testing/world.ts'

/** Far below what SQLite's own waiting would take, far above what a busy machine adds to 50 ms. */
const LOOP_MS_MAX = 1000

/** Another process that has a file locked until it is told to end. */
async function lockElsewhere(file: string): Promise<ChildProcess & { free(): Promise<void> }> {
  const script = `const { DatabaseSync } = require('node:sqlite')
    const db = new DatabaseSync(process.argv[1])
    db.exec('begin immediate')
    process.stdout.write('locked')
    process.stdin.on('end', () => db.exec('commit')).resume()`
  const child = spawn(process.execPath, ['-e', script, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const free = async () => {
    child.stdin.end()
    await once(child, 'exit')
  }
  return Object.assign(child, { free })
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 500 && !isSo(); i++) await sleep(10)
  if (!isSo()) throw new Error(`never: ${what}`)
}

async function read(answer: Response) {
  const { code } = (await answer.json().catch(() => ({}))) as { code?: string }
  return { status: answer.status, code, retry: answer.headers.get('retry-after') }
}
const BUSY = { status: 503, code: 'DATABASE_BUSY', retry: '2' }

const issue = async (world: World, agent: Record<string, string>, n: number) => {
  const person = { name: 'AB CD', documentType: 'passport', documentNumber: `E${10_000 + n}` }
  return read(await world.post('/v1/desk/certificates', { person, reason: 'x' }, agent))
}

/** What goes on without writing. */
async function readAll(world: World, agent: Record<string, string>) {
  const paths = ['/v1/trust/manifest', '/v1/trust/document/1', '/healthz', '/v1/stations']
  const answers = paths.map(async path => (await world.call(path, { headers: agent })).status)
  return Promise.all(answers)
}

t.test('another process has the file locked', async t => {
  const world = await openWorld(t.testdir())
  t.teardown(() => world.close())
  const file = join(world.dir, 'service.db')
  const agent = await world.signIn('agent')
  const email = 'late@desk.test'
  await world.service.staff.add(email, PASSWORD, 'agent')
  const signIn = async () =>
    read(await world.post('/v1/auth/sign-in/email', { email, password: PASSWORD }))
  const lag = monitorEventLoopDelay({ resolution: 10 })

  await t.test('for a moment: writers wait, readers don’t', async t => {
    const other = await lockElsewhere(file)
    lag.enable()
    const done: string[] = []
    const waiting = [
      signIn().finally(() => done.push('sign-in')),
      issue(world, agent, 1).finally(() => done.push('issue')),
    ]
    for (let n = 0; n < 5; n++) t.same(await readAll(world, agent), [200, 200, 200, 200])
    t.same(done, [], 'neither was written')
    await other.free()
    t.match(await Promise.all(waiting), [{ status: 200 }, { status: 201 }])
  })

  await t.test('for long: 503 within a bound, and who it is', async t => {
    const other = await lockElsewhere(file)
    const began = performance.now()
    const refused = await Promise.all([signIn(), issue(world, agent, 2), issue(world, agent, 3)])
    t.same(refused, [BUSY, BUSY, BUSY])
    const ms = performance.now() - began
    t.ok(ms > LOCKED_MS_MAX && ms < LOCKED_MS_MAX + 3000, `${ms.toFixed()} ms`)
    t.same(await readAll(world, agent), [200, 200, 200, 200])
    const again = performance.now()
    t.same(await issue(world, agent, 4), BUSY, 'whoever comes later waits no more')
    t.ok(performance.now() - again < LOCKED_MS_MAX)
    if (process.platform === 'linux') {
      const told = `"holder":{"pid":${other.pid},"name":`
      await until(() => world.logged().includes(told), 'the holder is told')
    }
    await other.free()
    t.match(await signIn(), { status: 200 })
    t.match(await issue(world, agent, 2), { status: 201 })
    lag.disable()
    const held = lag.max / 1e6
    t.ok(held < LOOP_MS_MAX, `the loop stood still for ${held.toFixed()} ms at most`)
  })
})

const FULL = { status: 503, code: 'DATABASE_UNWRITABLE', retry: '2' }

interface Disk {
  readonly place: string
  /** From now on nothing more can be written, or it can again. */
  full(isFull: boolean, world: World): Promise<void>
}

/** Nothing is written, reading goes on, and it is well again without a restart. */
async function survives(t: Test, disk: Disk): Promise<void> {
  const world = await openWorld(t.testdir(), 2, disk.place)
  t.teardown(() => world.close())
  const agent = await world.signIn('agent')
  const ready = async () => read(await world.call('/readyz'))
  t.match(await ready(), { status: 200 })
  t.match(await issue(world, agent, 1), { status: 201 })

  await disk.full(true, world)
  const refused = new Set<string>()
  for (let n = 2; n < 60 && refused.size === 0; n++) {
    const { status, code, retry } = await issue(world, agent, n)
    if (status !== 201) refused.add(`${status} ${code} ${retry}`)
  }
  t.same([...refused], ['503 DATABASE_UNWRITABLE 2'])
  t.same(await ready(), FULL, 'at once, whenever it was ready last')
  const email = { email: 'nobody@desk.test', password: PASSWORD }
  t.same(await read(await world.post('/v1/auth/sign-in/email', email)), FULL)
  t.same(await readAll(world, agent), [200, 200, 200, 200])

  await disk.full(false, world)
  const began = performance.now()
  while ((await ready()).status !== 200 && performance.now() - began < 10 * PROBE_MS)
    await sleep(20)
  t.match(await ready(), { status: 200 })
  t.match(await issue(world, agent, 99), { status: 201 })
}

/** A small file system of its own; undefined where this user may mount none. */
function smallDisk(t: Test): Disk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'wicketgate-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder])
  t.teardown(() => {
    if (mounted.status === 0) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  if (mounted.status !== 0) return undefined
  const filler = join(folder, 'filler')
  return {
    place: join(folder, 'service.db'),
    async full(isFull, { service: { db } }) {
      if (!isFull) return rmSync(filler)
      // Its log keeps room that was written once.
      await sql`pragma wal_checkpoint(truncate)`.execute(db)
      const file = openSync(filler, 'w')
      try {
        for (;;) writeSync(file, Buffer.alloc(4096, 1))
      } catch {
        closeSync(file)
      }
    },
  }
}

/** A file that may grow no more, by SQLite's own bound. */
function boundFile(t: Test): Disk {
  const pages = (n: number, world: World) =>
    sql`pragma max_page_count = ${sql.lit(n)}`.execute(world.service.db)
  return {
    place: join(t.testdir(), 'bound.db'),
    async full(isFull, world) {
      await pages(isFull ? 1 : 1_000_000, world)
    },
  }
}

t.test('SQLite on a full disk', async t => {
  const disk = smallDisk(t)
  if (disk === undefined) t.comment('no file system can be mounted here: the file is bound instead')
  await survives(t, disk ?? boundFile(t))
})

/** A server that was told to take no writes, as a full standby or an operator leaves it. */
async function readOnly(postgres: Postgres): Promise<Disk> {
  const place = await postgres.createDatabase()
  return {
    place,
    async full(isFull, { service: { db } }) {
      await db.connection().execute(async one => {
        await sql`set default_transaction_read_only = off`.execute(one)
        await sql`alter system set default_transaction_read_only = ${sql.lit(isFull ? 'on' : 'off')}`.execute(
          one,
        )
        await sql`select pg_reload_conf()`.execute(one)
        await sql`reset default_transaction_read_only`.execute(one)
      })
    },
  }
}

const postgres = await startPostgres()
if (typeof postgres === 'string') t.test('PostgreSQL', { skip: postgres }, async () => {})
else {
  t.teardown(() => postgres.stop())
  t.test('PostgreSQL that takes no writes', async t => survives(t, await readOnly(postgres)))
}
