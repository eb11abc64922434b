/** The page of a simulation: what a stranger is told first, and how large it gets. */
import t from 'tap'
import type { Observed } from '../../fixtures/stage/observed.ts'
import { simulationPage } from './html.ts'
import { createReporter } from './report.ts'
import type { Outcome, Plan } from './run.ts'

const HOUR_MS = 3_600_000
const START_MS = Date.parse('2026-05-31T23:30:00+08:00')
const plan = (hours: number, lanes = 2): Plan => ({
  ...{
    seed: 7,
    spanMs: hours * HOUR_MS,
    healMs: 1_200_000,
    lanes,
    phones: 60,
    people: [3],
    everyMs: 360_000,
  },
  faults: [
    { kind: 'disk hangs', atMs: 60_000, forMs: 20_000, lane: 0, pick: 0 },
    { kind: 'lane free', atMs: 70_000, forMs: 5000, lane: 0.9, pick: 0 },
    { kind: 'network down', atMs: 200_000, forMs: 5000, lane: 0, pick: 0 },
  ],
})
const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  ...{ broken: [], rows: 9, faults: new Map([['disk hangs', 1]]), hash: 'ab' },
  counts: { shown: 1234, walked: 1200, refused: 34, passes: 60 },
  ...{ holders: new Map([['c3', 3]]), startMs: START_MS, endMs: 4_800_000 },
  ...more,
})
const row = (atMs: number, lane: string, kind: string, body: object): Observed => ({
  ...({ atMs, lane, what: 'row', kind } as const),
  body: body as Readonly<Record<string, unknown>>,
})
const SEEN = [
  row(75_000, 'in1', 'grant', { code: 'ADMIT', cti: 'c3' }),
  row(76_000, 'in1', 'scan', { code: 'STALE_CODE', cti: 'c3' }),
  row(77_000, 'out1', 'scan', { code: 'MALFORMED' }),
  row(78_000, 'in1', 'alarm', { code: 'TAMPER', on: true }),
  row(79_000, 'in1', 'alarm', { code: 'TAMPER', on: false }),
]

function pageOf(more?: Partial<Outcome>): string {
  const reporter = createReporter(plan(1))
  for (const one of SEEN) reporter.see(one)
  return simulationPage(reporter.report(outcome(more)), 'npm run <again>')
}

t.test('of hours that held: how many, who was refused and why, alarms', async t => {
  const page = pageOf()
  t.match(page, /<h1>Every invariant held<\/h1>/)
  t.match(page, /Seed 7: 1 h of a station with 2 lanes, from 2026-05-31 23:30 on/)
  t.match(page, /<b>1,234<\/b><span>passengers/)
  t.match(
    page,
    /<code>STALE_CODE<\/code>[\s\S]{0,400}Code too old[\s\S]{0,400}23:31:16 in1 person 3/,
  )
  t.match(page, /23:31:17 out1 somebody without a pass that could be read/)
  t.match(page, /<code>TAMPER<\/code>/)
  t.match(page, />in1<\/text>\n<text class="name"[^>]*>1 ✓ 1 ✗</)
  t.match(page, /<title>disk hangs, 20 s<\/title>/)
  t.match(page, /npm run &lt;again&gt;/)
  t.notMatch(page, /<script|https?:\/\/|url\(/)
})

t.test(
  'of a failure: in one sentence what broke, who was there, what was wrong, how again',
  async t => {
    const what = 'the entry opened, and <no> grant of it is on disk'
    const page = pageOf({
      broken: [{ invariant: 'GRANT_FIRST', atMs: 80_000, lane: 'in1', what }],
      endMs: 80_000,
    })
    t.match(page, /<h1>Lane in1: the entry opened, and &lt;no&gt; grant of it is on disk<\/h1>/)
    t.match(page, /At 23:31:20, 1 min 20 s after the start/)
    t.match(page, /GRANT_FIRST is broken/)
    t.match(page, /An entry opens for a grant that is on disk/)
    t.match(page, /<td>23:31:15<td>in1<td>person 3<td><span class="state pass">ADMIT/)
    t.match(page, /<td>23:31:00<td>the station<td>disk hangs<td>over since 23:31:20|acting/)
    t.notMatch(/What was wrong then[\s\S]*?<\/section>/.exec(page)?.[0], /lane free|network down/)
    const own = { invariant: 'USED_ONCE', atMs: 80_000, lane: 'in1', what: 'one code of c3' }
    t.match(pageOf({ broken: [own] }), /<td><b>person 3<\/b><td>/, 'whom it is about')
    t.match(page, /It needs 1 person and 3 faults:/)
    t.match(page, /line by line/)
    t.match(page, /class="broke"/)
    const cti = 'c'.repeat(32)
    const theirs = pageOf({
      holders: new Map([[cti, 17]]),
      broken: [
        { invariant: 'REVOKED', atMs: 80_000, lane: 'in1', what: `admitted certificate ${cti}` },
      ],
    })
    t.match(theirs, /<h1>Lane in1: admitted person 17’s certificate<\/h1>/)
    const none = pageOf({
      broken: [{ invariant: 'STORED_ONCE', atMs: 4_800_000, lane: '', what: 'x' }],
    })
    t.match(none, /<h1>X<\/h1>/)
    t.match(none, /Nobody had shown a code in the half minute before/)
    t.match(none, /no fault acted then, or in the minute before/)
  },
)

t.test('a week of twenty lanes, with refusals and alarms by the thousand, stays small', async t => {
  const big = plan(168, 20)
  const faults = Array.from({ length: 4000 }, (_, n) => ({
    ...{ kind: n % 2 === 0 ? 'disk hangs' : 'stop pressed', forMs: 60_000, pick: 0 },
    ...{ atMs: (n / 4000) * big.spanMs, lane: (n % 20) / 20 },
  }))
  const reporter = createReporter({ ...big, faults })
  for (let n = 0; n < 140_000; n += 1) {
    const lane = `${n % 2 === 0 ? 'in' : 'out'}${(n % 10) + 1}`
    const code = ['ADMIT', 'STALE_CODE', 'ALREADY_USED'][n % 3]
    const kind = code === 'ADMIT' ? 'grant' : 'scan'
    reporter.see(row((n / 140_000) * big.spanMs, lane, kind, { code, cti: 'c3' }))
    reporter.see(row((n / 140_000) * big.spanMs, lane, 'alarm', { code: 'TAMPER', on: true }))
  }
  const report = reporter.report(outcome({ endMs: big.spanMs }))
  t.ok(report.recent.length <= 40_000, `${report.recent.length} kept`)
  for (const { first } of [...report.refusals.values(), ...report.alarms.values()]) {
    t.ok(first.length <= 200, `${first.length} kept`)
  }
  const page = simulationPage(report, 'again')
  t.ok(page.length < 3_000_000, `${page.length} bytes`)
  t.match(page, /46,667|46666|46667/)
})
