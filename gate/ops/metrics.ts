/** Counts what a gate does, as its figures (contract/figures.ts). */
import type { DeviceState, LineFault, ReadFault } from '../../hardware/ports.ts'
import type { Figure, FigureValue } from '../contract/figures.ts'
import type { Effect, LaneState, StateName } from '../machine/state.ts'
import { HOP_HELP, SCAN_HOPS, type ScanHop } from '../timing/scan-hops.ts'
import { createRecent, type RecentCounts } from './recent.ts'

export interface Metrics {
  /** A reading arrived, at a lane that could decide it at once. Monotonic milliseconds. */
  scanned(lane: string, atMs: number): void
  /** A hop of that scan has ended; others are not counted. */
  hop(lane: string, hop: ScanHop, atMs: number): void
  /** A lane's step, at `nowMs`. */
  stepped(lane: string, view: LaneState, effects: readonly Effect[], nowMs: number): void
  device(device: string, state: DeviceState): void
  /** What a board's line carried and was not taken, by why. */
  dropped(device: string, fault: LineFault, count: number): void
  /** A code came to a reader in part and was dropped, so many bytes of it, by why. */
  unread(device: string, fault: ReadFault, bytes?: number): void
  /** A message of a sibling gate, by its kind. */
  heard(kind: string): void
  /** Messages or facts of siblings that were not taken, by why. */
  ignored(reason: string, count: number): void
  /** Read when the figures are asked for; `undefined` leaves the line out. */
  gauge(name: string, help: string, read: () => number | undefined): void
  /** As of now: counters, histograms, states of lanes, gauges. */
  figures(): readonly Figure[]
}

/** Upper bounds of the histograms, seconds. */
const BOUNDS = [
  0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
]

interface Counter {
  readonly help: string
  /** By their labels. */
  readonly values: Map<string, FigureValue>
}

interface Timing {
  readonly help: string
  readonly counts: number[]
  sum: number
  count: number
}

/** `recent`: hears of verdicts, passages and times to the relay, too. */
export function createMetrics(recent: RecentCounts = createRecent()): Metrics {
  const counters = {
    verdicts_total: counter('Scans by lane and verdict'),
    alarms_total: counter('Alarms raised by lane and code'),
    passages_total: counter('People who walked through on a grant, by lane and direction'),
    relay_cycles_total: counter('Times a relay was energised, by lane and relay'),
    device_ready_total: counter('Times a device came or came back'),
    codes_dropped_total: counter('Codes that came in part and were dropped, by reader and reason'),
    code_bytes_dropped_total: counter('Bytes of them and of what came after, by reader and reason'),
    line_dropped_total: counter('What a board’s line carried and was not taken, by reason'),
    bus_messages_total: counter('Messages of sibling gates by kind'),
    bus_ignored_total: counter(
      'Messages and facts of sibling gates that were not taken, by reason',
    ),
  }
  const timings = {
    scan_to_verdict_seconds: timing('Last byte of a scan to its verdict'),
    scan_to_relay_seconds: timing('Last byte of a scan to the relay, its row on disk'),
  }
  const hops = Object.fromEntries(
    SCAN_HOPS.map(hop => [hop, timing(HOP_HELP[hop])] as const),
  ) as Record<ScanHop, Timing>
  const states = new Map<string, StateName>()
  const gauges = new Map<string, { help: string; read: () => number | undefined }>()
  const scanMs = new Map<string, number>()
  /** Of each lane's scan: which hop ends next, and since when it runs. */
  const hopUnderWay = new Map<string, { next: number; sinceMs: number }>()

  function observe(lane: string, effect: Effect, nowMs: number): void {
    const code = ('body' in effect && 'code' in effect.body && effect.body.code) || ''
    const fromMs = scanMs.get(lane)
    if (effect.type === 'recordGrant' || (effect.type === 'record' && effect.kind === 'scan')) {
      add(counters.verdicts_total, { lane, code })
      recent.verdict(code, nowMs)
      if (fromMs !== undefined) put(timings.scan_to_verdict_seconds, nowMs - fromMs)
      if (effect.type === 'record') end(lane)
    } else if (effect.type === 'energise') {
      add(counters.relay_cycles_total, { lane, relay: effect.relay })
      if (fromMs !== undefined) {
        put(timings.scan_to_relay_seconds, nowMs - fromMs)
        recent.relay(nowMs - fromMs, nowMs)
      }
      end(lane)
    } else if (effect.type === 'record' && effect.kind === 'alarm' && effect.body.on) {
      add(counters.alarms_total, { lane, code })
    } else if (effect.type === 'record' && effect.kind === 'passage') {
      add(counters.passages_total, { lane, direction: effect.body.direction })
      recent.passage(nowMs)
    }
  }

  function end(lane: string): void {
    scanMs.delete(lane)
    hopUnderWay.delete(lane)
  }

  return {
    scanned(lane, atMs) {
      scanMs.set(lane, atMs)
      hopUnderWay.set(lane, { next: 0, sinceMs: atMs })
    },
    hop(lane, hop, atMs) {
      const now = hopUnderWay.get(lane)
      if (now === undefined || SCAN_HOPS[now.next] !== hop) return
      put(hops[hop], atMs - now.sinceMs)
      hopUnderWay.set(lane, { next: now.next + 1, sinceMs: atMs })
    },
    stepped(lane, view, effects, nowMs) {
      states.set(lane, view.state.name)
      for (const effect of effects) observe(lane, effect, nowMs)
    },
    device(device, { state }) {
      if (state === 'ready') add(counters.device_ready_total, { device })
    },
    dropped: (device, reason, count) => add(counters.line_dropped_total, { device, reason }, count),
    unread(device, reason, bytes = 0) {
      // The rest of a code is no code of its own.
      if (reason !== 'REST') add(counters.codes_dropped_total, { device, reason })
      if (bytes > 0) add(counters.code_bytes_dropped_total, { device, reason }, bytes)
    },
    heard: kind => add(counters.bus_messages_total, { kind }),
    ignored: (reason, count) => add(counters.bus_ignored_total, { reason }, count),
    gauge: (name, help, read) => void gauges.set(name, { help, read }),
    figures: () => [
      ...Object.entries(counters).map(([name, { help, values }]): Figure => {
        return { type: 'counter', name, help, values: [...values.values()] }
      }),
      ...Object.entries(timings).map(([name, one]) => histogramOf(name, one)),
      ...SCAN_HOPS.map(hop => histogramOf(`scan_${hop}_seconds`, hops[hop])),
      {
        ...{ type: 'gauge', name: 'lane_state', help: '1 for the state that a lane is in' },
        values: [...states].map(([lane, state]) => ({ labels: { lane, state }, value: 1 })),
      },
      ...[...gauges].flatMap(([name, { help, read }]): Figure[] => {
        const value = read()
        if (value === undefined) return []
        return [{ type: 'gauge', name, help, values: [{ labels: {}, value }] }]
      }),
    ],
  }
}

function counter(help: string): Counter {
  return { help, values: new Map() }
}

function timing(help: string): Timing {
  return { help, counts: BOUNDS.map(() => 0), sum: 0, count: 0 }
}

/** Labels come from config names and the table of codes: a bounded set. */
function add({ values }: Counter, labels: FigureValue['labels'], count = 1): void {
  const key = Object.values(labels).join('\n')
  const known = values.get(key) ?? { labels, value: 0 }
  values.set(key, { labels: known.labels, value: known.value + count })
}

function put(into: Timing, ms: number): void {
  const seconds = Math.max(0, ms) / 1000
  into.sum += seconds
  into.count += 1
  BOUNDS.forEach((bound, index) => {
    if (seconds <= bound) into.counts[index] = (into.counts[index] ?? 0) + 1
  })
}

function histogramOf(name: string, { help, counts, sum, count }: Timing): Figure {
  const buckets = BOUNDS.map((le, index) => ({ le, count: counts[index] ?? 0 }))
  return { type: 'histogram', name, help, buckets, sum, count }
}
