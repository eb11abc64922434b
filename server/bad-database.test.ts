/** The service over a database that is in somebody else's hands, or on a disk that takes nothing. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { LOCKED_MS_MAX } from './limits.ts'
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
