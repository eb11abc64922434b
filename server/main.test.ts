/** The program itself: start, stop, wrong config, accounts, two processes on one database. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { nodeVerifier } from '../pass/cose-node.ts'
import { decodeTrust, type SignedManifest, verifyManifest } from '../pass/trust.ts'
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

function run(...args: string[]): ChildProcess & {
  stdout: NodeJS.ReadableStream
  stderr: NodeJS.ReadableStream
  stdin: NodeJS.WritableStream
} {
  return spawn(process.execPath, [MAIN, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** Runs to its end. */
async function finish(args: string[], input = '') {
  const child = run(...args)
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
})

t.test('two processes on one database; both stop cleanly; one killed comes back', async t => {
  const made = await finish([
    'staff',
    'add',
    'desk@b.test',
    '--role',
    'agent',
    '--generate',
    '--config',
    CONFIG,
  ])
  const { password } = JSON.parse(made.stdout) as { password: string }
  const replicas = await Promise.all([start(), start()])
  t.teardown(() => Promise.all(replicas.map(one => one.stop('SIGKILL'))))
  t.comment(`ready after ${replicas.map(one => one.startedMs.toFixed()).join(' and ')} ms`)
  const [first, second] = replicas as [Running, Running]
  const session = await post(`${first.url}/v1/auth/sign-in/email`, {
    email: 'desk@b.test',
    password,
  })
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] as string

  const work = Array.from({ length: 24 }, async (_, n) => {
    const { url } = n % 2 === 0 ? first : second
    const person = { name: 'AB CD', documentType: 'passport', documentNumber: `E${5000 + n}` }
    const issued = await post(`${url}/v1/desk/certificates`, { person, reason: 'x' }, { cookie })
    const { certificate } = (await issued.json()) as { certificate: { id: string } }
    const path = `${url}/v1/desk/certificates/${certificate.id}/revoke`
    const revoked = await post(path, { reason: 'x' }, { cookie })
    return ((await revoked.json()) as { manifestVersion: number | null }).manifestVersion
  })
  const trustBytes = await (await fetch(`${first.url}/v1/trust/document/1`)).arrayBuffer()
  const trust = decodeTrust(new Uint8Array(trustBytes))
  const following = follow(
    replicas.map(one => one.url),
    trust,
  )
  const versions = await Promise.all(work)
  t.ok(
    versions.every(version => version !== null),
    'each revocation was published in time',
  )
  t.same(await following.end(), [], 'no replica ever served anything out of order')

  t.equal(await second.stop('SIGKILL'), null)
  const again = await start()
  t.teardown(() => again.stop('SIGKILL'))
  t.equal((await fetch(`${again.url}/readyz`)).status, 200)
  const listening = await fetch(`${again.url}/v1/trust/events`)
  const began = performance.now()
  t.equal(await again.stop(), 0)
  t.ok(performance.now() - began < 4000, 'neither idle nor listening connections hold it up')
  await listening.text()
  t.equal(await first.stop(), 0)

  const verified = await finish(['audit', 'verify', '--config', CONFIG])
  t.equal(verified.code, 0)
  const { rows, head } = JSON.parse(verified.stdout) as { rows: number; head: string }
  t.equal(rows, 49, 'a reset; issued and revoked, each sealed before the stop')
  const exported = await finish(['audit', 'export', '--config', CONFIG])
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

/** Polls each replica and judges what it serves as a gate would; gives the faults. */
function follow(urls: readonly string[], trust: ReturnType<typeof decodeTrust>) {
  let on = true
  const faults: string[] = []
  const loops = urls.map(async url => {
    let current: SignedManifest | undefined
    while (on) {
      const bytes = new Uint8Array(await (await fetch(`${url}/v1/trust/manifest`)).arrayBuffer())
      const result = verifyManifest(trust, bytes, nodeVerifier, { nowMs: Date.now(), current })
      if (result.ok) current = result
      else faults.push(result.code)
    }
  })
  return {
    async end() {
      on = false
      await Promise.all(loops)
      return faults
    },
  }
}
