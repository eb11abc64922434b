/** What a gate recorded, and what it exported, gives the same verdicts when it is replayed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../../../fixtures/child.ts'
import { recordField } from '../../../fixtures/stage/field-files.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { playScenario } from '../play.ts'
import { type ReadyScenario, readScenario } from '../read-scenario.ts'
import { runScenario } from '../run.ts'
import { writeFieldScenario } from './field-scenario.ts'
import { runField } from './run-field.ts'

function readyOf(file: string): ReadyScenario {
  const read = readScenario(file)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  if (!('ready' in read)) throw new Error(`${file} is a simulation`)
  return read.ready
}

/** Plays a scenario while its gate is recorded, and exports its journal. */
async function inTheField(ready: ReadyScenario) {
  const files = recordField(ready.config, tempDir())
  await playScenario(ready, files)
  t.same(files.lost, [])
  return files
}

/** Each at its second: most of what a gate tells people, an alarm, a mode and a fire. */
const DAY = {
  name: 'a day at two lanes',
  lanes: { A: { direction: 'entry' }, B: { direction: 'entry' } },
  people: { lin: {}, wei: {}, mei: {}, old: { issued: '-40min' } },
  steps: [
    { at: '0s', scan: { lane: 'A', by: 'lin' } },
    { at: '1s', walk: { lane: 'A' } },
    { at: '10s', scan: { lane: 'B', by: 'lin', presented: '-10s' } },
    { at: '12s', scan: { lane: 'B', by: 'wei', presented: '-45s' } },
    { at: '14s', scan: { lane: 'B', by: 'old' } },
    { at: '16s', scan: { lane: 'A', text: 'https://example.org/' } },
    { at: '17s', revoke: ['mei'] },
    { at: '60s', scan: { lane: 'B', by: 'mei' } },
    { at: '62s', press: { lane: 'B', contact: 'tamper' } },
    { at: '65s', modes: { lane: 'B', set: { entry: 'closed' } } },
    { at: '66s', scan: { lane: 'B', by: 'wei' } },
    { at: '70s', scan: { lane: 'A', by: 'wei' } },
    { at: '71s', contact: { lane: 'A', contact: 'fire', is: 'active' } },
    { at: '75s', contact: { lane: 'A', contact: 'fire', is: 'rest' } },
    { at: '76s', press: { lane: 'A', contact: 'release' } },
    { at: '80s', scan: { lane: 'A', by: 'wei' } },
    { at: '81s', walk: { lane: 'A' } },
  ],
}
const dir = tempDir()
writeFileSync(join(dir, 'day.json'), JSON.stringify(DAY))
const day = await inTheField(readyOf(join(dir, 'day.json')))
const DAY_ROWS = 18

t.test('a day: recorded and exported, row for row', async t => {
  for (const file of [day.recording, day.exported]) {
    const { ok, problems, name, updated, seen } = await runField(file, {})
    t.ok(ok, `${file}: ${problems.join('\n')}`)
    t.equal(name, `${DAY_ROWS} rows of 2 lanes`, file)
    t.same(updated, [], 'nothing of it could not be played')
    const codes = new Set(seen.flatMap(one => (one.what === 'row' ? [one.body.code] : [])))
    for (const code of [
      ...['ADMIT', 'ALREADY_USED', 'STALE_CODE', 'EXPIRED', 'MALFORMED', 'REVOKED', 'LANE_CLOSED'],
      ...['TAMPER', 'FIRE'],
    ]) {
      t.ok(codes.has(code), `${code} in ${file}`)
    }
  }
})

t.test('files of earlier versions are played as ever', async t => {
  for (const name of ['morning.recording', 'morning.jsonl']) {
    const { ok, problems, name: told } = await runField(join(ROOT, 'fixtures/field', name), {})
    t.ok(ok, `${name}: ${problems.join('\n')}`)
    t.equal(told, '11 rows of 2 lanes')
  }
})

t.test('what differs is told by its row: what was, and what is', async t => {
  const text = readFileSync(day.recording, 'utf8')
  const file = join(dir, 'other.recording')
  writeFileSync(file, text.replaceAll('"code":"EXPIRED"', '"code":"REVOKED"'))
  const { ok, problems } = await runField(file, {})
  t.equal(ok, false)
  t.match(problems, [
    /^lane B, row 3, 14\.\d s: \+ is {2}scan EXPIRED entry B\.scanner/,
    /^lane B, row 3, 14\.\d s: - was scan REVOKED entry B\.scanner/,
  ])
  t.equal(problems.length, 2)
  const rows = join(dir, 'other.jsonl')
  const exported = readFileSync(day.exported, 'utf8')
  writeFileSync(
    rows,
    exported.replace(String.raw`\"code\":\"ALREADY_USED\"`, String.raw`\"code\":\"ADMIT\"`),
  )
  t.match((await runField(rows, {})).problems, [/is {2}scan ALREADY_USED/, /was scan ADMIT/])
})

t.test(
  'a fire that the board held until its reset: no row tells that the loop was closed',
  async t => {
    const [head = '', ...rest] = readFileSync(day.exported, 'utf8').trimEnd().split('\n')
    const rows = rest.filter(line => !line.includes('input normal'))
    const end = JSON.parse(rows.pop() ?? '')
    t.equal(rows.length, end.rows - 1)
    const file = join(dir, 'latched.jsonl')
    writeFileSync(file, [head, ...rows, JSON.stringify({ ...end, rows: rows.length })].join('\n'))
    const { problems, name } = await runField(file, {})
    t.same(problems, [])
    t.equal(name, `${DAY_ROWS - 1} rows of 2 lanes`)
  },
)

t.test('an export while somebody is in the lane ends there', async t => {
  const [head = '', ...rest] = readFileSync(day.exported, 'utf8').trimEnd().split('\n')
  const end = JSON.parse(rest.pop() ?? '')
  const rows = rest.slice(0, rest.findLastIndex(line => line.includes('"kind":"grant"')) + 1)
  const file = join(dir, 'inside.jsonl')
  writeFileSync(file, [head, ...rows, JSON.stringify({ ...end, rows: rows.length })].join('\n'))
  const { problems } = await runField(file, {})
  t.same(problems, [])
})

t.test('what the gate remembered when it began counts', async t => {
  const [head = '', ...rest] = readFileSync(day.recording, 'utf8').trimEnd().split('\n')
  const grant = rest.map(line => JSON.parse(line)).find(({ kind }) => kind === 'grant')
  const { cti, presentedAt } = grant.body
  const use = {
    ...{ is: 'use', cti, presentedAt, lane: 'B', direction: 'entry', outcome: 'passed' },
    ...{ atMs: grant.at - 5000, grants: 1 },
  }
  const { lines, ...end } = JSON.parse(rest.pop() ?? '')
  const file = join(dir, 'used.recording')
  const all = [head, JSON.stringify(use), ...rest, JSON.stringify({ ...end, lines: lines + 1 })]
  writeFileSync(file, all.join('\n'))
  t.match((await runField(file, {})).problems.join('\n'), /\+ is {2}scan ALREADY_USED entry A/)
})

t.test('either becomes a scenario, with its data beside it', async t => {
  for (const file of [day.recording, day.exported]) {
    const out = join(tempDir(), 'mine.json')
    const written = await writeFieldScenario(file, out)
    t.match(written, { ok: true })
    const { ok, problems, judged } = await runScenario(out, { update: false })
    t.ok(ok, problems.join('\n'))
    t.ok(judged.length >= 15)
    const scenario = JSON.parse(readFileSync(out, 'utf8'))
    const [first] = scenario.expect
    writeFileSync(
      out,
      JSON.stringify({ ...scenario, expect: [{ ...first, admit: 'STAFF_RELEASE' }] }),
    )
    t.match((await runScenario(out, { update: false })).problems, [/admit STAFF_RELEASE: at least/])
    t.ok((await runScenario(out, { update: true })).updated, 'a golden trace')
    writeFileSync(out, JSON.stringify(scenario))
    t.ok((await runScenario(out, { update: false })).ok, 'holds again, line by line')
  }
})

const SCENARIOS = [
  ...['alarms/board-lost', 'alarms/relay-stuck', 'alarms/held', 'modes/fare-free'],
  ...['modes/both-ways', 'people/flap-tailgater', 'verdicts/paper', 'verdicts/stale-again'],
]

for (const name of SCENARIOS) {
  t.test(name, async t => {
    const ready = readyOf(join(ROOT, 'fixtures/scenarios', `${name}.json`))
    const { recording, exported } = await inTheField(ready)
    for (const file of [recording, exported]) {
      const { ok, problems } = await runField(file, {})
      t.ok(ok, `${file}\n${problems.join('\n')}`)
    }
  })
}

t.test('what is cut, changed or none is refused with its line', async t => {
  const cases: [string, string, (text: string) => string, RegExp][] = [
    [
      'cut.recording',
      day.recording,
      text => text.slice(0, -20),
      /line \d+: no line of a recording/,
    ],
    [
      'short.recording',
      day.recording,
      text => text.trimEnd().split('\n').slice(0, -1).join('\n'),
      /line \d+: it was cut/,
    ],
    ['empty.recording', day.recording, () => '', /line 1: no header of a recording/],
    ['none.recording', day.recording, () => 'x\n'.repeat(9), /line 1: no header/],
    [
      'lacks.recording',
      day.recording,
      text => text.replace(/\n.*\n/, '\n'),
      /ends after \d+ lines/,
    ],
    [
      'trust.recording',
      day.recording,
      text => text.replace(/"manifest":"..../, '"manifest":"AAAA'),
      /its trust: manifest/,
    ],
    ['cut.jsonl', day.exported, text => text.slice(0, -80), /line \d+: it was cut/],
    ['old.jsonl', day.exported, text => text.replace(/"lanes":\[.*?\}\],/, ''), /no lanes in it/],
    ['none.jsonl', day.exported, () => '{}', /line 1: no header of an export/],
    [
      'row.jsonl',
      day.exported,
      text => text.replace('"kind":"scan"', '"kind":"x"'),
      /no row of an export/,
    ],
  ]
  for (const [name, from, change, says] of cases) {
    const file = join(dir, name)
    writeFileSync(file, change(readFileSync(from, 'utf8')))
    const { ok, problems } = await runField(file, {})
    t.equal(ok, false, name)
    t.match(problems, [says], name)
    t.ok(
      problems.every(one => one.length < 300 && !one.includes('\n')),
      'one line',
    )
  }
  t.match((await runField(join(dir, 'gone.recording'), {})).problems, [/cannot be read/])
})
