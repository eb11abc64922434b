import t from 'tap'
import type { Figure, FigureValue, Histogram } from '../contract/figures.ts'
import { figuresLines } from './figures-screen.ts'

const counter = (name: string, ...values: FigureValue[]): Figure => {
  return { type: 'counter', name, help: 'x', values }
}
const gauge = (name: string, value: number): Figure => {
  return { type: 'gauge', name, help: 'x', values: [{ labels: {}, value }] }
}
const verdict = (lane: string, code: string, value: number): FigureValue => {
  return { labels: { lane, code }, value }
}
/** Of 100 scans; `slow` of them took longer than the last bound. */
const timing = (name: string, slow = 0): Histogram => {
  const buckets = [
    { le: 0.005, count: 60 },
    { le: 2.5, count: 100 - slow },
  ]
  return { type: 'histogram', name, help: 'x', buckets, sum: 1.234, count: 100 }
}
const never: Histogram = {
  ...{ type: 'histogram', name: 'scan_to_relay_seconds', help: 'x' },
  ...{ buckets: [{ le: 1, count: 0 }], sum: 0, count: 0 },
}

t.test('timings by their bounds, counts by lane, the most frequent first', async t => {
  const figures = [
    counter('verdicts_total', verdict('A', 'NO_TICKET', 2), verdict('A', 'ADMIT', 97)),
    counter('alarms_total'),
    counter('device_ready_total', { labels: { device: 'A.board' }, value: 3 }),
    counter('something_new_total', { labels: { lane: 'B', why: 'x' }, value: 1 }),
    timing('scan_to_verdict_seconds'),
    never,
    { ...gauge('lane_state', 1) },
    gauge('rows_waiting', 4),
    gauge('clock_offset_seconds', -0.0314),
    gauge('memory_bytes', 85 * 1_048_576),
  ]
  t.same(figuresLines({ forMs: 3_725_000, figures }, 80), [
    'Counted for 1 h 2 min, since this gate started.',
    '',
    '                 times  mean     half within  99 % within',
    'scan to verdict  100    12.3 ms  5 ms         2500 ms',
    'scan to relay    0      -        -            -',
    '',
    'verdicts             A: ADMIT 97, NO_TICKET 2',
    'came or came back    A.board 3',
    'something_new_total  B: x 1',
    'rows to be written   4',
    'clock less machine   -31 ms',
    'memory               85.0 MiB',
  ])
})

t.test('what was slower than every bound is told as such', async t => {
  const figures = [timing('scan_to_verdict_seconds', 2)]
  t.match(figuresLines({ forMs: 0, figures }, 80)[3], /5 ms +over 2500 ms$/)
})

t.test('no line is wider than the terminal', async t => {
  const codes = Array.from({ length: 40 }, (_, n) => verdict('A', `SOME_LONG_CODE_${n}`, n))
  const lines = figuresLines({ forMs: 0, figures: [counter('verdicts_total', ...codes)] }, 60)
  t.ok(lines.length > 10)
  t.same(
    lines.filter(line => line.length > 60),
    [],
  )
})
