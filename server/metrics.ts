/**
 * Metrics in Prometheus' text format 0.0.4. Labels are route patterns, methods and status codes
 * alone: nothing of a request's content, and no more series than there are routes.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Upper bounds of the duration buckets, seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const

/** Read when the metrics are. */
export interface Gauges {
  readonly manifestVersion: number
  readonly manifestAgeSeconds: number
  readonly trustVersion: number
  /** Undefined while the database can't be asked. */
  readonly gates: { readonly enrolled: number; readonly stale: number } | undefined
}

export interface Metrics {
  /** Counts an answered request. `route`: its pattern. */
  request(method: string, route: string, status: number, seconds: number): void
  /** Counts an answer to a gate's or anyone's fetch of a trust file. */
  trustFile(status: number): void
  databaseLost(): void
  /** Counts second uses of a pass that a gate's journal brought to light. */
  duplicates(n: number): void
  render(gauges: Gauges): string
}

interface Durations {
  readonly buckets: number[]
  sum: number
  count: number
}

export function createMetrics(): Metrics {
  const requests = new Map<string, number>()
  const durations = new Map<string, Durations>()
  const trustFiles = new Map<number, number>()
  const lag = monitorEventLoopDelay({ resolution: 20 })
  let lost = 0
  let twice = 0
  return {
    request(method, route, status, seconds) {
      const of = `${labels({ method, route })}`
      const key = `${of.slice(0, -1)},status="${status}"}`
      requests.set(key, (requests.get(key) ?? 0) + 1)
      const known = durations.get(of) ?? { buckets: BUCKETS.map(() => 0), sum: 0, count: 0 }
      durations.set(of, known)
      known.sum += seconds
      known.count += 1
      for (const [i, bound] of BUCKETS.entries()) {
        if (seconds <= bound) known.buckets[i] = (known.buckets[i] as number) + 1
      }
    },
    trustFile: status => void trustFiles.set(status, (trustFiles.get(status) ?? 0) + 1),
    databaseLost() {
      lost += 1
    },
    duplicates(n) {
      twice += n
    },
    render(gauges) {
      lag.enable()
      const lines = [
        ...family('requests_total', 'counter', 'Requests answered', requests),
        ...histogram(durations),
        ...family(
          'trust_files_total',
          'counter',
          'Trust files answered',
          new Map([...trustFiles].map(([status, n]) => [labels({ status: String(status) }), n])),
        ),
        ...one('database_connections_lost_total', 'counter', 'Connections that broke', lost),
        ...one('duplicate_passages_total', 'counter', 'Second uses of a pass', twice),
        ...one('manifest_version', 'gauge', 'Served here', gauges.manifestVersion),
        ...one('manifest_age_seconds', 'gauge', 'Since it was signed', gauges.manifestAgeSeconds),
        ...(gauges.gates === undefined ? [] : gatesOf(gauges.gates)),
        ...one('trust_version', 'gauge', 'Newest trust document', gauges.trustVersion),
        ...one(
          'event_loop_lag_p99_seconds',
          'gauge',
          'Since the last look',
          lag.percentile(99) / 1e9,
        ),
        ...one('memory_resident_bytes', 'gauge', 'Of this process', process.memoryUsage.rss()),
        ...one('cpu_seconds_total', 'counter', 'Of this process', cpuSeconds()),
        ...one('uptime_seconds', 'gauge', 'Of this process', process.uptime()),
      ]
      lag.reset()
      return `${lines.join('\n')}\n`
    },
  }
}

function labels(values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `{${pairs.join(',')}}`
}

/** As the format asks: backslash, quote and line feed. */
const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

function family(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  values: ReadonlyMap<string, number>,
): string[] {
  const rows = [...values].map(([of, value]) => `wicketgate_${name}${of} ${value}`)
  return [`# HELP wicketgate_${name} ${help}`, `# TYPE wicketgate_${name} ${type}`, ...rows]
}

const one = (name: string, type: 'counter' | 'gauge', help: string, value: number): string[] =>
  family(name, type, help, new Map([['', value]]))

const gatesOf = ({ enrolled, stale }: NonNullable<Gauges['gates']>): string[] => [
  ...one('gates_enrolled', 'gauge', 'Gates with a key', enrolled),
  ...one('gates_stale', 'gauge', 'Of them, those that told nothing for three minutes', stale),
]

function histogram(durations: ReadonlyMap<string, Durations>): string[] {
  const name = 'wicketgate_request_seconds'
  const lines = [`# HELP ${name} Time to answer`, `# TYPE ${name} histogram`]
  for (const [of, { buckets, sum, count }] of durations) {
    const start = of.slice(0, -1)
    for (const [i, bound] of BUCKETS.entries()) {
      lines.push(`${name}_bucket${start},le="${bound}"} ${buckets[i]}`)
    }
    lines.push(`${name}_bucket${start},le="+Inf"} ${count}`)
    lines.push(`${name}_sum${of} ${sum}`, `${name}_count${of} ${count}`)
  }
  return lines
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
