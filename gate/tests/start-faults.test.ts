/** What can be wrong at a start: each is told with its key, its file and the remedy, and bounded. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Child, startChild } from '../../fixtures/child.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createLoneGate, type LoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { until, WAIT_MS_MAX } from '../../hardware/sim/until.ts'
import { brokerOf } from '../bus/open.ts'

const factory = await makeTrust(join(tempDir(), 'trust'))

/** How a start ended that can't go well; killed, and null, when it does not end by itself. */
async function ended(child: Child): Promise<{ code: number | null; errors: string }> {
  const timer = setTimeout(() => child.signal('SIGKILL'), WAIT_MS_MAX)
  const code = await child.exited
  clearTimeout(timer)
  return { code, errors: child.errors() }
}

/** A gate that has a lane, has run, and was stopped: there is a good revision. */
async function lived(t: Test, dir: string) {
  const lane = await createSimLane('A', 'entry')
  t.teardown(() => lane.close())
  const lone = createLoneGate(dir, factory, lane)
  const first = await lone.inService()
  await first.line('the first revision', line => line.event === 'config')
  t.equal(await first.stop(), 0)
  return { lane, lone }
}

const alarms = (lone: LoneGate) =>
  readJournal(join(lone.data, 'journal.db')).filter(row => row.body.code === 'CONFIG_FILE_BAD')

t.test(
  'a cut, emptied or deleted config: the last revision runs, and it is told where',
  async t => {
    const { lane, lone } = await lived(t, tempDir())
    const whole = JSON.stringify(lone.config, null, 2)
    const cases: [string, () => void, RegExp][] = [
      [
        'cut',
        () => lone.write(whole.slice(0, -20)),
        /gate\.json: not JSON: line \d+, column \d+: /,
      ],
      [
        'cut before the folder',
        () => lone.write(whole.slice(0, 10)),
        /gate\.json: not JSON: line 2/,
      ],
      ['empty', () => lone.write(''), /gate\.json: not JSON: line 1, column 1: the file is empty/],
      ['deleted', () => rmSync(lone.file), /gate\.json: cannot be read: ENOENT/],
      ['UTF-16', () => lone.write(Buffer.from(whole, 'utf16le')), /gate\.json: it is UTF-16/],
      [
        'a wrong key',
        () => lone.write({ ...lone.config, colour: 1 }),
        /json: line \d+: colour: unknown key/,
      ],
    ]
    for (const [name, spoil, expected] of cases) {
      const before = readJournal(join(lone.data, 'journal.db')).length
      spoil()
      const gate = await lone.inService()
      const told = await gate.line(name, line => line.code === 'CONFIG_FILE_BAD')
      t.match(told, { on: true, detail: expected }, name)
      t.match(told, { detail: /the last good revision runs/ })
      const rows = readJournal(join(lone.data, 'journal.db')).slice(before)
      t.match(rows.find(row => row.kind === 'boot')?.body, { revision: 0 }, name)
      t.equal(await gate.stop(), 0)
    }
    t.equal(alarms(lone).length, cases.length, 'each in the journal')

    const gate = await lone.inService()
    await gate.line('the alarm', line => line.code === 'CONFIG_FILE_BAD')
    lone.write(lone.config)
    gate.signal('SIGHUP')
    t.ok(await gate.line('mended', line => line.code === 'CONFIG_FILE_BAD' && line.on === false))
    lone.write('{')
    gate.signal('SIGHUP')
    await until(
      'cut again',
      () => gate.lines.filter(one => one.code === 'CONFIG_FILE_BAD').length > 2,
    )
    t.ok(await fireOpens(lane))
    await gate.stop()
  },
)

t.test('under a service manager: found in its folder where none can be noted', async t => {
  const { lone } = await lived(t, tempDir())
  rmSync(`${lone.file}.data`)
  lone.write('')
  t.match(await ended(lone.start()), { code: 2, errors: /the file is empty/ })
  const file = lone.file
  const env = { STATE_DIRECTORY: `/nowhere:${lone.data}` }
  const gate = startChild('gate/main.ts', ['--config', file], { env })
  t.match(await gate.line('told', line => line.code === 'CONFIG_FILE_BAD'), { on: true })
  await gate.line('ready', line => line.event === 'ready')
  t.equal(await gate.stop(), 0)
})

t.test('at a first start a bad file is told, and ends it with 2', async t => {
  const lone = createLoneGate(tempDir(), factory)
  const rows: [string | Uint8Array, RegExp][] = [
    ['', /gate\.json: not JSON: line 1, column 1: the file is empty/],
    ['{\n  "gate": "north-1"', /gate\.json: not JSON: line 2, column 20: the file ends here/],
    [Buffer.from('\ufeff{}', 'utf16le'), /gate\.json: it is UTF-16: save it as UTF-8/],
  ]
  for (const [config, expected] of rows) {
    lone.write(config)
    t.match(await ended(lone.start()), { code: 2, errors: expected })
  }
  t.notOk(existsSync(lone.data))
  lone.write(`\ufeff${JSON.stringify(lone.config)}`)
  const gate = lone.start()
  t.ok(await gate.line('ready', line => line.event === 'ready'), 'a byte order mark is no fault')
  t.equal(await gate.stop(), 0)
})

t.test('what the config names: the key, the file, and what to do', async t => {
  const dir = tempDir()
  const lone = createLoneGate(dir, factory)
  writeFileSync(join(dir, 'garbage'), 'garbage')
  mkdirSync(join(dir, 'folder'))
  const { trust } = lone.config as { trust: object }
  const rows: [Record<string, unknown>, RegExp][] = [
    [
      { data: '/proc/nope' },
      /data: \/proc\/nope: ENOENT.*; name a folder that the gate’s user can/,
    ],
    [{ data: '/proc/nope/deeper' }, /data: \/proc\/nope\/deeper: ENOENT/],
    [{ data: 'garbage' }, /data: .*garbage: EEXIST/],
    [
      { trust: { ...trust, factory: 'no' } },
      /trust\.factory: .*no: cannot be read: ENOENT.*; name/,
    ],
    [{ trust: { ...trust, factory: 'folder' } }, /trust\.factory: .*folder: .*it is not a file/],
    [{ trust: { ...trust, factory: '/dev/zero' } }, /trust\.factory: \/dev\/zero: .*not a file/],
    [{ trust: { ...trust, factory: 'garbage' } }, /trust\.factory: .*garbage: .*MALFORMED.*: give/],
  ]
  for (const [change, expected] of rows) {
    lone.write({ ...lone.config, ...change })
    t.match(await ended(lone.start()), { code: 2, errors: expected })
  }
  const broker = (more: object) => () => brokerOf({ url: 'mqtts://b', ...more })
  writeFileSync(join(dir, 'empty'), '\n')
  const login = { username: 'g', passwordFile: join(dir, 'empty') }
  t.throws(broker(login), /^Error: bus\.broker\.passwordFile: .*empty: it is empty|it is empty/)
  const ca = { caFile: join(dir, 'garbage') }
  t.throws(broker(ca), {
    message: /^bus\.broker\.caFile: .*garbage: it holds no certificate: give/,
  })
})

/** Waits for a moment inside of a start: the data folder is made before anything runs. */
async function starting(signal: NodeJS.Signals) {
  const lone = createLoneGate(tempDir(), factory)
  const gate = lone.start()
  await until('its folder', () => existsSync(lone.data))
  gate.signal(signal)
  return gate
}

t.test('SIGHUP during a start is a reload after it', async t => {
  const gate = await starting('SIGHUP')
  t.match(await gate.line('reload', line => line.event === 'reload'), { code: 'NOTHING_TO_COMMIT' })
  t.equal(await gate.stop(), 0)
})

t.test('SIGTERM and SIGINT during a start are a stop', async t => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const gate = await starting(signal)
    t.match(await ended(gate), { code: 0, errors: '' }, signal)
    t.ok(gate.lines.some(line => line.event === 'stopped'))
  }
})
