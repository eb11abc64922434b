/**
 * The READMEs' own samples, as somebody would follow them by hand: the service of server/README.md,
 * a gate of this folder's README, simulated devices, and a pass that is admitted.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { ROOT, startChild } from '../fixtures/child.ts'
import { fireOpens } from '../fixtures/fire-opens.ts'
import { claimOnPhone } from '../fixtures/phone.ts'
import { createSimLane } from '../fixtures/sim-lane.ts'
import { type StaffAccount, signIn } from '../fixtures/staff.ts'
import { tempDir } from '../fixtures/temp-dir.ts'
import { TRAVELLERS } from '../fixtures/world.ts'
import { createBody } from '../hardware/sim/lane.ts'

interface GateSample {
  readonly service: { readonly url: string }
  readonly lanes: readonly [{ readonly scanner: { readonly baudRate: number } }]
}

/** The code blocks under "Try it", each as it stands. */
function tryIt(readme: string): string[] {
  const text = readFileSync(join(ROOT, readme), 'utf8')
  const section = text.slice(text.indexOf('\n## Try it')).split('\n## ')[1] ?? ''
  return [...section.matchAll(/```(?:json)?\n(.*?)```/gs)].map(([, block]) => block as string)
}

async function freePort(): Promise<string> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return String(port)
}

const site = join(tempDir(), 'site')
const [serverCommands = ''] = tryIt('server/README.md')
const [gateJson = '', gateCommands = ''] = tryIt('gate/README.md')
const port = await freePort()
/** The README's port may be taken here, and its folder is not ours. */
const here = (text: string) => text.replaceAll('8080', port).replaceAll('site/', `${site}/`)

/** Everything up to the line that stays in the foreground, in one shell. */
function runServerCommands(): { readonly secret: string; readonly printed: string } {
  const lines = here(serverCommands).trim().split('\n')
  t.equal(lines.pop(), `npm run server -- --config ${site}/service.json`)
  const script = lines
    .join('\n')
    .replaceAll('npx node', process.execPath)
    .replaceAll('npm run server --', `${process.execPath} server/main.ts`)
  const shell = `set -e\n${script}\nprintf '%s' "$WICKETGATE_SECRET" >&2`
  const { status, stdout, stderr } = spawnSync('sh', ['-c', shell], { cwd: ROOT, encoding: 'utf8' })
  t.equal(status, 0, stderr)
  return { secret: stderr, printed: stdout.trim().split('\n').at(-1) ?? '' }
}

t.test('followed by hand, the READMEs give an admitted pass', { timeout: 120_000 }, async t => {
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
  const agent = await signIn(url, { email: added, password } satisfies StaffAccount)
  const issued = await agent.post('/v1/desk/certificates', {
    person: { name: 'Traveller', documentType: 'resident-id', documentNumber: TRAVELLERS[0] },
    reason: 'no card at hand',
  })
  const phone = await claimOnPhone(url, (issued.claim as { code: string }).code)
  lane.scanner.sendText(await phone.present(Date.now()))
  t.ok(await gate.line('admitted', line => line.event === 'sign' && line.code === 'ADMIT'))
  await lane.turnstile.enter([createBody({ direction: 'entry', speed: 2.8 })])
  t.ok(await gate.line('the passage', line => line.event === 'passage'))
  t.ok(await fireOpens(lane))
  await gate.stop()
})
