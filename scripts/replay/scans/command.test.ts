/** What a tester has, of every kind, read at a gate and compared: `npm run replay -- --scans`. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createVirtualTime } from '../../../fixtures/clock.ts'
import { codePicture } from '../../../fixtures/code-picture.ts'
import { makeCodes } from '../../../fixtures/stage/made-codes.ts'
import { createTrustService } from '../../../fixtures/stage/trust-service.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { createCacheDisk } from '../../../gate/trust/cache-disk.ts'
import { createTrustKeeper } from '../../../gate/trust/keeper.ts'
import { posReports } from '../../../hardware/sim/hid-device.ts'
import { type ScansValues, scansCommand } from './command.ts'
import { STAGE_START_MS } from './start-time.ts'

const dir = tempDir()
const codes: string[] = []
for await (const one of makeCodes(3, { fromMs: STAGE_START_MS, everyMs: 10_000 })) codes.push(one)
const [first = '', second = '', third = ''] = codes

function fileOf(content: string | Uint8Array, name = 'scans'): string {
  const file = join(dir, name)
  writeFileSync(file, content)
  return file
}

const DEFAULTS = { every: '10s', suffix: 'learn', gm65: false, layout: 'us' } as const

async function run(scans: string, more: Partial<ScansValues> = {}, isStopped = () => false) {
  let out = ''
  let err = ''
  const code = await scansCommand({ ...DEFAULTS, scans, ...more }, isStopped, {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
  })
  return { code, out, err, told: toldOf(out) }
}

/** `A ADMIT` of each test point that is a scan. */
const toldOf = (out: string): string[] =>
  [...out.matchAll(/^(?:not )?ok .*?Z (?:(\w+) )?([A-Z_]+): /gm)].map(([, lane, code]) =>
    [lane, code].filter(Boolean).join(' '),
  )

const ALL_ADMITTED = ['A ADMIT', 'A ADMIT', 'A ADMIT']

t.test('a code a line: who is admitted walks through, and each line says why', async t => {
  const { code, out, told } = await run(fileOf(`${[...codes, first, 'foreign'].join('\n')}\n`))
  t.equal(code, 0)
  t.same(told, [...ALL_ADMITTED, 'A ALREADY_USED', 'A MALFORMED'])
  t.match(
    out,
    /^TAP version 14\n# .*scans: text, from 2027-01-15T08:00:00\.000Z: when the first code/,
  )
  t.match(out, /\nok 1 - line 1: 2027-01-15T08:00:00\.000Z A ADMIT: Please pass\n/)
  t.match(
    out,
    /\nok 4 - line 4: .*:30\.000Z A ALREADY_USED: .* · replay: passed on lane A 29 s ago\n/,
  )
  t.match(out, /\n1\.\.5\n# 5 scans: 3 ADMIT, 1 ALREADY_USED, 1 MALFORMED\n$/)
  t.notOk(out.includes(first.slice(0, 30)), 'no code in what is printed')
})

t.test('text in every way that systems write it', async t => {
  const mark = '\ufeff'
  const ways: readonly [string, Uint8Array][] = [
    ['CRLF', Buffer.from(codes.join('\r\n'))],
    ['CR alone', Buffer.from(`${codes.join('\r')}\r`)],
    ['UTF-8 with a mark', Buffer.from(`${mark}${codes.join('\n')}`)],
    ['UTF-16 with a mark', Buffer.from(`${mark}${codes.join('\r\n')}\r\n`, 'utf16le')],
    ['UTF-16 without', Buffer.from(codes.join('\n'), 'utf16le')],
    ['UTF-16, the other order', Buffer.from(mark + codes.join('\n'), 'utf16le').swap16()],
    ['empty lines and AIM marks', Buffer.from(codes.map(one => `\n ]Q1${one} \n`).join(''))],
  ]
  for (const [name, bytes] of ways) t.same((await run(fileOf(bytes))).told, ALL_ADMITTED, name)
  const half = await run(fileOf(`${first}\n${second.slice(0, 200)}`))
  t.same(half.told, ['A ADMIT', 'A MALFORMED'], 'half a line at the end')
})

t.test('a line that no reader would give is told, and the others are read', async t => {
  const long = `${'x'.repeat(5000)}\n${'y'.repeat(40_000)}\n`
  const { code, out, told } = await run(fileOf(`${first}\nfür\n${long}${second}\n`), {
    every: '2s',
  })
  t.equal(code, 1)
  t.match(out, /not ok 2 - line 2: no code: a code is one or more printable ASCII/)
  t.match(out, /not ok 3 - line 3: a reader drops codes of over 4096 characters/)
  t.match(out, /not ok 4 - line 4: longer than 16384 characters/)
  t.equal(told[0], 'A ADMIT')
  t.match(out, /\n(not )?ok 5 - line 5: /)
})

t.test('a CSV: its times and lanes, what it expects, and each bad row by its line', async t => {
  const at = (seconds: number) => new Date(STAGE_START_MS + seconds * 1000).toISOString()
  const rows = [
    'When;Time;Lane;Code;Verdict',
    `x;${at(0)};A;${first};ADMIT`,
    `x;${at(0.5)};A;foreign;MALFORMED`,
    `x;10;A;"${second}";REVOKED`,
    `x;15s;B;${third};*`,
    `x;12s;A;${third};`,
    `x;soon;A;${third};`,
    `x;2027-01-15T08:00:20;A;${third};`,
    `x;;C;${third};`,
    'x;y',
    `x;;A;"${third};ADMIT`,
    `x;;A;${third};ADMTI`,
    'x;;A;;',
    `x;1800000100;A;${first};EXPIRED`,
  ]
  const file = fileOf(`\ufeff${rows.join('\r\n')}`)
  const { code, out, told } = await run(file)
  t.equal(code, 1)
  t.same(told.slice(0, 4), ['A ADMIT', 'A MALFORMED', 'A ADMIT', 'B ADMIT_FLAGGED'])
  for (const [line, problem] of [
    [4, /REVOKED expected \(its own row\), but ADMIT/],
    [6, /2027-01-15T08:00:12\.000Z is before 2027-01-15T08:00:15\.000Z/],
    [7, /time "soon" is none: write 2027-/],
    [8, /time "2027-01-15T08:00:20" has no zone: .* --zone/],
    [9, /no lane "C": there are A, B/],
    [10, /2 cells, but the header has 5/],
    [11, /a quote is not closed/],
    [12, /no code "ADMTI": did you mean ADMIT\?/],
    [13, /no code: a code is one or more/],
    [14, /EXPIRED expected \(its own row\), but /],
  ] as const) {
    t.match(out, new RegExp(`\\n {4}line ${line}: ${problem.source}`))
  }
  t.notMatch(out, /\n {4}line (2|3|5): /)
  const zoned = await run(file, { zone: '+00:00' })
  t.notMatch(zoned.out, /has no zone/)
})

t.test('a second person waits for the first, a third is told so', async t => {
  const rows = ['code,time', `${first},0`, `${first},1`, `${second},9.5`, `${third},20`]
  t.same((await run(fileOf(rows.join('\n')))).told, ['A ADMIT', 'A IGNORED', 'A ADMIT', 'A ADMIT'])
  const close = ['code,time', `${first},0`, `${'foreign'},0.2`, `other,0.4`, `${second},30`]
  const { told } = await run(fileOf(close.join('\n')))
  t.same(told, ['A ADMIT', 'A MALFORMED', 'A BUSY', 'A ADMIT'])
})

t.test('expected codes: a line each or a column, what differs line by line', async t => {
  const scans = fileOf(`${codes.join('\n')}\nforeign\n`)
  const expect = (text: string | Uint8Array) => fileOf(text, 'expected')
  t.equal((await run(scans, { expect: expect('ADMIT\r\n*\r\nADMIT\r\nMALFORMED') })).code, 0)
  t.equal((await run(scans, { expect: expect('n,verdict\n1,*\n2,*\n3,*\n4,MALFORMED\n') })).code, 0)
  const utf16 = Buffer.from('\ufeff*\n*\n*\n*\n', 'utf16le')
  t.equal((await run(scans, { expect: expect(utf16) })).code, 0)

  const other = await run(scans, { expect: expect('ADMIT\nREVOKED\n*\n*\nADMIT\n') })
  t.equal(other.code, 1)
  t.match(
    other.out,
    /\nnot ok 2 - .*\n {2}---\n {2}problems: \|\n {4}line 2: REVOKED expected \(expected line 2\), but ADMIT\n/,
  )
  t.match(other.out, /not ok 5 - expected line 5: no scan\n.*\n.*\n {4}ADMIT expected/)
  t.match(other.out, /; 2 of 5 lines are not as they should be\n$/)
  const few = await run(scans, { expect: expect('ADMIT\n') })
  t.match(few.out, /line 2: ADMIT, but nothing more is expected: 1 codes are/)

  for (const [text, problem] of [
    ['ADMIT\nREVOKD\n', /expected: line 2: no code "REVOKD": did you mean REVOKED\?/],
    ['\n\n', /no code in it/],
  ] as const) {
    await t.rejects(run(scans, { expect: expect(text) }), { code: 'USAGE', message: problem })
  }
  await t.rejects(run(scans, { expect: join(dir, 'none') }), { message: /no such file/ })
})

t.test('bytes of a serial line, through the driver', async t => {
  const stx = codes.map(one => `\u0002${one}\u0003`).join('')
  t.same((await run(fileOf(stx), { suffix: 'ETX' })).told, ALL_ADMITTED)
  const noisy = `${first}\r\u0001\u0007${second}\r${third}\r${third.slice(0, 99)}`
  const cut = await run(fileOf(noisy), { kind: 'serial' })
  t.same(cut.told, ['A ADMIT', 'A CODE_FROM_FUTURE'])
  t.match(cut.out, /\n# byte \d+: dropped, BROKEN, \d+ bytes\n/)
  t.match(cut.out, /\n# byte \d+: dropped, CUT, 99 bytes\n/)
  const gm65 = Buffer.concat([
    Buffer.from(`${first}\r`),
    Buffer.from('02000001003331', 'hex'),
    Buffer.from(`${second}\r`),
  ])
  t.same((await run(fileOf(gm65), { gm65: true })).told, ['A ADMIT', 'A ADMIT'])
  const recordings = await run('fixtures/scans/recordings.json')
  t.match(recordings.out, /# 17 scans: 17 MALFORMED/)
  t.match(recordings.out, /\n# recording 9, byte 5001: dropped, TOO_LONG, 5000 bytes\n/)
})

t.test('reports of a USB scanner, through the decoder', async t => {
  const reports = codes.flatMap(one => posReports(one))
  t.same((await run(fileOf(Buffer.concat(reports)))).told, ALL_ADMITTED)
  const hex = reports.map(one => Buffer.from(one).toString('hex').replace(/../g, '$& ')).join('\n')
  t.same((await run(fileOf(hex))).told, ALL_ADMITTED)
  const half = await run(fileOf(Buffer.concat(reports).subarray(0, -20)))
  t.same(half.told, ['A ADMIT', 'A ADMIT'])
  t.match(half.out, /# report 24: dropped, BROKEN, \d+ bytes/)
  t.match((await run('fixtures/hid/recordings.json')).out, /# hid|# 20 scans: 20 MALFORMED/)
})

t.test('pictures: a folder of them, or one', async t => {
  const folder = join(dir, 'pictures')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a.png'), await codePicture(first))
  writeFileSync(join(folder, 'b.png'), 'no picture')
  const blank = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj9dQAAAABJRU5ErkJggg==',
    'base64',
  )
  writeFileSync(join(folder, 'c.png'), blank)
  const all = await run(folder)
  t.match(all.out, /\nok 1 - a\.png: .* A ADMIT/)
  t.match(all.out, /\nnot ok 2 - b\.png: NOT_A_PICTURE/)
  t.match(all.out, /\nok 3 - c\.png: .*Z NO_CODE: no code in it/)
  t.same((await run(join(folder, 'a.png'))).told, ['A ADMIT'])
})

t.test('what holds no code, or is none of it', async t => {
  const cases: readonly [string | Uint8Array, RegExp][] = [
    ['', /NO_SCANS: .*: the file is empty\n$/],
    ['\n\n \n', /NO_SCANS: .*: no code in it/],
    [new Uint8Array(4096), /NO_SCANS: .*: no code in it/],
    [new Uint8Array(4096).fill(0x81), /NO_SCANS: .*no code in it \(1 times dropped\)/],
    ['{ "name": 1 }', /UNKNOWN_KIND: .*recordings are as in fixtures\/scans/],
    ['[{', /NOT_READABLE: .*not JSON/],
  ]
  for (const [content, expected] of cases) {
    const { code, err } = await run(fileOf(content))
    t.equal(code, 1)
    t.match(err, expected)
  }
  t.match((await run(join(dir, 'none'))).err, /NO_FILE: .*no such file/)
  t.match((await run(dir, { kind: 'text' })).err, /NOT_READABLE: .*is a folder/)
  const options: readonly [Partial<ScansValues>, RegExp][] = [
    [{ kind: 'xml' }, /--kind is one of text, csv/],
    [{ every: '0s' }, /--every is a time from 1ms/],
    [{ baud: '1' }, /--baud is a whole number from 300/],
    [{ suffix: 'CR' }, /--suffix is one of/],
    [{ layout: 'es' }, /--layout is one of/],
    [{ zone: 'Beijing' }, /--zone is such as/],
    [{ at: 'now' }, /not an ISO 8601 time/],
    [{ lane: 'C' }, /no lane "C": there are A, B/],
    [{ config: join(dir, 'none.json') }, /none\.json/],
  ]
  for (const [more, message] of options) {
    await t.rejects(run(fileOf(first), more), { code: 'USAGE', message }, String(message))
  }
})

t.test('many lines: told as they come, memory aside from the journal stays', async t => {
  const many = `${Array.from({ length: 5000 }, (_, i) => `foreign ${i}`).join('\n')}\n`
  const { out, err } = await run(fileOf(many), { every: '1s' })
  t.match(out, /\n1\.\.5000\n/)
  t.match(err, /^replay: 5000 scans so far, \d+ s\n$/)
  let asked = 0
  const stopped = await run(fileOf(many), {}, () => ++asked > 3)
  t.equal(stopped.code, 130)
  t.match(stopped.out, /\nBail out! Interrupted\n1\.\.4\n/)
})

t.test('JUnit and a page', async t => {
  const [junit, html] = [join(dir, 'junit.xml'), join(dir, 'page.html')]
  await run(fileOf(`${first}\n`), { expect: fileOf('REVOKED', 'expected'), junit, html })
  t.match(readFileSync(junit, 'utf8'), /failures="1"[\s\S]*REVOKED expected/)
  const page = readFileSync(html, 'utf8')
  t.match(page, /scans: 1 ADMIT[\s\S]*REVOKED expected[\s\S]*scan of line 1/)
  t.notMatch(page, /LANE_CLOSED/, 'the stop is not in it')
})

/** A gate's data folder with trust that it fetched, and its config. */
async function makeRealGate() {
  const time = createVirtualTime(STAGE_START_MS - 60_000)
  const service = await createTrustService(time)
  const data = join(dir, 'data')
  mkdirSync(data)
  writeFileSync(join(dir, 'factory.trust'), service.world.factory)
  const keeper = createTrustKeeper({
    ...{ cache: createCacheDisk(data), factoryTrust: service.world.factory },
    ...{ environment: 'production', serviceUrl: 'http://service', pollMs: 10_000, timeoutMs: 5000 },
    ...{ staleAfterMs: 120_000, degradedAfterMs: 900_000, overdueMs: 0, staffMs: 0 },
    ...{ unprovenMs: Number.POSITIVE_INFINITY, clock: time.clock, timers: time.timers },
    ...{ random: (bytes: number) => new Uint8Array(bytes), fetch: service.fetch },
    onEvent: () => {},
  })
  await service.revoke([2])
  t.equal((await keeper.pollNow()).code, 'UPDATED')
  await keeper.close()
  const config = {
    ...{ gate: 'g', station: 's', data, service: { url: 'http://service' } },
    trust: { factory: 'factory.trust' },
    lanes: [{ name: 'east', direction: 'entry', board: { port: 'x' }, scanner: { port: 'y' } }],
  }
  return fileOf(JSON.stringify(config), 'gate.json')
}

t.test('a real gate: its own trust, on a copy of its data', async t => {
  const config = await makeRealGate()
  const data = join(dir, 'data')
  const contents = () =>
    readdirSync(data).map(name => [name, statSync(join(data, name)).mtimeMs] as const)
  const before = contents()
  const scans = fileOf(codes.join('\n'))
  const { told, err } = await run(scans, { config })
  t.same(told, ['east ADMIT_FLAGGED', 'east REVOKED', 'east ADMIT_FLAGGED'])
  t.equal(err, '')
  const earlier = await run(scans, { config, at: '2027-01-14T08:00:00Z' })
  t.same(earlier.told, ['east CLOCK_UNCERTAIN', 'east CLOCK_UNCERTAIN', 'east CLOCK_UNCERTAIN'])
  t.match(earlier.err, /has trust of 2027-01-15T07:59:00\.000Z, which is later: .*--at/)
  t.same(contents(), before, 'its files stay as they are')
})
