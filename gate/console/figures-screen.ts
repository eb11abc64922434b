/** `show metrics`: what a gate has counted and timed, on one screen of 80 columns. Pure. */
import type { Figure, FigureValue, GateFigures, Histogram } from '../contract/figures.ts'
import { bytesText, pairLines, spanText, tableLines, wrapped } from './layout.ts'

/** Short names; a figure that is not here has its own. */
const TITLES: Readonly<Record<string, string>> = {
  scan_to_verdict_seconds: 'scan to verdict',
  scan_to_relay_seconds: 'scan to relay',
  scan_read_seconds: '  last byte to lane',
  scan_verify_seconds: '  verification',
  scan_decide_seconds: '  verdict',
  scan_hand_seconds: '  row handed over',
  scan_commit_seconds: '  row on disk',
  scan_open_seconds: '  relay',
  verdicts_total: 'verdicts',
  alarms_total: 'alarms',
  passages_total: 'passages',
  relay_cycles_total: 'relay cycles',
  device_ready_total: 'came or came back',
  codes_dropped_total: 'codes in part',
  code_bytes_dropped_total: 'bytes of them',
  line_dropped_total: 'noise on lines',
  bus_messages_total: 'of siblings',
  bus_ignored_total: 'not taken of it',
  rows_waiting: 'rows to be written',
  clock_offset_seconds: 'clock less machine',
  memory_bytes: 'memory',
}

/** Of the gauges these; the others stand on the status screen. */
const GAUGES: Readonly<Record<string, (value: number) => string>> = {
  rows_waiting: String,
  clock_offset_seconds: seconds => `${Math.round(seconds * 1000)} ms`,
  memory_bytes: bytesText,
}

/** How many in a hundred took no longer than the bound that is shown. */
const SHARES: readonly (readonly [title: string, ofHundred: number])[] = [
  ['half within', 50],
  ['99 % within', 99],
]

/** What has not happened yet is left out. */
export function figuresLines({ forMs, figures }: GateFigures, columns: number): readonly string[] {
  const timings = figures.filter(one => one.type === 'histogram')
  const head = ['', 'times', 'mean', ...SHARES.map(([title]) => title)]
  const counters = figures.flatMap(one => (one.type === 'counter' ? counterPair(one) : []))
  const gauges = figures.flatMap(one => (one.type === 'gauge' ? gaugePair(one) : []))
  return [
    `Counted for ${spanText(forMs)}, since this gate started.`,
    '',
    ...tableLines(head, timings.map(timingCells)),
    '',
    ...pairLines([...counters, ...gauges]).flatMap(line => wrapped(line, columns, '    ')),
  ]
}

const titleOf = ({ name }: Figure): string => TITLES[name] ?? name

function timingCells(timing: Histogram): string[] {
  const { sum, count } = timing
  const mean = count === 0 ? '-' : msText(sum / count)
  return [
    titleOf(timing),
    String(count),
    mean,
    ...SHARES.map(([, share]) => boundText(timing, share)),
  ]
}

function boundText({ buckets, count }: Histogram, share: number): string {
  if (count === 0) return '-'
  const bound = buckets.find(one => one.count * 100 >= count * share)
  return bound === undefined ? `over ${msText(buckets.at(-1)?.le ?? 0)}` : msText(bound.le)
}

const msText = (seconds: number): string => `${Number((seconds * 1000).toFixed(1))} ms`

type Valued = Extract<Figure, { type: 'counter' | 'gauge' }>

/** By the first label, as `A: ADMIT 7, NO_TICKET 1`; the most frequent first. */
function counterPair(counter: Valued): [string, string][] {
  if (counter.values.length === 0) return []
  const groups = Map.groupBy(counter.values, ({ labels }) => Object.values(labels)[0] ?? '')
  const texts = [...groups].map(([first, values]) => groupText(first, values))
  return [[titleOf(counter), texts.join('; ')]]
}

function groupText(first: string, values: readonly FigureValue[]): string {
  const sorted = values.toSorted((a, b) => b.value - a.value)
  const counts = sorted.map(({ labels, value }) =>
    [...Object.values(labels).slice(1), value].join(' '),
  )
  const single = Object.keys(values[0]?.labels ?? {}).length === 1
  return single ? `${first} ${counts.join()}` : `${first}: ${counts.join(', ')}`
}

function gaugePair(gauge: Valued): [string, string][] {
  const text = GAUGES[gauge.name]
  const [first] = gauge.values
  return text === undefined || first === undefined ? [] : [[titleOf(gauge), text(first.value)]]
}
