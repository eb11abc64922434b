/**
 * The pages' own samples, as somebody would follow them by hand: the service of server/operation.md, a
 * gate of gate/operation.md, simulated devices, and a certificate that is applied for with the curl
 * commands of server/applying.md, whose code is admitted.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { ROOT, startChild } from '../../fixtures/child.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { type StaffAccount, signIn } from '../../fixtures/staff.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createBody } from '../../hardware/sim/lane.ts'

const run = promisify(execFile)

interface GateSample {
  readonly service: { readonly url: string }
  readonly lanes: readonly [{ readonly scanner: { readonly baudRate: number } }]
}

/** The code blocks under a heading, each as it stands. */
function blocksUnder(page: string, heading: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const [, after = ''] = text.split(`\n${heading}\n`)
  const section = after.split(/^#{2,3} /m, 1)[0] ?? ''
  return [...section.matchAll(/```(?:json)?\n(.*?)```/gs)].map(([, block]) => block as string)
}

const npmScripts = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
).scripts
/** Without the second that npm itself takes each time. */
const withoutNpm = (commands: string) =>
  commands
    .replaceAll('npx node', process.execPath)
    .replaceAll(/npm run (?:--silent )?(\w+) --/g, (_, name: string) =>
      `${npmScripts[name]}`.replace(/^node/, process.execPath),
    )

async function freePort(): Promise<string> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return String(port)
}

const site = join(tempDir(), 'site')
const [serverCommands = ''] = blocksUnder('server/operation.md', '## Try it')
const [phoneCommands = ''] = blocksUnder('server/applying.md', '## With curl')
const [gateJson = '', gateCommands = ''] = blocksUnder('gate/operation.md', '## Try it')
const port = await freePort()
/** The pages' port may be taken here, and its folder is not ours. */
const here = (text: string) => text.replaceAll('8080', port).replaceAll('site/', `${site}/`)

/** Everything up to the line that stays in the foreground, in one shell. */
function runServerCommands(): { readonly secret: string; readonly printed: string } {
  const lines = here(serverCommands).trim().split('\n')
  t.equal(lines.pop(), `npm run server -- --config ${site}/service.json`)
  const script = withoutNpm(lines.join('\n'))
  const shell = `set -e\n${script}\nprintf '%s' "$WICKETGATE_SECRET" >&2`
  const { status, stdout, stderr } = spawnSync('sh', ['-c', shell], { cwd: ROOT, encoding: 'utf8' })
  t.equal(status, 0, stderr)
  return { secret: stderr, printed: stdout.trim().split('\n').at(-1) ?? '' }
}

/** What the phone's commands print, and the line that makes one more code. */
async function runPhoneCommands(secret: string) {
  const commands = withoutNpm(here(phoneCommands))
  const env = { ...process.env, WICKETGATE_SECRET: secret }
  const options = { cwd: ROOT, env, maxBuffer: 2 ** 20 }
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commands], options)
  const present = commands.split('\n').find(line => line.includes(' present ')) ?? 'false'
  const another = async () => {
    await run('bash', ['-euc', present], options)
    return readFileSync(`${site}/code.txt`, 'utf8').trim()
  }
  return { stdout, another }
}

const skip = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not here'

t.test(
  'followed by hand, the pages’ samples give an admitted pass',
  { timeout: 170_000, skip },
  async t => {
    mkdirSync(site)
    const { secret, printed } = runServerCommands()
    const env = { WICKETGATE_SECRET: secret }
    const service = startChild('server/main.ts', ['--config', `${site}/service.json`], { env })
    t.teardown(() => service.stop())
    const { listening } = await service.line('listening', line => 'listening' in line)
    const url = String(listening)

    const sample = JSON.parse(here(gateJson)) as GateSample
    t.equal(sample.service.url, url, 'the gate asks where the service listens')
    const lane = await createSimLane('A', 'entry', sample.lanes[0].scanner.baudRate)
    t.teardown(() => lane.close())
    const devices = here(gateJson)
      .replace('/dev/ttyACM0', lane.boardWire.path)
      .replace('/dev/ttyUSB0', lane.scannerWire.path)
    writeFileSync(`${site}/gate.json`, devices)

    t.match(gateCommands, 'npm run seed -- --config site/service.json')
    const seed = startChild('scripts/seed.ts', ['--config', `${site}/service.json`], { env })
    const { gates } = (await seed.line('seeded', line => 'gates' in line)) as unknown as {
      gates: { gate: string; code: string }[]
    }
    const code = gates.find(one => one.gate === 'north-1')?.code ?? ''
    t.match(gateCommands, 'npm run gate -- --config site/gate.json --enrol CODE')
    const gate = startChild('gate/main.ts', ['--config', `${site}/gate.json`, '--enrol', code])
    t.teardown(() => gate.stop())
    await gate.line('in service', line => line.state === 'Locked')
    await gate.line('fresh trust', line => line.stage === 'FRESH')
    t.notOk(gate.lines.some(line => line.code === 'ENVIRONMENT_MISMATCH'))

    const { added, password } = JSON.parse(printed) as { added: string; password: string }
    t.ok(await signIn(url, { email: added, password } satisfies StaffAccount))
    const phone = await runPhoneCommands(secret)
    t.match(JSON.parse(phone.stdout), { code: 'ADMIT', purpose: 'entry' })
    lane.scanner.sendText(await phone.another())
    t.ok(await gate.line('admitted', line => line.event === 'sign' && line.code === 'ADMIT'))
    await lane.turnstile.enter([createBody({ direction: 'entry', speed: 2.8 })])
    t.ok(await gate.line('the passage', line => line.event === 'passage'))
    t.ok(await fireOpens(lane))
    await gate.stop()
  },
)
