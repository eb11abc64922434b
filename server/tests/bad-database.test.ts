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
import { tempDir } from '../../fixtures/temp-dir.ts'
import { until } from '../../hardware/sim/until.ts'
import { openService } from '../assembly/start.ts'
import { initTrust } from '../ceremony/init.ts'
import { NO_STRETCH } from '../ceremony/sealed-file.ts'
import { configSchema } from '../config.ts'
import { createLog } from '../ops/log.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { CONNECT_MS_MAX, LOCKED_MS_MAX, PAUSE_MS_MAX, PROBE_MS } from '../store/engine/limits.ts'
import { virtualFaces } from '../testing/faces.ts'
import { createHangingProxy } from '../testing/hanging-proxy.ts'
import { type Postgres, startPostgres } from '../testing/postgres.ts'
import { openWorld, PASSWORD, reopenWorld, SECRET, type World } from '../testing/world.ts'

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
  const world = await openWorld(tempDir())
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
      await until('the holder is told', () => world.logged().includes(told))
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
  const world = await openWorld(tempDir(), 2, disk.place)
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
function boundFile(): Disk {
  const pages = (n: number, world: World) =>
    sql`pragma max_page_count = ${sql.lit(n)}`.execute(world.service.db)
  return {
    place: join(tempDir(), 'bound.db'),
    async full(isFull, world) {
      await pages(isFull ? 1 : 1_000_000, world)
    },
  }
}

t.test('SQLite on a full disk', async t => {
  const disk = smallDisk(t)
  if (disk === undefined) t.comment('no file system can be mounted here: the file is bound instead')
  await survives(t, disk ?? boundFile())
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

/** As long as an answer is awaited here: shorter than in service, so that the test is. */
const ANSWER_MS = 1500

/** Through a proxy that can hang; the world's own requests too. */
async function throughProxy(t: Test, postgres: Postgres) {
  const direct = await postgres.createDatabase()
  const proxy = await createHangingProxy(direct)
  const world = await openWorld(tempDir(), 2, `${proxy.url}?query_timeout=${ANSWER_MS}`)
  const db = await openDatabase(direct)
  t.teardown(async () => {
    await world.close()
    await db.destroy()
    await proxy.close()
  })
  return { world, proxy, db, agent: await world.signIn('agent') }
}

/** Many at once, so that each connection of the pool is in use. */
const issueMany = (world: World, agent: Record<string, string>, from: number) =>
  Promise.all(Array.from({ length: 16 }, (_, i) => issue(world, agent, from + i)))

async function hangs(t: Test, postgres: Postgres, old: 'kept' | 'forgotten'): Promise<void> {
  const { world, proxy, db, agent } = await throughProxy(t, postgres)
  t.match(
    (await issueMany(world, agent, 0)).map(one => one.status),
    Array(16).fill(201),
  )

  const asked = issueMany(world, agent, 100)
  const began = performance.now()
  proxy.hang()
  const polls = async () => {
    const answer = await world.call('/v1/trust/manifest')
    return answer.status
  }
  t.equal(await polls(), 200)
  const ready = await read(await world.call('/readyz'))
  t.match(ready, { status: 503, code: 'UNAVAILABLE', retry: '2' })
  const answers = await asked
  const ms = performance.now() - began
  t.ok(ms < CONNECT_MS_MAX + 3 * ANSWER_MS + 3000, `${ms.toFixed()} ms`)
  for (const { status, code } of answers) {
    t.ok(status === 201 || code === 'UNAVAILABLE', `${status} ${code}`)
  }
  t.ok(answers.some(({ status }) => status === 503))
  t.equal(await polls(), 200)

  proxy.resume(old)
  const denied = Array.from({ length: 12 }, (_, i) => `kid ${i}`)
  const acknowledged: string[] = []
  for (let tries = 0; tries < 400 && acknowledged.length < denied.length; tries++) {
    const kid = denied[acknowledged.length] as string
    const row = world.service.db.insertInto('revoked_kids').values({ kid, revoked_at: 0 })
    await row.execute().then(
      () => acknowledged.push(kid),
      () => sleep(20),
    )
  }
  t.same(acknowledged, denied, 'it recovers by itself')
  const stored = await db.selectFrom('revoked_kids').select('kid').orderBy('revoked_at').execute()
  t.same(stored.map(row => row.kid).sort(), [...denied].sort(), 'and what was answered is there')
  t.match(
    (await issueMany(world, agent, 200)).map(one => one.status),
    Array(16).fill(201),
  )
  // Ready as soon as a manifest was made again, which the lease's holder does by itself.
  let status = 0
  for (let tries = 0; tries < 400 && status !== 200; tries++) {
    if (status !== 0) await sleep(20)
    status = (await world.call('/readyz')).status
  }
  t.equal(status, 200, 'ready again by itself')
}

async function skewed(t: Test, postgres: Postgres): Promise<void> {
  const place = await postgres.createDatabase()
  const dir = tempDir()
  const right = await openWorld(dir, 2, place)
  const late = { time: right.clock.time - 60_000, now: () => late.time }
  const behind = await reopenWorld(dir, late, place)
  t.teardown(() => Promise.all([right.close(), behind.close()]))
  const versions = async () => {
    const { db } = right.service
    return (await db.selectFrom('published_manifests').select('version').execute()).length
  }
  const agent = await behind.signIn('agent')
  for (let n = 1; n <= 3; n++) {
    const issued = await behind.post(
      '/v1/desk/certificates',
      {
        person: { name: 'AB CD', documentType: 'passport', documentNumber: `E9000${n}` },
        reason: 'x',
      },
      agent,
    )
    const { certificate } = (await issued.json()) as { certificate: { id: string } }
    const path = `/v1/desk/certificates/${certificate.id}/revoke`
    const revoked = await behind.post(path, { reason: 'x' }, agent)
    t.match(await revoked.json(), { manifestVersion: Number })
  }
  const before = await versions()
  const seen = new Set<number | undefined>()
  for (let i = 0; i < 40; i++) {
    for (const world of [right, behind]) seen.add(world.service.publisher.latest()?.version)
    await sleep(50)
  }
  const more = (await versions()) - before
  t.ok(more <= 2, `${more} manifests more, though nothing changed`)
  const last = [right, behind].map(world => world.service.publisher.latest()?.version)
  t.equal(last[0], last[1])
}

/** A replica as a process of its own; gives its address. */
async function startReplica(t: Test, dir: string, place: string) {
  const secret = Buffer.from(SECRET).toString('base64url')
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../main.ts'), '--config', join(dir, 'service.json')],
    {
      env: { ...process.env, WICKETGATE_SECRET: secret, WICKETGATE_DATABASE: place },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  t.teardown(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { listening } = JSON.parse(String(line)) as { listening: string }
  const manifest = async () => {
    // A connection of its own: none may be kept to a process that stands still.
    const answer = await fetch(`${listening}/v1/trust/manifest`, {
      headers: { connection: 'close' },
    })
    await answer.arrayBuffer()
    return answer.headers.get('etag') ?? `${answer.status}`
  }
  return { child, manifest }
}

/** A folder with a config and trust that holds today. */
async function makeToday(t: Test): Promise<string> {
  const dir = t.testdir({
    'service.json': JSON.stringify({
      listen: { port: 0 },
      trust: { documents: 'trust', keys: 'trust/online', environment: 'test' },
    }),
  })
  await initTrust({
    dir: join(dir, 'trust'),
    environment: 'test',
    passphrase: 'a passphrase for tests',
    stretch: NO_STRETCH,
    days: 2,
    now: Date.now(),
  })
  return dir
}

/** A clock that is a minute off signs no time for gates. */
async function tellsNoTime(t: Test, postgres: Postgres): Promise<void> {
  const dir = await makeToday(t)
  const url = await postgres.createDatabase()
  const keys = join(dir, 'trust/online')
  const config = configSchema.parse({
    database: { url },
    trust: { documents: join(dir, 'trust'), keys, environment: 'test' },
  })
  const statuses = []
  for (const offMs of [0, -60_000, 60_000]) {
    const clock = { now: () => Date.now() + offMs }
    const log = createLog('silent')
    const common = { config, secret: SECRET, log, clock, faces: virtualFaces() }
    const opened = await openService({ ...common, isClockChecked: true })
    const body = JSON.stringify({ nonce: 'A'.repeat(22) })
    const headers = { 'content-type': 'application/json' }
    const time = await opened.app.request('/v1/gates/time', { method: 'POST', headers, body })
    const ready = await read(await opened.app.request('/readyz'))
    statuses.push([time.status, ready.status, ready.code])
    await opened.close()
  }
  const wrong = [503, 503, 'CLOCK_WRONG']
  t.same(statuses, [[200, 200, undefined], wrong, wrong])
}

/** One that was stopped while others went on wakes with an old manifest in its memory. */
async function stands(t: Test, postgres: Postgres): Promise<void> {
  const dir = await makeToday(t)
  const place = await postgres.createDatabase()
  const first = await startReplica(t, dir, place)
  const second = await startReplica(t, dir, place)
  const db = await openDatabase(place)
  t.teardown(() => db.destroy())
  const before = await first.manifest()
  for (let i = 0; i < 100 && (await second.manifest()) !== before; i++) await sleep(20)
  t.equal(await second.manifest(), before)

  second.child.kill('SIGSTOP')
  const stopped = performance.now()
  await db
    .insertInto('revoked_kids')
    .values({ kid: 'ab'.repeat(4), revoked_at: 0 })
    .execute()
  let now = before
  for (let i = 0; i < 500 && now === before; i++) {
    await sleep(20)
    now = await first.manifest()
  }
  t.not(now, before, 'the other goes on')
  await sleep(Math.max(0, PAUSE_MS_MAX + 300 - (performance.now() - stopped)))
  const polls = Array.from({ length: 8 }, () => second.manifest())
  // They wait in its socket when it wakes.
  await sleep(100)
  second.child.kill('SIGCONT')
  t.same(await Promise.all(polls), Array(8).fill(now), 'none is answered from before')
}

const postgres = await startPostgres()
if (typeof postgres === 'string') t.test('PostgreSQL', { skip: postgres }, async () => {})
else {
  t.teardown(() => postgres.stop())
  t.test('PostgreSQL that takes no writes', async t => survives(t, await readOnly(postgres)))
  for (const old of ['kept', 'forgotten'] as const) {
    t.test(`a network that hangs, then comes back; old connections are ${old}`, t =>
      hangs(t, postgres, old),
    )
  }
  t.test('a replica that was stopped for a while', t => stands(t, postgres))
  t.test('a replica whose clock is a minute off tells no time', t => tellsNoTime(t, postgres))
  t.test('a replica whose clock is a minute behind', t => skewed(t, postgres))
}
