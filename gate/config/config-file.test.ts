import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { ConfigError, readConfigFile, readNamedFile } from './config-file.ts'

const good = {
  gate: 'north-1',
  station: 'north',
  data: 'data',
  service: { url: 'http://127.0.0.1:8080' },
  trust: { factory: 'trust-1.cbor' },
  lanes: [
    { name: 'A', direction: 'entry', board: { port: '/dev/b' }, scanner: { port: '/dev/s' } },
  ],
}

/** Of a file that must be good. */
function readGateConfig(file: string) {
  const { checked } = readConfigFile(file)
  if (!checked.ok) throw new ConfigError(checked.problems.join('\n'))
  return checked.config
}

function refusal(t: Test, config: unknown): string {
  const file = join(tempDir(), 'gate.json')
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config))
  try {
    readGateConfig(file)
    return 'accepted'
  } catch (error) {
    t.ok(error instanceof ConfigError)
    return (error as Error).message
  }
}

t.test('a small config is filled with the defaults of the design', async t => {
  const dir = tempDir()
  writeFileSync(join(dir, 'gate.json'), JSON.stringify(good))
  const config = readGateConfig(join(dir, 'gate.json'))
  t.equal(config.data, join(dir, 'data'), 'paths are from the file’s folder')
  t.equal(config.trust.factory, join(dir, 'trust-1.cbor'))
  t.match(config.service, { pollMs: 10_000 })
  t.match(config.lanes[0], { timing: { waitMs: 5000 }, board: { deadman: { ms: 300 } } })
})

t.test('a watched folder is from the file’s folder', async t => {
  const dir = t.testdir()
  const file = join(dir, 'gate.json')
  const reader = { kind: 'camera', source: { type: 'folder', path: 'seen' } }
  const { scanner: _, ...lane } = good.lanes[0] as (typeof good.lanes)[0]
  writeFileSync(file, JSON.stringify({ ...good, lanes: [{ ...lane, readers: [reader] }] }))
  t.match(readGateConfig(file).lanes[0]?.readers, [{ source: { path: join(dir, 'seen') } }])
})

t.test('a wrong config names the key and what may stand there', async t => {
  const lane = good.lanes[0]
  const rows: [unknown, RegExp][] = [
    [{ ...good, colour: 'red' }, /colour: unknown key/],
    [{ ...good, lanes: [{ ...lane, timing: { waitMs: 50 } }] }, /lanes\.A\.timing\.waitMs: .*1000/],
    [{ ...good, lanes: [{ ...lane, timing: { waitMs: 1e9 } }] }, /waitMs: .*30000/],
    [{ ...good, lanes: [{ ...lane, timing: { wait: 5 } }] }, /lanes\.A\.timing\.wait: unknown key/],
    [{ ...good, lanes: [{ ...lane, direction: 'up' }] }, /direction: must be "entry" or "exit"/],
    [{ ...good, lanes: [{ ...lane, scanner: { port: 'x', baudRate: 300 } }] }, /baudRate: .*9600/],
    [
      { ...good, lanes: [{ ...lane, board: { port: 'b', pins: { entry: null } } }] },
      /board\.pins: no relay for a direction/,
    ],
    [{ ...good, lanes: [] }, /lanes: .*at least 1/],
    [{ ...good, lanes: [lane, lane] }, /lanes: two lanes have the same name/],
    [{ ...good, service: { url: 'ftp://x' } }, /service\.url/],
    [
      { ...good, service: { url: 'https://g:secret@x' } },
      /service\.url: has a login in it: .*the @/,
    ],
    [{ ...good, service: { url: 'https://x/gates?key=1' } }, /service\.url: has a query: .*the \?/],
    [{ ...good, service: { url: 'https://x/?' } }, /service\.url: has a query/],
    [{ ...good, service: { url: 'https://x/#a' } }, /service\.url: has a fragment: .*the #/],
    [{ ...good, gate: 'a b' }, /gate: /],
    [{ ...good, bus: {} }, /bus\.broker: /],
    [{ ...good, bus: { broker: { url: 'http://x' } } }, /bus\.broker\.url/],
    [{ ...good, bus: { broker: { url: 'mqtt://x', username: 'a' } } }, /passwordFile: .* together/],
    [{ ...good, bus: { broker: { embedded: { port: 65_536 } } } }, /embedded\.port: .*65535/],
    [{ ...good, data: undefined }, /data: /],
    ['{"gate": ', /not JSON/],
    ['[]', /\(whole\)/],
    [`"${'x'.repeat(300_000)}"`, /larger than 262144 bytes/],
  ]
  for (const [config, expected] of rows) t.match(refusal(t, config), expected)
})

t.test('a wrong file names its line, and a lane by its name where that is one', async t => {
  const [lane] = good.lanes
  const lines = (config: object) =>
    refusal(t, JSON.stringify(config, null, 2))
      .split('\n')
      .slice(1)
  const wrong = { ...lane, timing: { waitMs: 5 }, colour: 'red' }
  t.same(lines({ ...good, lanes: [lane, { ...wrong, name: 'B' }] }), [
    'line 32: lanes.B.timing.waitMs: too small, at least 1000, found a number',
    'line 34: lanes.B.colour: unknown key',
  ])
  const { data: _, ...homeless } = good
  t.same(lines(homeless), ['line 1: data: expected a text, found nothing'])
  const named = (name: unknown) => lines({ ...good, lanes: [{ ...wrong, name }] }).join()
  for (const name of ['', 'a.b', 'E99887766', 'x'.repeat(41), '\u001b[2J', 7, null]) {
    t.match(named(name), /^line \d+: lanes\.0\./, String(name))
    t.notMatch(named(name), /99887766|x{41}|2J/)
  }
  const twice = { ...good, lanes: [wrong, wrong] }
  t.match(lines(twice), [/lanes\.0\.timing/, /lanes\.0\.colour/, /lanes\.1\.timing/])
  const file = join(t.testdir(), 'gate.json')
  writeFileSync(file, `\ufeff{\r\n"gate": 5,\r\n"gate": 7 }`)
  const { checked } = readConfigFile(file)
  t.match(checked.ok || checked.problems.slice(0, 2), [
    `${file}:`,
    /^line 3: gate: expected a text/,
  ])
})

t.test('one relay is enough for a lane of one direction', async t => {
  const lane = { ...good.lanes[0], board: { port: 'b', pins: { exit: null } } }
  t.equal(refusal(t, { ...good, lanes: [lane] }), 'accepted')
  const both = { ...lane, direction: 'both', exitScanner: { port: 's' } }
  t.match(refusal(t, { ...good, lanes: [both] }), /no relay for a direction/)
})

t.test('the two scanners of a lane for both ways have ports of their own', async t => {
  const scanner = { port: '/dev/scanner' }
  const both = { ...good.lanes[0], direction: 'both', scanner }
  const refused = (port: string) =>
    refusal(t, { ...good, lanes: [{ ...both, exitScanner: { port } }] })
  t.match(refused(scanner.port), /lanes\.A\.exitScanner\.port: .*each needs its own/)
  t.equal(refused('/dev/other'), 'accepted')
})

t.test('a bus: no broker of ours unless asked for, files from the file’s folder', async t => {
  const dir = tempDir()
  const file = join(dir, 'gate.json')
  const read = (bus: unknown) => {
    writeFileSync(file, JSON.stringify({ ...good, bus }))
    return readGateConfig(file).bus
  }
  t.equal(read(undefined), undefined)
  t.same(read({ broker: { embedded: {} } }), {
    broker: { embedded: { host: '127.0.0.1', port: 1883 } },
  })
  const login = { url: 'mqtts://b:8883', username: 'g', passwordFile: 'secret', caFile: 'ca.pem' }
  t.same(read({ broker: login }), {
    broker: { ...login, passwordFile: join(dir, 'secret'), caFile: join(dir, 'ca.pem') },
  })
  writeFileSync(join(dir, 'secret'), 'x'.repeat(262_144))
  t.equal(readNamedFile('key', join(dir, 'secret')).length, 262_144)
  writeFileSync(join(dir, 'secret'), 'x'.repeat(262_145))
  t.throws(
    () => readNamedFile('key', join(dir, 'secret')),
    /^key: .*secret: cannot be read: larger/,
  )
  const none = { code: 'CONFIG_INVALID', message: /^key: .*none: cannot be read: ENOENT.*; name a/ }
  t.throws(() => readNamedFile('key', join(dir, 'none')), none)
  t.throws(() => readNamedFile('key', dir), /^key: .*: it is not a file/)
  t.throws(() => readNamedFile('key', '/dev/zero'), /it is not a file/, 'and never ends')
  writeFileSync(join(dir, 'secret'), Buffer.from('\ufeffpassword', 'utf16le'))
  t.throws(() => readNamedFile('key', join(dir, 'secret')), /^key: .*secret: it is UTF-16/)
})

t.test('a missing file says so', async t => {
  t.throws(() => readGateConfig('/nowhere/gate.json'), { code: 'CONFIG_INVALID' })
})

t.test('the data folder is found in a file that is wrong elsewhere', async t => {
  const dir = tempDir()
  const file = join(dir, 'gate.json')
  const rows: [string, string | undefined][] = [
    [JSON.stringify({ ...good, colour: 'red' }), join(dir, 'data')],
    ['{ "gate": "north-1" "data" : "a\\"b", ', join(dir, 'a"b')],
    ['{ "data": 5 }', undefined],
    ['{ "data": "never ends', undefined],
    [`{ "data": "${'x'.repeat(401)}"`, undefined],
    ['', undefined],
  ]
  for (const [text, data] of rows) {
    writeFileSync(file, text)
    const read = readConfigFile(file)
    t.equal(read.checked.ok, false)
    t.equal(read.data, data, text.slice(0, 40))
  }
  t.match(readConfigFile(join(dir, 'none.json')), { sha256: '', data: undefined })
})
