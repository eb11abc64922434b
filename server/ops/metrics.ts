/**
 * Metrics in Prometheus' text format 0.0.4. Labels are route patterns, methods, status codes and the
 * marks of statements alone: nothing of a request's content, and no more series than there are routes
 * and statements.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createHistogram } from './histogram.ts'

/** Upper bounds of the duration buckets, seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const
/** The same of statements. */
const STATEMENT_BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5] as const
/** Series of one histogram; there are about 100 routes, and as many statements. */
const SERIES_MAX = 500

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
  /** Counts a statement of the database. `mark`: such as `insert audit`. */
  statement(mark: string, ms: number): void
  /** Counts an answer to a gate's or anyone's fetch of a trust file. */
  trustFile(status: number): void
  databaseLost(): void
  /** Counts second uses of a pass that a gate's journal brought to light. */
  duplicates(n: number): void
  render(gauges: Gauges): string
}

/** The monitor says how long after one sample the next one came. */
const SAMPLE_MS = 20

type LoopSamples = Pick<ReturnType<typeof monitorEventLoopDelay>, 'enable' | 'reset' | 'percentile'>

/** `samples`: of the event loop of this thread, `SAMPLE_MS` apart. */
export function createMetrics(
  samples: LoopSamples = monitorEventLoopDelay({ resolution: SAMPLE_MS }),
): Metrics {
  const requests = new Map<string, number>()
  const answered = createHistogram(
    { name: 'wicketgate_request_seconds', help: 'Time to answer' },
    BUCKETS,
    SERIES_MAX,
  )
  const statements = createHistogram(
    { name: 'wicketgate_statement_seconds', help: 'Time of a statement of the database' },
    STATEMENT_BUCKETS,
    SERIES_MAX,
  )
  const labelsOf = new Map<string, string>()
  const trustFiles = new Map<number, number>()
  let lost = 0
  let twice = 0
  return {
    request(method, route, status, seconds) {
      const of = `${labels({ method, route })}`
      const key = `${of.slice(0, -1)},status="${status}"}`
      requests.set(key, (requests.get(key) ?? 0) + 1)
      answered.observe(of, seconds)
    },
    statement(mark, ms) {
      const known = labelsOf.get(mark) ?? labels({ statement: mark })
      if (labelsOf.size < SERIES_MAX) labelsOf.set(mark, known)
      statements.observe(known, ms / 1000)
    },
    trustFile: status => void trustFiles.set(status, (trustFiles.get(status) ?? 0) + 1),
    databaseLost() {
      lost += 1
    },
    duplicates(n) {
      twice += n
    },
    render(gauges) {
      samples.enable()
      const lines = [
        ...family('requests_total', 'counter', 'Requests answered', requests),
        ...answered.lines(),
        ...statements.lines(),
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
          Math.max(0, samples.percentile(99) / 1e6 - SAMPLE_MS) / 1000,
        ),
        ...one('memory_resident_bytes', 'gauge', 'Of this process', process.memoryUsage.rss()),
        ...one('cpu_seconds_total', 'counter', 'Of this process', cpuSeconds()),
        ...one('uptime_seconds', 'gauge', 'Of this process', process.uptime()),
      ]
      samples.reset()
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

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
