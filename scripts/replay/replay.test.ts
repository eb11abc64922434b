/** The house's scenarios hold; and what is told of one that does not hold, or is none. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { ALARMS, type AlarmCode, VERDICTS } from '../../gate/contract/codes.ts'
import { junitOf } from './junit.ts'
import { readScenario } from './read-scenario.ts'
import { runScenario, traceFileOf } from './run.ts'
import { scenarioJsonSchema } from './scenario.ts'
import { tapEnd, tapOf } from './tap.ts'

const FOLDER = join(ROOT, 'fixtures/scenarios')
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.json') && name !== 'schema.json')
  .map(name => join(FOLDER, name))

/** Of a whole station, judged by its invariants. */
const isSimulation = (file: string): boolean => dirname(file) === join(FOLDER, 'simulations')

t.test('every scenario of the house holds, line by line', async t => {
  for (const file of FILES) {
    const { ok, problems } = await runScenario(file, { update: false })
    t.ok(ok, `${file}\n${problems.join('\n')}`)
    if (isSimulation(file)) continue
    t.ok(existsSync(traceFileOf(file)), `${file} has a golden trace`)
  }
})

/** Alarms that no scenario raises: where they are raised instead, and what keeps them from the stage. */
const NOT_ON_STAGE: Readonly<Record<string, string>> = {
  ...each('a board’s firmware: hardware/sim/deadman.test.ts', 'NO_DEADMAN'),
  ...each('real files: gate/tests', 'JOURNAL_DAMAGED', 'JOURNAL_GONE', 'FILE_DAMAGED'),
  ...each('real files: gate/tests', 'FILE_GONE', 'IDENTITY_DAMAGED', 'TRUST_CACHE_DAMAGED'),
  ...each('real files: gate/tests', 'TRUST_CACHE_UNWRITTEN', 'CONFIG_FILE_BAD'),
  ...each('uploads: gate/tests/uplink', 'CHAIN_FORK', 'ACK_IMPLAUSIBLE', 'SERVICE_BEHIND'),
  ...each('uploads: gate/tests/uplink', 'SERVICE_REDIRECTS', 'ROW_REFUSED'),
  ...each('enrolment: gate/tests/enrolment.test.ts', 'ENROLMENT_REFUSED', 'ENROLMENT_DIFFERS'),
  ...each('another start: gate/config/revisions.test.ts', 'CONFIG_REVERTED'),
  ...each(
    'several gates: gate/tests/bus-station.test.ts',
    'BUS_DOWN',
    'BUS_OPEN',
    'ADMITTED_TWICE',
  ),
  ...each('another trust document: gate/tests/trust-scope.test.ts', 'TRUST_SCOPE'),
  ...each('another trust document: gate/tests/trust-environment.test.ts', 'ENVIRONMENT_MISMATCH'),
}

function each(why: string, ...codes: AlarmCode[]): Record<string, string> {
  return Object.fromEntries(codes.map(code => [code, why]))
}

t.test(
  'each verdict, and each alarm that the stage can raise, stands in a golden trace',
  async t => {
    const traces = FILES.filter(file => !isSimulation(file))
      .map(file => readFileSync(traceFileOf(file), 'utf8'))
      .join('')
    const isThere = (code: string) => new RegExp(` ${code}\\b`).test(traces)
    for (const code of Object.keys(VERDICTS)) t.ok(isThere(code), code)
    for (const code of Object.keys(ALARMS)) {
      t.equal(isThere(code), NOT_ON_STAGE[code] === undefined, code)
    }
  },
)

t.test('the published schema is that of the code', async t => {
  const made = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`
  const how = 'npm run --silent replay -- --schema > fixtures/scenarios/schema.json'
  t.ok(readFileSync(join(FOLDER, 'schema.json'), 'utf8') === made, how)
})

const SCAN = { at: '0s', scan: { by: 'lin' } }
const GOOD = { name: 'a scan', people: { lin: {} }, steps: [SCAN] }

t.test('what is no scenario is refused with file, line and field', async t => {
  const cases: readonly [string, unknown, RegExp][] = [
    ['no object', 7, /one\.json: line 1: \(whole\): expected/],
    ['no name', { ...GOOD, name: '' }, /one\.json: line 2: name: /],
    ['no time', { ...GOOD, steps: [{ ...SCAN, at: '5 o’clock' }] }, /steps\.0\.at: is a time such/],
    [
      'too late',
      { ...GOOD, steps: [{ ...SCAN, at: '9999d' }] },
      /steps\.0\.at: is at most 31 days/,
    ],
    [
      'before',
      { ...GOOD, steps: [{ ...SCAN, at: '-1s' }] },
      /steps\.0\.at: is not before the start/,
    ],
    ['no act', { ...GOOD, steps: [{ at: '0s' }] }, /steps\.0: does one of: scan, walk/],
    ['two acts', { ...GOOD, steps: [{ ...SCAN, walk: {} }] }, /steps\.0: does one of/],
    ['misspelt', { ...GOOD, steps: [{ at: '0s', scna: {} }] }, /steps\.0\.scna: unknown key/],
    ['nobody', { ...GOOD, people: {} }, /steps\.0\.scan\.by: no person lin/],
    ['neither', { ...GOOD, steps: [{ at: '0s', scan: {} }] }, /either "by" or "text"/],
    ['no lane', { ...GOOD, steps: [{ at: '0s', walk: { lane: 'Z' } }] }, /no lane Z; there are: A/],
    [
      'which lane',
      { ...GOOD, lanes: { A: {}, B: {} } },
      /steps\.0\.scan: which lane\? There are: A, B/,
    ],
    [
      'no reader',
      { ...GOOD, steps: [{ at: '0s', scan: { by: 'lin', reader: 'A.camera' } }] },
      /no reader A\.camera; there are: A\.scanner/,
    ],
    [
      'a config',
      { ...GOOD, lanes: { A: { colour: 1 } } },
      /line \d+: lanes\.A\.colour: unknown key/,
    ],
    ['nothing expected', { ...GOOD, expect: [{ at: '<1s' }] }, /expect\.0: expects nothing/],
    [
      'no span',
      { ...GOOD, expect: [{ at: '5s..1s', deny: 'BUSY' }] },
      /expect\.0\.at: is "<200ms"/,
    ],
  ]
  const file = join(tempDir(), 'one.json')
  for (const [name, value, expected] of cases) {
    writeFileSync(file, JSON.stringify(value, null, 2))
    const read = readScenario(file)
    t.match(read.ok ? 'taken' : read.problems.join('\n'), expected, name)
  }
  writeFileSync(file, JSON.stringify(GOOD))
  t.ok(readScenario(file).ok)
})

t.test('a file that is missing, empty, cut or not of text', async t => {
  const file = join(tempDir(), 'one.json')
  const problem = () => {
    const read = readScenario(file)
    return read.ok ? 'taken' : read.problems.join('\n')
  }
  t.match(problem(), /one\.json: cannot be read: ENOENT/)
  for (const [text, expected] of [
    ['', /line 1, column 1: the file is empty/],
    ['{ "name": "x",\n', /line 2, column 1/],
    [Buffer.from('{}', 'utf16le'), /UTF-16/],
  ] as const) {
    writeFileSync(file, text)
    t.match(problem(), expected)
  }
})

t.test('an expectation that does not hold is told with its place and what was seen', async t => {
  const file = join(tempDir(), 'one.json')
  const cases: readonly [object, RegExp][] = [
    [
      { deny: 'STALE_CODE' },
      /^deny STALE_CODE: at least once, seen 0 times; there came grant ADMIT entry main A\.scanner at 0 s$/,
    ],
    [{ admit: 'ADMIT', times: 0 }, /^admit ADMIT: 0 times, seen 1 times$/],
    [{ admit: 'ADMIT', flag: 'STALE' }, /with flag STALE: at least once/],
    [{ relays: [] }, /^relays: none, but entry$/],
    [{ lamps: ['cross'] }, /^lamps: cross, but arrow$/],
    [{ sign: 'refuse' }, /^sign: refuse, but pass$/],
    [{ passage: 'entry' }, /^passage entry: at least once/],
    [{ alarm: 'FIRE' }, /^alarm FIRE: at least once/],
    [{ through: true }, /^through true: at least once/],
    [{ admit: 'ADMIT', lane: 'B' }, /seen 0 times; no row came in that time$/],
  ]
  const expect = cases.map(([one]) => ({ at: '<1s', why: 'so it is', ...one }))
  const lanes = { A: {}, B: {} }
  const steps = [{ at: '0s', scan: { by: 'lin', lane: 'A' }, expect }]
  writeFileSync(file, JSON.stringify({ ...GOOD, lanes, steps }, null, 2))
  const { ok, judged, problems } = await runScenario(file, { update: false })
  t.notOk(ok)
  for (const [i, [, expected]] of cases.entries()) {
    t.match(judged[i]?.problems.join('\n'), expected)
  }
  t.match(problems[0], /^line \d+: steps\.0\.expect\.0: deny .* \(so it is\)$/)
})

t.test('a golden trace: written, held line by line, written anew with its difference', async t => {
  const file = join(tempDir(), 'one.json')
  writeFileSync(file, JSON.stringify(GOOD))
  t.match(await runScenario(file, { update: true }), { ok: true, updated: [/one\.trace is new/] })
  t.match(await runScenario(file, { update: false }), { ok: true, updated: [] })
  t.match(
    await runScenario(file, { update: true }),
    { ok: true, updated: [] },
    'nothing has changed',
  )

  const other = { ...GOOD, steps: [{ at: '0s', scan: { by: 'lin', presented: '-45s' } }] }
  writeFileSync(file, JSON.stringify(other))
  const { ok, problems } = await runScenario(file, { update: false })
  t.notOk(ok)
  t.match(problems, [/one\.trace differs:/, /^\+ .*scan lin, made -45s/])
  t.ok(problems.some(line => /^- .*row grant ADMIT /.test(line)))
  const { updated } = await runScenario(file, { update: true })
  t.ok(updated.some(line => /^\+ .*row scan STALE_CODE/.test(line)))
})

t.test(
  'another seed changes no verdict of a plain scenario; the same seed changes nothing',
  async t => {
    const file = join(FOLDER, 'troubles/power-cut.json')
    const [one, two] = [
      await runScenario(file, { update: false, seed: 5 }),
      await runScenario(file, { update: false, seed: 5 }),
    ]
    t.same(one.seen, two.seen)
    t.ok(one.judged.every(({ problems }) => problems.length === 0))
  },
)

t.test('after a power cut nothing of the gate before acts or writes', async t => {
  const file = join(tempDir(), 'one.json')
  const steps = [
    { at: '0s', power: 'cut' },
    { at: '5s', power: 'back' },
    { at: '20s', scan: { by: 'lin' }, expect: [{ at: '<1s', admit: 'ADMIT', times: 1 }] },
    { at: '21s', press: { contact: 'tamper' }, expect: [{ at: '<1s', alarm: 'TAMPER', times: 1 }] },
  ]
  writeFileSync(file, JSON.stringify({ ...GOOD, steps }))
  const { problems, seen } = await runScenario(file, { update: false })
  t.same(problems, [])
  t.equal(seen.filter(one => one.what === 'sign' && one.code === 'ADMIT').length, 1)
})

t.test('a row that the disk had not taken when the power was cut never comes', async t => {
  const file = join(tempDir(), 'one.json')
  const steps = [
    { at: '0s', disk: 'hangs' },
    { at: '500ms', scan: { by: 'lin' } },
    { at: '1s', power: 'cut' },
    { at: '2s', disk: 'works' },
    { at: '5s', power: 'back' },
  ]
  const expect = [{ at: '<30s', times: 0, admit: 'ADMIT' }]
  writeFileSync(file, JSON.stringify({ ...GOOD, steps, expect }))
  t.same((await runScenario(file, { update: false })).problems, [])
})

t.test('a scenario that can’t be played is told, and the next one is played', async t => {
  const file = join(tempDir(), 'one.json')
  writeFileSync(file, JSON.stringify({ ...GOOD, people: { lin: { valid: '0s' } } }))
  const { ok, problems } = await runScenario(file, { update: true })
  t.notOk(ok)
  t.match(problems, [/^can’t be played: INVALID_ARGUMENT: claims: /])
  t.notOk(existsSync(traceFileOf(file)), 'no golden trace of it')
})

const RESULT = {
  file: 'a&b.json',
  tookMs: 12,
  judged: [],
  seen: [],
  updated: [],
  endMs: 0,
} as const

t.test('results as TAP and as JUnit', async t => {
  const good = { ...RESULT, name: 'one', ok: true, problems: [] }
  const bad = { ...RESULT, name: 'two # <x>', ok: false, problems: ['deny "X"', 'and\u0000more'] }
  t.equal(tapOf(1, good), 'ok 1 - one - a&b.json # time=12ms\n')
  t.equal(
    tapOf(2, bad),
    'not ok 2 - two \\# <x> - a&b.json # time=12ms\n  ---\n  problems: |\n    deny "X"\n    and\u0000more\n  ...\n',
  )
  t.match(tapEnd([good, bad], false), /^1\.\.2\n# 1 of 2 scenarios hold/)
  t.match(tapEnd([good], true), /^Bail out! Interrupted/)
  const xml = junitOf([good, bad])
  t.match(xml, /<testsuites tests="2" failures="1"/)
  t.match(xml, /classname="a&amp;b\.json" name="two # &lt;x&gt;"/)
  t.match(xml, /<failure message="deny &quot;X&quot;">deny &quot;X&quot;\nand\ufffdmore<\/failure>/)
})

async function replay(...args: string[]) {
  const child = spawn(process.execPath, ['scripts/replay.ts', ...args], {
    ...{ cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  })
  const [stdout, code] = await Promise.all([
    readAll(child.stdout),
    new Promise(resolve => child.once('exit', resolve)),
  ])
  return { stdout, code }
}

t.test('the program: a folder, its exit code, what was seen, and JUnit in a file', async t => {
  const dir = tempDir()
  writeFileSync(join(dir, 'good.json'), JSON.stringify(GOOD))
  writeFileSync(join(dir, 'none.json'), '{')
  const junit = join(dir, 'junit.xml')
  const both = await replay(dir, '--junit', junit, '--trace')
  t.equal(both.code, 1)
  t.match(both.stdout, /^TAP version 14\n/)
  t.match(both.stdout, /\n# +0\.000 s A +row grant ADMIT entry/)
  t.match(both.stdout, /\nok 1 - a scan - .*good\.json/)
  t.match(both.stdout, /\nnot ok 2 - .*none\.json[\s\S]*line 1, column 2/)
  t.match(both.stdout, /1\.\.2\n# 1 of 2 scenarios hold/)
  t.match(readFileSync(junit, 'utf8'), /failures="1"/)
  t.equal((await replay(join(dir, 'good.json'))).code, 0)
  t.match(await replay(tempDir()), { code: 2, stdout: '' }, 'a folder without a scenario')
})
