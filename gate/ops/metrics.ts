/**
 * A gate's figures in the Prometheus text format 0.0.4. Names of lanes, codes and devices only:
 * nothing of a person, a pass or a certificate.
 */
import type { DeviceState, LineFault, ReadFault } from '../../hardware/ports.ts'
import type { Effect, LaneState, StateName } from '../machine/state.ts'

export interface Metrics {
  /** A reading arrived, at a lane that could decide it at once. Monotonic milliseconds. */
  scanned(lane: string, atMs: number): void
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
  render(): string
}

/** Upper bounds of the histograms, seconds. */
const BOUNDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const PREFIX = 'wicketgate_'

interface Counter {
  readonly help: string
  readonly values: Map<string, number>
}

interface Histogram {
  readonly help: string
  readonly counts: number[]
  sum: number
  count: number
}

export function createMetrics(): Metrics {
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
  const histograms = {
    scan_to_verdict_seconds: histogram('Last byte of a scan to its verdict'),
    scan_to_relay_seconds: histogram('Last byte of a scan to the relay, its row on disk'),
  }
  const states = new Map<string, StateName>()
  const gauges = new Map<string, { help: string; read: () => number | undefined }>()
  const scanMs = new Map<string, number>()

  function observe(lane: string, effect: Effect, nowMs: number): void {
    const code = ('body' in effect && 'code' in effect.body && effect.body.code) || ''
    const fromMs = scanMs.get(lane)
    if (effect.type === 'recordGrant' || (effect.type === 'record' && effect.kind === 'scan')) {
      add(counters.verdicts_total, { lane, code })
      if (fromMs !== undefined) put(histograms.scan_to_verdict_seconds, nowMs - fromMs)
      if (effect.type === 'record') scanMs.delete(lane)
    } else if (effect.type === 'energise') {
      add(counters.relay_cycles_total, { lane, relay: effect.relay })
      if (fromMs !== undefined) put(histograms.scan_to_relay_seconds, nowMs - fromMs)
      scanMs.delete(lane)
    } else if (effect.type === 'record' && effect.kind === 'alarm' && effect.body.on) {
      add(counters.alarms_total, { lane, code })
    } else if (effect.type === 'record' && effect.kind === 'passage') {
      add(counters.passages_total, { lane, direction: effect.body.direction })
    }
  }

  return {
    scanned: (lane, atMs) => void scanMs.set(lane, atMs),
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
    render() {
      const lines: string[] = []
      for (const [name, one] of Object.entries(counters)) {
        head(lines, name, 'counter', one.help)
        for (const [labels, value] of one.values) lines.push(`${PREFIX}${name}${labels} ${value}`)
      }
      for (const [name, one] of Object.entries(histograms)) renderHistogram(lines, name, one)
      head(lines, 'lane_state', 'gauge', '1 for the state that a lane is in')
      for (const [lane, state] of states) {
        lines.push(`${PREFIX}lane_state${labelsOf({ lane, state })} 1`)
      }
      for (const [name, { help, read }] of gauges) {
        const value = read()
        if (value === undefined) continue
        head(lines, name, 'gauge', help)
        lines.push(`${PREFIX}${name} ${value}`)
      }
      return `${lines.join('\n')}\n`
    },
  }
}

function counter(help: string): Counter {
  return { help, values: new Map() }
}

function histogram(help: string): Histogram {
  return { help, counts: BOUNDS.map(() => 0), sum: 0, count: 0 }
}

/** Labels come from config names and the table of codes: a bounded set. */
function add({ values }: Counter, labels: Readonly<Record<string, string>>, count = 1): void {
  const key = labelsOf(labels)
  values.set(key, (values.get(key) ?? 0) + count)
}

function put(into: Histogram, ms: number): void {
  const seconds = Math.max(0, ms) / 1000
  into.sum += seconds
  into.count += 1
  BOUNDS.forEach((bound, index) => {
    if (seconds <= bound) into.counts[index] = (into.counts[index] ?? 0) + 1
  })
}

function renderHistogram(lines: string[], name: string, one: Histogram): void {
  head(lines, name, 'histogram', one.help)
  BOUNDS.forEach((bound, index) => {
    lines.push(`${PREFIX}${name}_bucket{le="${bound}"} ${one.counts[index] ?? 0}`)
  })
  lines.push(`${PREFIX}${name}_bucket{le="+Inf"} ${one.count}`)
  lines.push(`${PREFIX}${name}_sum ${one.sum}`, `${PREFIX}${name}_count ${one.count}`)
}

function head(lines: string[], name: string, type: string, help: string): void {
  lines.push(`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} ${type}`)
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
