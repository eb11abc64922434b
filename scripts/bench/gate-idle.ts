/**
 * A gate that nobody comes to: what a start costs, what it has of the machine's memory, and what gate
 * and service cost while they wait. With Node's options of `npm run gate`, and two lanes.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../../fixtures/child.ts'
import { createWorld, startStation, type World } from '../../fixtures/world.ts'
import { cpuInWindows, sleepsOf, startBareWakes } from './bare-wakes.ts'
import { cpuMsOf, readProc } from './cpu-time.ts'
import { type Figure, figure } from './figure.ts'
import { median, spreadOf } from './spread.ts'

const PART = 'gate'
const STARTS = 5
/** A start has things left to do, and code that runs once a second is compiled late; then it is measured. */
const SETTLE_MS = 90_000
/** So often its wakes are counted, and then its CPU is, so many times. */
const COUNT_MS = 20_000
const WINDOWS = 9
const WINDOW_MS = 10_000
const RESIDENT_MB = 150
const IDLE_PERCENT = 0.3
const US_A_PERCENT = 10_000
const KIB_A_MIB = 1024

/** `dir`: an empty folder. */
export async function idleFigures(dir: string): Promise<Figure[]> {
  const world = await createWorld({
    dir,
    lanes: [
      { name: 'A', direction: 'entry' },
      { name: 'B', direction: 'exit' },
    ],
    // As on a site.
    pollMs: 10_000,
    gateEnv: { NODE_OPTIONS: nodeOptions() },
  })
  try {
    await startStation(world)
    const starts = await startsMs(world)
    await sleep(SETTLE_MS)
    const resident = residentMb(world.gate().pid)
    return [
      figure(PART, `CPU of a start, median of ${STARTS}`, [spreadOf(starts), 'ms']),
      figure(PART, 'resident, two lanes just started', [resident, 'MiB'], {
        limit: `${RESIDENT_MB} MiB`,
        ratio: resident / RESIDENT_MB,
        goal: '≤1',
      }),
      ...(await waitFigures([
        ['gate', world.gate().pid],
        ['service', world.server().pid],
      ])),
    ]
  } finally {
    await world.close()
  }
}

/** What stands between `node` and the program in `npm run gate`. */
function nodeOptions(): string {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const words = (scripts.gate as string).split(' ')
  return [process.env.NODE_OPTIONS ?? '', ...words.slice(1, -1)].join(' ').trim()
}

/** CPU until its lanes are in service, each by a process of its own. */
async function startsMs(world: World): Promise<number[]> {
  const took: number[] = []
  for (let i = 0; i < STARTS; i++) {
    await world.gate().stop()
    await world.startGate()
    took.push(cpuMsOf(world.gate().pid))
  }
  return took
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1]) / KIB_A_MIB
}

/** Each process while nobody comes, and what a Node process takes that wakes as often and does nothing then. */
async function waitFigures(programs: readonly (readonly [string, number])[]): Promise<Figure[]> {
  const pids = programs.map(([, pid]) => pid)
  const rates = await wakesASecond(pids)
  const bare = await startBareWakes(rates)
  try {
    const took = await cpuInWindows([...pids, ...bare.pids], WINDOWS, WINDOW_MS)
    const percents = took.map(windows => median(windows) / US_A_PERCENT)
    return programs.map(([name], i) => {
      const [own, peer] = [percents[i], percents[pids.length + i]] as [number, number]
      const wakes = (rates[i] as number).toFixed(1)
      return figure(PART, `${name} while nobody comes, of a core`, [own, '% of a core'], {
        limit: `${IDLE_PERCENT} %`,
        ratio: own / IDLE_PERCENT,
        goal: '≤1',
        note: `${wakes} wakes a second; a bare Node process that wakes as often ${peer.toPrecision(2)} %`,
      })
    })
  } finally {
    await bare.stop()
  }
}

async function wakesASecond(pids: readonly number[]): Promise<number[]> {
  const before = pids.map(sleepsOf)
  await sleep(COUNT_MS)
  return pids.map((pid, i) => (1000 * (sleepsOf(pid) - (before[i] as number))) / COUNT_MS)
}
