import t from 'tap'
import { SCAN_HOPS } from '../../gate/timing/scan-hops.ts'
import { type HopsOfScan, hopsOf, judged } from './gate-hops.ts'
import type { ProbeFile } from './hops-file.ts'

/** Marks of one scan: its last byte is read at `fromMs`, then each hop ends a millisecond later. */
const marks = (lane: string, fromMs: number): ProbeFile['hops'] =>
  (['scan', ...SCAN_HOPS] as const).map((hop, index) => ({ lane, hop, atMs: fromMs + index }))

const append = { name: 'appendAll', fromMs: 105, toMs: 105.5 }
const probe: ProbeFile = {
  hops: [...marks('A', 101), ...marks('B', 104), ...marks('A', 301).slice(0, -1)],
  requests: [{ ...append, fromMs: 90, toMs: 104 }, append, { ...append, fromMs: 200, toMs: 201 }],
  pauses: [{ name: 'gc of thread 0', fromMs: 99, toMs: 102 }],
}

t.test('a scan’s hops, and what else ran before its relay', async t => {
  const [scan, ...others] = hopsOf([{ lane: 'A', dueMs: 100, pinMs: 109 }], probe)
  t.same(others, [])
  t.equal(scan?.totalMs, 9)
  t.same(scan?.hops, {
    line: 1,
    read: 1,
    verify: 1,
    decide: 1,
    hand: 1,
    commit: 1,
    open: 1,
    pin: 2,
  })
  t.same(scan?.beside, [
    'appendAll 14.00 from -10.00',
    'gc of thread 0 3.00 from -1.00',
    'own appendAll 0.50 from 5.00',
    'lanes: B scan, B read, B verify, B decide, B hand',
  ])
})

t.test('a scan of which a hop is not known is left out', async t => {
  t.same(hopsOf([{ lane: 'A', dueMs: 300, pinMs: 309 }], probe), [])
  t.same(hopsOf([{ lane: 'C', dueMs: 100, pinMs: 109 }], probe), [])
})

/** A scan whose own part, the last byte read to its relay frame, takes so long: 6 ms and up. */
function scanOf(ownMs: number): HopsOfScan {
  const each = Object.fromEntries(SCAN_HOPS.map(hop => [hop, 1]))
  const commit = ownMs - (SCAN_HOPS.length - 1)
  const hops = { ...each, commit, line: 400, pin: 70 } as HopsOfScan['hops']
  const totalMs = 400 + ownMs + 70
  return { lane: 'A', dueMs: 0, pinMs: totalMs, totalMs, hops, beside: [] }
}

const scansOf = (count: number, ownMs: number) => Array.from({ length: count }, () => scanOf(ownMs))
/** 200 of them: two of a hundred lie beyond the p99. */
const commits = [...new Array<number>(197).fill(2), 3, 3, 40]

/** Value, ratio and whether it is met, of the two figures with a goal. */
function goalsOf(scans: readonly HopsOfScan[], commitsMs: readonly number[]) {
  const figures = judged(scans, commitsMs)
  return figures
    .filter(one => one.goal !== undefined)
    .map(({ value, ratio, met }) => [value, Number(ratio?.toFixed(3)), met])
}

t.test(
  'judged: what the gate adds itself, by a bare commit’s p99 and five milliseconds',
  async t => {
    const figures = judged(scansOf(200, 6), commits)
    t.same(
      figures.map(({ name, value, unit }) => [name, value, unit]),
      [
        ['A bare commit beside them, p50', 2, 'ms'],
        ['A bare commit beside them, p99', 3, 'ms'],
        ['Last byte read to its relay frame, p50', 6, 'ms'],
        ['Last byte read to its relay frame, p99', 6, 'ms'],
        ['Scans within that', 100, '%'],
      ],
    )
    t.same(goalsOf(scansOf(200, 6), commits), [
      [6, 0.75, true],
      [100, 1.005, true],
    ])
  },
)

t.test('judged: the line before and the pin behind are not the gate’s own', async t => {
  t.same(
    goalsOf(scansOf(200, 8), commits),
    [
      [8, 1, true],
      [100, 1.005, true],
    ],
    'at the limit',
  )
})

t.test('judged: one of 200 may be late, a second one misses', async t => {
  t.same(goalsOf([...scansOf(199, 6), scanOf(9)], commits), [
    [6, 0.75, true],
    [99.5, 1, true],
  ])
  t.same(goalsOf([...scansOf(198, 6), ...scansOf(2, 16)], commits), [
    [16, 2, false],
    [99, 0.995, false],
  ])
})

t.test(
  'judged: a slow disk is given to the gate, without a scan or a commit nothing is met',
  async t => {
    t.same(goalsOf(scansOf(10, 40), [39]), [
      [40, 0.909, true],
      [100, 1.005, true],
    ])
    for (const [scans, commitsMs] of [
      [[], commits],
      [scansOf(10, 6), []],
    ] as const) {
      t.same(
        goalsOf(scans, commitsMs).map(([, , met]) => met),
        [false, false],
      )
    }
  },
)
