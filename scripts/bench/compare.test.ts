/** The bench of the bench: what a comparison finds, and what it takes for chance. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import { compare, compareText } from './compare.ts'
import { type Figure, figure, printFigures, printGoals } from './figure.ts'
import { combined } from './repeat.ts'
import { readFigures, storeRun } from './run-file.ts'

const NAMES = ['verify', 'upload', 'scan to relay', 'issue', 'poll']

/** Five runs of figures whose ratios vary by up to 7 % to either side; `slower`: by name. */
function measured(seed: number, slower: Readonly<Record<string, number>> = {}): Figure[] {
  const next = seeded(seed)
  const run = () =>
    NAMES.map(name => {
      const ratio = (slower[name] ?? 1) * (0.93 + 0.14 * next())
      return figure('x', name, [ratio, 'ms'], { limit: 'bare', ratio, goal: '≤1.5' })
    })
  return combined([run(), run(), run(), run(), run()])
}

t.test('two runs of one commit agree; each planted slowdown of a fifth is found', async t => {
  let falseAlarms = 0
  for (let seed = 1; seed <= 200; seed++) {
    falseAlarms += compare(measured(seed), measured(1000 + seed)).moved.length
    for (const name of ['verify', 'upload', 'scan to relay']) {
      const { moved } = compare(measured(seed), measured(1000 + seed, { [name]: 1.2 }))
      const found = moved.find(one => one.name === `x: ${name} (to bare)`)
      t.equal(found?.how, 'worse', `${name}, seed ${seed}`)
    }
  }
  t.ok(falseAlarms <= 10, `${falseAlarms} of 1000 moved by chance`)
})

t.test('which way is worse', async t => {
  const exactly = (mid: number) => ({ mid, low: mid, high: mid })
  const at = (ratio: number, goal?: string, unit = 'ms') =>
    figure('x', 'one', [ratio, unit], { ratio: exactly(ratio), ...(goal && { goal }) })
  const how = (before: Figure, now: Figure) => compare([before], [now]).moved[0]?.how
  t.equal(how(at(1, '≤1.1'), at(1.3, '≤1.1')), 'worse')
  t.equal(how(at(1, '≥ 0.8'), at(1.3, '≥ 0.8')), 'better')
  t.equal(how(at(1), at(1.3)), 'worse', 'more time')
  t.equal(how(at(1, undefined, '1/s'), at(1.3, undefined, '1/s')), 'better', 'more a second')
  t.equal(how(at(1), at(1.06)), undefined)
  t.equal(how(at(1), at(1.15)), 'worse')
  t.equal(how(at(1), at(Number.NaN)), undefined)
  const value = (ms: number) => figure('x', 'one', [exactly(ms), 'ms'])
  t.equal(how(value(1), value(1.65)), undefined, 'a value: the machine may be slower today')
  t.equal(how(value(1), value(1.75)), 'worse')
  const against = (limit: string) => (ratio: number) =>
    figure('x', 'one', [ratio, 'ms'], { limit, ratio: exactly(ratio) })
  for (const limit of [
    '50 ms',
    '10 % of a core',
    '5 ms and a bare commit, p99',
    '33 ms, a frame',
  ]) {
    const fixed = against(limit)
    t.equal(how(fixed(1), fixed(1.65)), undefined, `${limit}: the same machine's`)
    t.equal(how(fixed(1), fixed(1.75)), 'worse', limit)
  }
  for (const limit of ['2 raw checks', '1 raw signature', 'with 10^3']) {
    const beside = against(limit)
    t.equal(how(beside(1), beside(1.15)), 'worse', `${limit}: was measured beside it`)
  }
  const { unknown } = compare([], [at(1)])
  t.same(unknown, ['x: one'])
  t.equal(
    compareText(compare([at(1, '≤2')], [at(1.5, '≤2')])),
    'worse    +50 %  x: one: 1.00 → 1.50\n0 within noise, 1 moved',
  )
})

t.test('what the machine gives is told, and no fault', async t => {
  const page = (us: number) => figure('machine', 'a page', [us, 'µs'])
  const far = compare([page(0.6)], [page(16)])
  t.same(far.moved, [])
  t.equal(
    compareText(far),
    'now     +2567 %  machine: a page: 0.600 → 16.0\n0 within noise, 0 moved',
  )
  t.equal(compareText(compare([page(1)], [page(1.6)])), '0 within noise, 0 moved')
})

t.test(
  'one run against one: samples that lie apart tell, and where there are none, nothing',
  async t => {
    const of = (low: number, mid: number, high: number) =>
      figure('x', 'one', [mid, 'ms'], { ratio: { mid, low, high }, goal: '≤2' })
    const [before, beside, within] = [of(0.9, 1, 1.1), of(1.15, 1.2, 1.3), of(1.05, 1.2, 1.3)]
    t.match(compare([before], [beside]).moved, [{ before: 1, now: 1.2, how: 'worse' }])
    t.match(compare([beside], [before]).moved, [{ how: 'better' }])
    t.match(compare([before], [within]), { moved: [], same: 1, unclear: 0 })
    const once = figure('x', 'one', [5, 'ms'], { ratio: 5, goal: '≤2' })
    for (const [old, now] of [
      [before, once],
      [once, beside],
      [once, once],
    ] as const) {
      t.match(compare([old], [now]), { moved: [], same: 0, unclear: 1 })
    }
    t.equal(
      compareText(compare([once], [before])),
      '0 within noise, 0 moved\n1 measured once, of unknown noise: say --runs 5',
    )
    t.same(combined([[before]]), [before], 'one run keeps what its samples say')
  },
)

t.test('what is another text each time is a note: a figure keeps its name', async t => {
  const at = (note: string) => figure('x', 'one', [1, 'ms'], { limit: '5 ms', note })
  t.same(compare([at('of 99')], [at('of 101')]).unknown, [])
  t.match(printFigures([at('of 99')]), / 5 ms +of 99$/)
})

t.test('at the end: how many goals are met, and what misses its own', async t => {
  const of = (part: string, ratio: number) => figure(part, 'one', [5, 'ms'], { ratio, goal: '≤1' })
  t.equal(printGoals([figure('x', 'without', [5, 'ms'])]), '')
  t.equal(printGoals([of('x', 1)]), '1 of 1 goals met')
  const [counts, , missed, ...more] = printGoals([of('x', 1), of('y', 2), of('z', 0.5)]).split('\n')
  t.equal(counts, '2 of 3 goals met; not:')
  t.match(missed, /^y: one +5.0 ms +2.00 +≤1 +MISSED$/)
  t.same(more, [])
})

t.test('noise is told as a share, and of nothing there is none', async t => {
  const of = (mid: number) => figure('x', 'one', [{ mid, low: 0.9 * mid, high: 1.3 * mid }, 'ms'])
  t.match(printFigures([of(4)]), /±20 %$/)
  t.notMatch(printFigures([of(0)]), /±/)
})

t.test('medians of runs, and whether their goal is met', async t => {
  const run = (ratio: number) => [figure('x', 'one', [10 * ratio, 'ms'], { ratio, goal: '≤1' })]
  t.match(combined([run(1.2), run(0.8), run(0.9)]), [
    { value: 9, ratio: 0.9, met: true, range: [0.8, 1.2] },
  ])
  t.equal(combined([run(1)])[0]?.range, undefined, 'one run has none')
})

t.test('one thing held against two limits is two figures', async t => {
  const run = (n: number) => [
    figure('x', 'one', [1, 'µs'], { limit: 'slow', ratio: 1 + n / 100 }),
    figure('x', 'one', [1, 'µs'], { limit: 'fast', ratio: 2 + n / 100 }),
  ]
  const figures = combined([run(0), run(1), run(2)])
  t.same(
    figures.map(({ ratio, range }) => [ratio, range]),
    [
      [1.01, [1, 1.02]],
      [2.01, [2, 2.02]],
    ],
  )
  t.same(compare(figures, figures), { moved: [], machine: [], same: 2, unclear: 0, unknown: [] })
})

t.test('kept runs are read again, and drawn', async t => {
  const folder = tempDir()
  const at = (day: number) => new Date(Date.UTC(2026, 10, day))
  storeRun(folder, measured(1), at(1))
  const { file, drawing } = storeRun(folder, measured(2), at(2))
  writeFileSync(join(folder, 'notes.json'), '{}')
  storeRun(folder, measured(3), at(3))
  t.equal(readdirSync(folder).length, 5)
  t.same(readFigures(file), measured(2))
  const svg = readFileSync(drawing, 'utf8')
  t.match(svg, /3 runs, 2026-11-01 to 2026-11-03/)
  t.equal(svg.match(/<polyline/g)?.length, NAMES.length)
  const list = join(folder, 'list')
  writeFileSync(list, JSON.stringify(measured(4)))
  t.same(readFigures(list), measured(4), 'as --json prints them')
  writeFileSync(list, '[{"part":1}]')
  t.throws(() => readFigures(list), { code: 'USAGE', message: /0\.part/ })
  t.throws(() => readFigures(join(folder, 'none')), { code: 'USAGE' })
})

t.test('what it is not given well is said before anything is measured', async t => {
  for (const args of [['no'], ['pass', '--runs', '0'], ['--compare', 'none.json'], ['--hops']]) {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/bench.ts', ...args], {
      ...{ cwd: ROOT, encoding: 'utf8' },
    })
    t.equal(status, 2, args.join(' '))
    t.match(stderr, /^bench: /)
  }
})
