import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SerialPort } from 'serialport'
import t from 'tap'
import { type Child, startChild } from '../fixtures/child.ts'
import { createSimLane, type SimLane } from '../fixtures/sim-lane.ts'
import { tempDir } from '../fixtures/temp-dir.ts'
import { initTrust } from '../server/ceremony/init.ts'
import { NO_STRETCH } from '../server/ceremony/sealed-file.ts'

const dir = tempDir()
const { trustFile } = await initTrust({
  dir: join(dir, 'trust'),
  environment: 'test',
  passphrase: 'only for this test',
  stretch: NO_STRETCH,
  days: 1,
  now: Date.now(),
})
let count = 0

/** A gate of one lane on these two ports, without a service. */
function gateOn(
  board: string,
  scanner: string,
  lane: Record<string, unknown> = {},
  env: Record<string, string | undefined> = {},
): Child {
  count += 1
  const file = join(dir, `gate-${count}.json`)
  const config = {
    gate: 'north-1',
    station: 'north',
    data: join(dir, `data-${count}`),
    service: { url: 'http://127.0.0.1:1' },
    trust: { factory: trustFile, environment: 'test' },
    lanes: [
      {
        name: 'A',
        direction: 'entry',
        board: { port: board },
        scanner: { port: scanner },
        ...lane,
      },
    ],
  }
  writeFileSync(file, JSON.stringify(config))
  return startChild('gate/main.ts', ['--config', file], { env })
}

const inState = (child: Child, state: string) =>
  child.line(`state ${state}`, line => line.lane === 'A' && line.state === state)

/** The next line that comes, from now on. */
function coming(child: Child, what: string, fits: (line: Record<string, unknown>) => boolean) {
  const seen = new Set(child.lines)
  return child.line(what, line => !seen.has(line) && fits(line))
}

t.test('wrong arguments and configs: the key and its range, exit code 2', async t => {
  const wrong = gateOn('b', 's', { timing: { waitMs: 5 }, colour: 'red' })
  t.equal(await wrong.exited, 2)
  t.match(wrong.errors(), /\.json:\nline 1: lanes\.A\.timing\.waitMs: too small, at least 1000/)
  t.match(wrong.errors(), /line 1: lanes\.A\.colour: unknown key/)

  const pins = gateOn('b', 's', { board: { port: 'b', pins: { entry: 2, exit: 2 } } })
  t.equal(await pins.exited, 2)
  t.match(pins.errors(), /pin 2 is both entry and exit/)

  const none = startChild('gate/main.ts', [])
  t.equal(await none.exited, 2)
  t.match(none.errors(), /--config FILE is missing/)

  const unknown = startChild('gate/main.ts', ['--colour'])
  t.equal(await unknown.exited, 2)

  const missing = startChild('gate/main.ts', ['--config', join(dir, 'nothing.json')])
  t.equal(await missing.exited, 2)
  t.match(missing.errors(), /nothing\.json: cannot be read/)
})

t.test('--help and --schema', async t => {
  const help = startChild('gate/main.ts', ['--help'])
  t.equal(await help.exited, 0)
  t.match(help.errors(), /--config FILE/)
  const schema = startChild('gate/main.ts', ['--schema'])
  t.equal(await schema.exited, 0)
  t.match(schema.errors(), /"unevaluatedProperties"|"additionalProperties"/)
})

t.test('a missing port is told with its remedy; the gate goes on and stops cleanly', async t => {
  const env = { NODE_COMPILE_CACHE: undefined, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }
  const gate = gateOn('/dev/no-such-board', '/dev/no-such-scanner', {}, env)
  const told = await gate.line('the board', line => line.device === 'A.board')
  t.match(told, { state: 'lost', code: 'DEVICE_MISSING', msg: /no-such-board.*check/ })
  await inState(gate, 'OutOfService')
  t.match(gate.errors(), /from \S+\/\.cache\/wicketgate\/\S+ for \S+ \S+\/journal-worker\.ts/)
  t.equal(await gate.stop(), 0)
})

t.test('killed, and the machine gone: the next start says which, and since when', async t => {
  // A gate that was killed has kept its compiled code: its next start, and its threads, need no compiler.
  const env = { NODE_COMPILE_CACHE: join(dir, 'compiled'), NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }
  const first = gateOn('/dev/no-such-board', '/dev/no-such-scanner', {}, env)
  const file = join(dir, `gate-${count}.json`)
  const start = (more = {}) => startChild('gate/main.ts', ['--config', file], { env: more })
  const booted = (gate: Child) => gate.line('the boot', line => line.event === 'boot')
  t.match(await booted(first), { after: 'first' })
  await first.line('ready', line => line.event === 'ready')
  first.signal('SIGKILL')
  await first.exited
  const second = start(env)
  t.match(await booted(second), { after: 'crash', aliveMs: Number, awayMs: Number })
  await second.line('ready', line => line.event === 'ready')
  t.match(second.errors(), /retrieving transpile cache for StrippedTypeScript .*journal-worker\.ts/)
  t.notMatch(second.errors(), /no transpile cache/)
  t.notOk(second.lines.some(line => line.code === 'POWER_RESTORED'))
  second.signal('SIGKILL')
  await second.exited
  const db = new DatabaseSync(join(dir, `data-${count}`, 'journal.db'))
  db.exec("UPDATE life SET machine = 'another-boot'")
  db.close()
  const third = start()
  t.match(await booted(third), { after: 'power' })
  const told = await third.line('the alarm', line => line.code === 'POWER_RESTORED')
  t.match(told, { on: true, detail: /^the machine went off without a stop: last alive 2/ })
  t.equal(await third.stop(), 0)
  const fourth = start()
  t.match(await booted(fourth), { after: 'stop' })
  t.equal(await fourth.stop(), 0)
  t.notOk(fourth.lines.some(line => line.code === 'POWER_RESTORED'))
})

t.test('a port that another program holds is told as busy', async t => {
  const lane = await createSimLane('A', 'entry')
  t.teardown(() => lane.close())
  const other = new SerialPort({ path: lane.boardWire.path, baudRate: 57_600 })
  await new Promise(resolve => other.once('open', resolve))
  const gate = gateOn(lane.boardWire.path, lane.scannerWire.path)
  const told = await gate.line('the board', line => line.device === 'A.board')
  t.match(told, { state: 'lost', code: 'DEVICE_BUSY', msg: new RegExp(lane.boardWire.path) })
  await new Promise(resolve => other.close(resolve))
  await inState(gate, 'Locked')
  t.equal(await gate.stop(), 0)
})

const cables: [string, (lane: SimLane) => SimLane['boardWire'], string][] = [
  ['board', lane => lane.boardWire, 'BOARD_LOST'],
  ['scanner', lane => lane.scannerWire, 'SCANNER_LOST'],
]

t.test('each cable pulled and put back: out of service, and in service again', async t => {
  const lane = await createSimLane('A', 'entry')
  t.teardown(() => lane.close())
  const gate = gateOn(lane.boardWire.path, lane.scannerWire.path)
  await inState(gate, 'Locked')
  for (const [device, wireOf, code] of cables) {
    const out = coming(gate, `${device} lost`, line => line.state === 'OutOfService')
    wireOf(lane).unplug()
    t.match(await out, { code }, `${device} pulled`)
    const back = coming(gate, `${device} back`, line => line.state === 'Locked')
    await wireOf(lane).replug()
    await back
    t.equal(lane.board.level(lane.relayPin), 0, `${device} back, relay at rest`)
  }
  t.equal(await gate.stop(), 0)
})
