/**
 * The program itself: start, stop, wrong config, accounts, a second process on one SQLite file, and
 * what works beside one that runs.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { WAIT_MS_MAX } from '../hardware/sim/until.ts'
import { nodeVerifier } from '../pass/cose-node.ts'
import { decodeTrust, type SignedManifest, verifyManifest } from '../pass/documents/trust.ts'
import { initTrust } from './ceremony/init.ts'
import { NO_STRETCH } from './ceremony/sealed-file.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const dir = t.testdir({
  'service.json': JSON.stringify({
    listen: { port: 0 },
    trust: { documents: 'trust', keys: 'trust/online', environment: 'test' },
    documents: ['passport'],
  }),
})
const CONFIG = join(dir, 'service.json')
const env = { ...process.env, WICKETGATE_SECRET: randomBytes(32).toString('base64url') }
await initTrust({
  dir: join(dir, 'trust'),
  environment: 'test',
  passphrase: 'a passphrase for tests',
  stretch: NO_STRETCH,
  days: 2,
  now: Date.now(),
})

const add = ['staff', 'add']
const asAgent = ['--role', 'agent', '--generate', '--config', CONFIG]

type Changes = Readonly<Record<string, string | undefined>>

function run(...args: string[]): Program {
  return spawnWith(args, {})
}

type Program = ChildProcess & {
  stdout: NodeJS.ReadableStream
  stderr: NodeJS.ReadableStream
  stdin: NodeJS.WritableStream
}

function spawnWith(args: readonly string[], changes: Changes): Program {
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...env, ...changes },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** Runs to its end. */
async function finish(args: readonly string[], input = '', changes: Changes = {}) {
  const child = spawnWith(args, changes)
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  return { code, stdout, stderr }
}

interface Running {
  readonly url: string
  readonly pid: number | undefined
  readonly startedMs: number
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

async function start(): Promise<Running> {
  const began = performance.now()
  const child = run('--config', CONFIG)
  child.stderr.resume()
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const startedMs = performance.now() - began
  const { listening } = JSON.parse(String(line)) as { listening: string }
  return {
    url: listening,
    pid: child.pid,
    startedMs,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      child.kill(signal)
      const [code] = (await once(child, 'exit')) as [number | null]
      return code
    },
  }
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

t.test('help, and what is wrong is said with exit 2', async t => {
  const help = await finish(['--help'])
  t.equal(help.code, 0)
  t.match(help.stdout, /staff add/)
  const cases: [string[], RegExp][] = [
    [[], /--config is missing/],
    [['--nonsense'], /nonsense/],
    [['--config', CONFIG, '--port', '70000'], /listen\.port.*65535/],
    [['--config', join(dir, 'none.json')], /none\.json/],
    [['dance', '--config', CONFIG], /unknown command/],
    [['audit', '--config', CONFIG], /unknown command/],
    [['restored', 'now', '--config', CONFIG], /unknown command/],
    [['timetable', 'import', '--config', CONFIG], /unknown command/],
    [['staff', 'reset-totp', '--config', CONFIG], /unknown command/],
    [['staff', 'list', 'x', '--config', CONFIG], /unknown command/],
    [['staff', 'remove', 'nobody@b.test', '--config', CONFIG], /no account has this address or id/],
    [['staff', 'reset-totp', 'nobody@b.test', '--config', CONFIG], /no account/],
    [['timetable', 'import', join(dir, 'none.jsonl'), '--config', CONFIG], /none\.jsonl/],
    [
      ['staff', 'add', 'a@b.test', '--role', 'king', '--config', CONFIG],
      /--role must be one of agent/,
    ],
    [['staff', 'add', 'a@b.test', '--role', 'agent', '--config', CONFIG], /12–128/],
  ]
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await finish(args, 'short\n')
    t.equal(code, 2, args.join(' '))
    t.match(stderr, message)
    t.equal(stdout, '')
  }
})

t.test('accounts: password from standard input, or made and printed', async t => {
  const given = await finish(
    ['staff', 'add', 'agent@b.test', '--role', 'agent', '--config', CONFIG],
    'correct horse battery\n',
  )
  t.same(JSON.parse(given.stdout), { added: 'agent@b.test', role: 'agent' })
  const made = await finish([
    'staff',
    'add',
    'agent@b.test',
    '--role',
    'supervisor',
    '--generate',
    '--config',
    CONFIG,
  ])
  t.match(JSON.parse(made.stdout), {
    changed: 'agent@b.test',
    role: 'supervisor',
    password: /.{20}/,
  })
  const reset = await finish(['staff', 'reset-totp', 'agent@b.test', '--config', CONFIG])
  t.same(JSON.parse(reset.stdout), { reset: 'agent@b.test' })

  const staff = (...args: string[]) => finish(['staff', ...args, '--config', CONFIG])
  t.same(JSON.parse((await staff('disable', 'agent@b.test')).stdout), { disabled: 'agent@b.test' })
  t.match((await staff('disable', 'agent@b.test')).stderr, /disabled already/)
  t.match((await staff('reset', 'agent@b.test', '--generate')).stderr, /enable it first/)
  const listed = JSON.parse((await staff('list')).stdout)
  t.match(listed, {
    ...{ email: 'agent@b.test', role: 'supervisor', secondFactor: false, sessions: 0 },
    disabled: /^20\d\d-/,
  })
  t.same(JSON.parse((await staff('enable', listed.id)).stdout), { enabled: 'agent@b.test' })
  t.match(JSON.parse((await staff('reset', listed.id, '--generate')).stdout), {
    ...{ reset: 'agent@b.test', role: 'supervisor', password: /.{20}/ },
  })
  t.same(JSON.parse((await staff('remove', 'AGENT@b.test')).stdout), { removed: 'agent@b.test' })
  t.equal((await staff('list')).stdout, '')
})

/** Accounts: nine rows by the tests before this one and its own; a sign-in; issued and revoked, 24 times. */
const AUDITED = 10 + 48

t.test('one process serves; it is killed and comes back, stops cleanly, and is whole', async t => {
  const made = await finish([...add, 'desk@b.test', ...asAgent])
  const { password } = JSON.parse(made.stdout) as { password: string }
  const first = await start()
  t.teardown(() => first.stop('SIGKILL'))
  t.comment(`ready after ${first.startedMs.toFixed()} ms`)
  const session = await post(`${first.url}/v1/auth/sign-in/email`, {
    email: 'desk@b.test',
    password,
  })
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] as string

  const work = Array.from({ length: 24 }, async (_, n) => {
    const { url } = first
    const person = { name: 'AB CD', documentType: 'passport', documentNumber: `E${5000 + n}` }
    const issued = await post(`${url}/v1/desk/certificates`, { person, reason: 'x' }, { cookie })
    const { certificate } = (await issued.json()) as { certificate: { id: string } }
    const path = `${url}/v1/desk/certificates/${certificate.id}/revoke`
    const revoked = await post(path, { reason: 'x' }, { cookie })
    return ((await revoked.json()) as { manifestVersion: number | null }).manifestVersion
  })
  const trustBytes = await (await fetch(`${first.url}/v1/trust/document/1`)).arrayBuffer()
  const trust = decodeTrust(new Uint8Array(trustBytes))
  const following = follow(first.url, trust)
  const versions = await Promise.all(work)
  t.ok(
    versions.every(version => version !== null),
    'each revocation was published in time',
  )
  t.same(await following.end(), [], 'nothing was ever served out of order')
  await sealed(AUDITED)

  t.equal(await first.stop('SIGKILL'), null)
  const again = await start()
  t.teardown(() => again.stop('SIGKILL'))
  t.equal((await fetch(`${again.url}/readyz`)).status, 200, 'the lock ended with its process')
  const listening = await fetch(`${again.url}/v1/trust/events`)
  const began = performance.now()
  t.equal(await again.stop(), 0)
  t.ok(performance.now() - began < 4000, 'neither idle nor listening connections hold it up')
  await listening.text()

  const verified = await finish(['audit', 'verify', '--config', CONFIG])
  t.equal(verified.code, 0)
  const { rows, head } = JSON.parse(verified.stdout) as { rows: number; head: string }
  t.equal(rows, AUDITED, 'each was sealed before the stop')
  const exported = await finish(['audit', 'export', '--config', CONFIG])
  for (const action of ['add', 'change', 'disable', 'enable', 'reset', 'remove', 'totp-reset']) {
    t.ok(exported.stdout.includes(`"staff.${action}"`), `staff.${action} is in the audit`)
  }
  t.equal(exported.stdout.trim().split('\n').length, rows)
  const reports = await finish(['retention', 'verify', '--config', CONFIG])
  t.same(JSON.parse(reports.stdout), { ok: true, reports: 0 })
  const restored = await finish(['restored', '--config', CONFIG])
  t.match(JSON.parse(restored.stdout), { restored: { manifestVersion: Number } })
  const noted = await finish(['audit', 'verify', '--config', CONFIG, '--head', head])
  t.match(JSON.parse(noted.stdout), { ok: true, rows, waiting: 1 })
  const other = await finish(['audit', 'verify', '--config', CONFIG, '--head', 'f'.repeat(64)])
  t.equal(other.code, 1)
  t.equal((await finish(['audit', 'verify', '--config', CONFIG, '--head', 'x'])).code, 2)
})

/** Each row is in the chain a second after it was written: a kill must not come before. */
async function sealed(rows: number): Promise<void> {
  for (const endMs = performance.now() + WAIT_MS_MAX; ; ) {
    const { stdout } = await finish(['audit', 'verify', '--config', CONFIG])
    if ((JSON.parse(stdout) as { rows: number }).rows === rows) return
    if (performance.now() > endMs) throw new Error(`never ${rows} rows: ${stdout}`)
  }
}

/** It does not wait for the other to go (`OPEN_LOCKED_MS_MAX`). */
const LOCK_MS = 4000

t.test('a second one on its SQLite file ends with 1; what works beside it goes on', async t => {
  const first = await start()
  t.teardown(() => first.stop('SIGKILL'))
  let second = { code: -1, stdout: '', stderr: '' }
  let ms = Number.POSITIVE_INFINITY
  // The best of a few: a machine that others share may be late.
  for (let n = 0; n < 3 && ms > LOCK_MS; n++) {
    const began = performance.now()
    second = await finish(['--config', CONFIG])
    ms = performance.now() - began
  }
  t.equal(second.code, 1)
  t.ok(ms < LOCK_MS, `${ms.toFixed()} ms`)
  const file = join(dir, 'service.db')
  t.match(second.stderr, `${file} is in use by the process ${first.pid}, which serves from it`)
  t.match(second.stderr, /Stop that one first, .*or use PostgreSQL/)

  const restored = await finish(['restored', '--config', CONFIG])
  t.equal(restored.code, 1, 'which is for a service that is stopped')
  t.match(restored.stderr, `in use by the process ${first.pid}`)

  const timetable = join(dir, 'timetable.jsonl')
  writeFileSync(timetable, '\ufeff{"station":"north","title":"Northgate"}\n')
  const beside = [
    [...add, 'beside@b.test', ...asAgent],
    ['staff', 'reset-totp', 'beside@b.test', '--config', CONFIG],
    ['timetable', 'import', timetable, '--config', CONFIG],
    ['audit', 'verify', '--config', CONFIG],
    ['audit', 'export', '--config', CONFIG],
    ['retention', 'verify', '--config', CONFIG],
  ]
  for (const args of beside) {
    const { code, stderr } = await finish(args)
    t.equal(code, 0, `${args.slice(0, 2).join(' ')} ${stderr}`)
  }
  t.equal((await fetch(`${first.url}/readyz`)).status, 200)
  t.equal(await first.stop(), 0)
  t.notOk(existsSync(`${file}.pid`))
})

t.test('a stop that comes while it starts is one', async t => {
  const child = run('--config', CONFIG)
  child.stderr.resume()
  child.stdout.resume()
  for (const endMs = performance.now() + WAIT_MS_MAX; !existsSync(join(dir, 'service.db.pid')); ) {
    if (performance.now() > endMs) throw new Error('never started')
    await new Promise(resolve => setImmediate(resolve))
  }
  child.kill('SIGTERM')
  t.same(await once(child, 'exit'), [0, null])
})

t.test('what the config names is told with its key and file, and nothing hangs', async t => {
  const config = JSON.parse(readFileSync(CONFIG, 'utf8')) as { trust: object }
  const other = join(dir, 'other.json')
  // Of another database than those that follow.
  rmSync(join(dir, 'trust/online/published.mark'))
  const rows: [string | Buffer | object, RegExp][] = [
    [
      { database: { file: '/proc/nope/x.db' } },
      /database\.file: \/proc\/nope\/x\.db .*ENOENT.*; name/,
    ],
    [
      { trust: { ...config.trust, documents: 'no' } },
      /trust\.documents: .*no cannot be read: ENOENT/,
    ],
    [{ trust: { ...config.trust, keys: 'no' } }, /trust\.keys: .*no cannot be read: ENOENT/],
    [{ secretFile: '/dev/zero' }, /secretFile.*: \/dev\/zero: cannot be used: it is not a file/],
    ['{', /other\.json: not JSON: line 1, column 2: /],
    [Buffer.from(JSON.stringify(config), 'utf16le'), /other\.json: it is UTF-16: save it as UTF-8/],
  ]
  for (const [change, expected] of rows) {
    const plain = typeof change === 'string' || Buffer.isBuffer(change)
    const database = { file: `other-${rows.length}.db` }
    const text = plain ? change : `\ufeff${JSON.stringify({ ...config, database, ...change })}`
    writeFileSync(other, text)
    const own = !plain && 'secretFile' in change ? { WICKETGATE_SECRET: undefined } : {}
    const { code, stderr } = await finish(['--config', other], '', own)
    t.equal(code, 2)
    t.match(stderr, expected)
  }
})

t.test('trust of another environment is told at the start', async t => {
  const config = JSON.parse(readFileSync(CONFIG, 'utf8')) as { trust: object }
  const other = join(dir, 'production.json')
  const { trust } = config
  const changed = {
    ...config,
    database: { file: ':memory:' },
    trust: { ...trust, environment: 'production' },
  }
  writeFileSync(other, JSON.stringify(changed))
  const child = run('--config', other)
  t.teardown(() => child.kill('SIGKILL'))
  child.stdout.resume()
  let told = ''
  for await (const chunk of child.stderr) {
    told += String(chunk)
    if (told.includes('ENVIRONMENT_MISMATCH')) break
  }
  t.match(
    told,
    /this service is \\"production\\", the issuer keys in trust\.documents are of \\"test\\"/,
  )
})

/** Polls the service and judges what it serves as a gate would; gives the faults. */
function follow(url: string, trust: ReturnType<typeof decodeTrust>) {
  let on = true
  const faults: string[] = []
  async function poll(): Promise<void> {
    let current: SignedManifest | undefined
    while (on) {
      const bytes = new Uint8Array(await (await fetch(`${url}/v1/trust/manifest`)).arrayBuffer())
      const result = verifyManifest(trust, bytes, nodeVerifier, { nowMs: Date.now(), current })
      if (result.ok) current = result
      else faults.push(result.code)
    }
  }
  const polling = poll()
  return {
    async end() {
      on = false
      await polling
      return faults
    },
  }
}
