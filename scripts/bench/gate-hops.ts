/**
 * `npm run bench -- gate --hops`: where the time of a scan goes, hop by hop, while people rush
 * through all lanes at once; and the slowest ones with what else ran in the gate meanwhile.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createWorld, startStation } from '../../fixtures/world.ts'
import { HOP_HELP, type HopMark, SCAN_HOPS } from '../../gate/timing/scan-hops.ts'
import { type Figure, figure } from './figure.ts'
import { createScans, lineMs, phonesOf, SCANNER_BAUD } from './gate-scans.ts'
import { hopsOffsetMs, PROBE_FOLDER, type ProbeFile, readProbe } from './hops-file.ts'
import { quantile } from './measure.ts'

const PART = 'gate'
const LANES = ['A', 'B', 'C', 'D']
const WARM_UP = 20
const SCANS = 150
const PHONES = 13
const SLOWEST = 10
/** Of what ran beside a slow scan, told up to so many. */
const BESIDE_MAX = 6
const PROBE = new URL('./hops-probe.ts', import.meta.url)

/** On both sides of what the gate itself sees. */
const OUTSIDE = { line: 'Last byte due to last byte read', pin: 'Relay called to its pin' } as const
const HOPS = ['line', ...SCAN_HOPS, 'pin'] as const
type Hop = (typeof HOPS)[number]

/** One scan: milliseconds of the system's monotonic clock. */
export interface WatchedScan {
  readonly lane: string
  /** When the line has carried its last byte. */
  readonly dueMs: number
  readonly pinMs: number
}

export interface HopsOfScan extends WatchedScan {
  readonly totalMs: number
  readonly hops: Readonly<Record<Hop, number>>
  /** What else ran between, longest first. */
  readonly beside: readonly string[]
}

/** `dir`: an empty folder. `print` takes the slowest scans. */
export async function gateHops(dir: string, print: (text: string) => void): Promise<Figure[]> {
  const probes = join(dir, 'probes')
  mkdirSync(probes, { recursive: true })
  const world = await createWorld({
    ...{ dir: join(dir, 'world'), scannerBaud: SCANNER_BAUD, pollMs: 10_000 },
    lanes: LANES.map(name => ({ name, direction: 'entry' as const })),
    lane: { policy: { passback: 'off' } },
    gateEnv: {
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${PROBE.href}`.trim(),
      [PROBE_FOLDER]: probes,
    },
  })
  const watched: WatchedScan[] = []
  try {
    await startStation(world)
    const offsetMs = hopsOffsetMs()
    const rushes = world.lanes.map(async (lane, index) => {
      const phones = await phonesOf(world, PHONES, index * PHONES)
      const scans = createScans(world, phones, lane)
      const shown = await scans(WARM_UP + SCANS, (at, text) => at.scanner.sendText(text))
      for (const one of shown.slice(WARM_UP)) {
        const fromMs = one.fromMs + offsetMs
        watched.push({ lane: lane.name, dueMs: fromMs + lineMs(one), pinMs: fromMs + one.ms })
      }
    })
    await Promise.all(rushes)
    await world.gate().stop()
  } finally {
    await world.close()
  }
  const scans = hopsOf(watched, readProbe(probes))
  print(slowestText(scans))
  return figuresOf(scans)
}

/** Scans whose hops are all known. */
export function hopsOf(watched: readonly WatchedScan[], probe: ProbeFile): HopsOfScan[] {
  const all: HopsOfScan[] = []
  for (const scan of watched) {
    const marks = marksOf(scan, probe.hops)
    if (marks === undefined) continue
    const ends = [...marks.map(one => one.atMs), scan.pinMs]
    let fromMs = scan.dueMs
    const hops = ends.map((atMs, index) => {
      const tookMs = atMs - fromMs
      fromMs = atMs
      return [HOPS[index], tookMs] as const
    })
    all.push({
      ...scan,
      totalMs: scan.pinMs - scan.dueMs,
      hops: Object.fromEntries(hops) as Record<Hop, number>,
      beside: besideOf(scan, marks, probe),
    })
  }
  return all
}

/** From the last `scan` mark before the relay on, one of each hop; undefined when some are missing. */
function marksOf({ lane, dueMs, pinMs }: WatchedScan, hops: readonly HopMark[]) {
  const own = hops.filter(one => one.lane === lane && one.atMs > dueMs - 5 && one.atMs < pinMs)
  const from = own.findLastIndex(one => one.hop === 'scan')
  const marks = own.slice(from, from + SCAN_HOPS.length + 1)
  const names = ['scan', ...SCAN_HOPS].join()
  return from >= 0 && marks.map(one => one.hop).join() === names ? marks : undefined
}

/** Requests to threads other than its own row, runs of the collector, other lanes' hops. */
function besideOf(scan: WatchedScan, marks: readonly HopMark[], probe: ProbeFile): string[] {
  const [fromMs, toMs] = [scan.dueMs, scan.pinMs]
  const writtenMs = marks.find(one => one.hop === 'commit')?.atMs ?? toMs
  const own = probe.requests.findLast(one => one.name === 'appendAll' && one.toMs <= writtenMs)
  const ran = [...probe.requests, ...probe.pauses]
    .filter(one => one.toMs > fromMs && one.fromMs < toMs)
    .toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))
    .map(one => {
      const of = one === own ? 'own ' : ''
      return `${of}${one.name} ${ms(one.toMs - one.fromMs)} from ${ms(one.fromMs - fromMs)}`
    })
  const lanes = new Set(
    probe.hops
      .filter(one => one.lane !== scan.lane && one.atMs > fromMs && one.atMs < toMs)
      .map(one => `${one.lane} ${one.hop}`),
  )
  const others = lanes.size === 0 ? [] : [`lanes: ${[...lanes].join(', ')}`]
  return [...ran.slice(0, BESIDE_MAX), ...others]
}

function figuresOf(scans: readonly HopsOfScan[]): Figure[] {
  const told = (hop: Hop) => (hop === 'line' || hop === 'pin' ? OUTSIDE[hop] : HOP_HELP[hop])
  const rows: [string, number[]][] = HOPS.map(hop => [told(hop), scans.map(one => one.hops[hop])])
  rows.push(['Last byte due to its pin', scans.map(one => one.totalMs)])
  const shares: [string, (values: readonly number[]) => number][] = [
    ['p50', values => quantile(values, 0.5)],
    ['p99', values => quantile(values, 0.99)],
    ['max', values => Math.max(...values)],
  ]
  return rows.flatMap(([name, values]) =>
    shares.map(([share, of]) => figure(PART, `${name}, ${share}`, [of(values), 'ms'])),
  )
}

function slowestText(scans: readonly HopsOfScan[]): string {
  const slowest = scans.toSorted((a, b) => b.totalMs - a.totalMs).slice(0, SLOWEST)
  const lines = slowest.map(one => {
    const hops = HOPS.map(hop => `${hop} ${ms(one.hops[hop])}`).join('  ')
    return [`${ms(one.totalMs)} ms at ${one.lane}: ${hops}`, ...one.beside].join('\n    ')
  })
  return `the slowest ${slowest.length} of ${scans.length} scans, ms:\n${lines.join('\n')}\n`
}

const ms = (value: number): string => value.toFixed(2)
