/**
 * `npm run bench -- gate --hops`: where the time of a scan goes, hop by hop, while people rush
 * through all lanes at once; and the slowest ones with what else ran in the gate meanwhile.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, startChild } from '../../fixtures/child.ts'
import { createWorld, startStation } from '../../fixtures/world.ts'
import { HOP_HELP, type HopMark, SCAN_HOPS } from '../../gate/timing/scan-hops.ts'
import { type Figure, figure } from './figure.ts'
import { createScans, lineMs, phonesOf, SCANNER_BAUD } from './gate-scans.ts'
import {
  hopsOffsetMs,
  type Lateness,
  PROBE_FOLDER,
  type ProbeFile,
  readProbe,
  watchLoop,
} from './hops-file.ts'
import type { BareCommits } from './hops-peer.ts'
import { inUnits, type Measure, quantile, spreadOf, tailSpread } from './spread.ts'

const PART = 'gate'
/** Lanes at which people come at once, and how many at each, one after the other. */
interface Crowd {
  readonly lanes: readonly string[]
  readonly scans: number
}
const RUSH: Crowd = { lanes: ['A', 'B', 'C', 'D'], scans: 150 }
const ONE_LANE: Crowd = { lanes: ['A'], scans: 240 }
/** Of each lane. The first ones meet code that is not compiled yet. */
const WARM_UP = 20
const PHONES = 13
const SLOWEST = 10
/** A scan's own time beside its commit, milliseconds, and how many are to keep to it. */
const OWN_MS = 5
const WITHIN_PERCENT = 99.5
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
  const { scans, commitsMs, gateLoop, ownLoop } = await watchScans(dir, RUSH)
  print(slowestText(scans))
  return [...figuresOf(scans), ...judged(scans, commitsMs), ...loopFigures(gateLoop, ownLoop)]
}

/** What has a goal, of a rush as `gateHops` has it. `dir`: an empty folder. */
export async function rushFigures(dir: string): Promise<Figure[]> {
  const { scans, commitsMs } = await watchScans(dir, RUSH)
  return judged(scans, commitsMs)
}

/** The same of one lane, and the whole way, the simulation's line and pin in it. `dir`: an empty folder. */
export async function oneLaneFigures(dir: string): Promise<Figure[]> {
  const { scans, commitsMs } = await watchScans(dir, ONE_LANE)
  const toRelay = scans.map(({ totalMs }) => totalMs)
  return [
    figure(PART, 'last byte of a scan to its relay, p50', [spreadOf(toRelay), 'ms']),
    figure(PART, 'last byte of a scan to its relay, p99', [tailSpread(toRelay, 0.99), 'ms']),
    ...judged(scans, commitsMs, ', one lane'),
  ]
}

interface Watched {
  readonly scans: readonly HopsOfScan[]
  /** Bare commits beside them, milliseconds. */
  readonly commitsMs: readonly number[]
  readonly gateLoop: Lateness | undefined
  readonly ownLoop: Lateness
}

async function watchScans(dir: string, crowd: Crowd): Promise<Watched> {
  const probes = join(dir, 'probes')
  mkdirSync(probes, { recursive: true })
  const world = await createWorld({
    ...{ dir: join(dir, 'world'), scannerBaud: SCANNER_BAUD, pollMs: 10_000 },
    lanes: crowd.lanes.map(name => ({ name, direction: 'entry' as const })),
    lane: { policy: { passback: 'off' } },
    gateEnv: {
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${PROBE.href}`.trim(),
      [PROBE_FOLDER]: probes,
    },
  })
  const watched: WatchedScan[] = []
  const peer = startChild('scripts/bench/hops-peer.ts', [join(dir, 'bare.db')])
  try {
    await startStation(world)
    const lateness = watchLoop()
    const offsetMs = hopsOffsetMs()
    const rushes = world.lanes.map(async (lane, index) => {
      const phones = await phonesOf(world, PHONES, index * PHONES)
      const scans = createScans(world, phones, lane)
      const shown = await scans(WARM_UP + crowd.scans, (at, text) => at.scanner.sendText(text))
      for (const one of shown.slice(WARM_UP)) {
        const fromMs = one.fromMs + offsetMs
        watched.push({ lane: lane.name, dueMs: fromMs + lineMs(one), pinMs: fromMs + one.ms })
      }
    })
    await Promise.all(rushes)
    const ownLoop = lateness()
    const commitsMs = await bareCommits(peer)
    await world.gate().stop()
    const probe = readProbe(probes)
    return { scans: hopsOf(watched, probe), commitsMs, gateLoop: probe.loop, ownLoop }
  } finally {
    await peer.stop()
    await world.close()
  }
}

async function bareCommits(peer: Child): Promise<readonly number[]> {
  peer.signal('SIGTERM')
  const told = await peer.line('its commits', line => 'commitsMs' in line)
  return (told as unknown as BareCommits).commitsMs
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
  const shares: [string, (values: readonly number[]) => Measure][] = [
    ['p50', spreadOf],
    ['p99', values => tailSpread(values, 0.99)],
    ['max', values => Math.max(...values)],
  ]
  return rows.flatMap(([name, values]) =>
    shares.map(([share, of]) => figure(PART, `${name}, ${share}`, [of(values), 'ms'])),
  )
}

/**
 * What the gate itself answers for, held against a bare commit beside it on the same disk,
 * milliseconds. Without a scan, or without a commit, nothing is met. `where`: added to names.
 */
export function judged(
  scans: readonly HopsOfScan[],
  commitsMs: readonly number[],
  where = '',
): Figure[] {
  const own = scans.map(({ hops }) => SCAN_HOPS.reduce((sum, hop) => sum + hops[hop], 0))
  const commitMs = quantile(commitsMs, 0.99)
  const limitMs = OWN_MS + commitMs
  const within = (100 * own.filter(tookMs => tookMs <= limitMs).length) / own.length
  const limit = `${OWN_MS} ms and a bare commit, p99`
  const p99 = tailSpread(own, 0.99)
  return [
    figure(PART, `A bare commit beside them${where}, p50`, [spreadOf(commitsMs), 'ms']),
    figure(PART, `A bare commit beside them${where}, p99`, [tailSpread(commitsMs, 0.99), 'ms']),
    figure(PART, `Last byte read to its relay frame${where}, p50`, [spreadOf(own), 'ms']),
    figure(PART, `Last byte read to its relay frame${where}, p99`, [p99, 'ms'], {
      ...{ limit, ratio: inUnits(p99, limitMs), goal: '≤1' },
    }),
    figure(PART, `Scans within that${where}`, [within, '%'], {
      ...{ limit: `${WITHIN_PERCENT} %`, ratio: within / WITHIN_PERCENT, goal: '≥1' },
    }),
  ]
}

/** Whose loop a scan waited for before it was read, and behind its relay frame. */
const loopFigures = (gate: Lateness | undefined, own: Lateness): Figure[] =>
  Object.entries({ 'The gate’s': gate, 'The simulation’s': own }).flatMap(([whose, loop]) =>
    loop === undefined
      ? []
      : [
          figure(PART, `${whose} event loop late by, p99`, [loop.p99Ms, 'ms']),
          figure(PART, `${whose} event loop late by, p99.9`, [loop.p999Ms, 'ms']),
        ],
  )

function slowestText(scans: readonly HopsOfScan[]): string {
  const slowest = scans.toSorted((a, b) => b.totalMs - a.totalMs).slice(0, SLOWEST)
  const lines = slowest.map(one => {
    const hops = HOPS.map(hop => `${hop} ${ms(one.hops[hop])}`).join('  ')
    return [`${ms(one.totalMs)} ms at ${one.lane}: ${hops}`, ...one.beside].join('\n    ')
  })
  return `the slowest ${slowest.length} of ${scans.length} scans, ms:\n${lines.join('\n')}\n`
}

const ms = (value: number): string => value.toFixed(2)
