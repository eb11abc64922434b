/**
 * `npm run bench -- machine`: what the machine gives at this hour, with nothing of the project. Goals in
 * milliseconds and shares of a core are met by one machine and missed by another; these tell them apart. They have
 * no noise: what a shared machine gives changes within minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { seeded, shuffled } from '../../hardware/sim/seeded.ts'
import { cpuInWindows, startBareWakes } from './bare-wakes.ts'
import { type Figure, figure } from './figure.ts'
import { median } from './spread.ts'

const PART = 'machine'
const SAMPLES = 25
const STEPS = 1_000_000
const MEMORY_BYTES = 32 << 20
const LINE_BYTES = 64
const READS = 200_000
const PAGES = 1_024
const PAGE_BYTES = 4_096
/** Apart, so that no fetch ahead of use brings the next one. */
const PAGES_APART = 4
const REST_MS = [0, 100, 1000]
const RESTS = 7
const WAKES_A_SECOND = 10
const WINDOWS = 7
const WINDOW_MS = 1_000
const NS_A_MS = 1_000_000
const US_A_MS = 1_000

export async function benchMachine(): Promise<Figure[]> {
  return [
    figure(PART, 'a million steps of a loop', [median(samples(loopMs)), 'ms']),
    figure(PART, 'one read of 32 MiB in no order', [median(samples(chase())), 'ns']),
    ...(await pagesAfterRest()),
    figure(PART, 'one wake of a bare Node process, 10 a second', [median(await wakesUs()), 'µs']),
  ]
}

const samples = (of: () => number): number[] => Array.from({ length: SAMPLES }, of)

/** Multiplications and additions, each of which needs the one before. */
function loopMs(): number {
  const fromMs = performance.now()
  let value = 1
  for (let i = 0; i < STEPS; i++) value = (Math.imul(value, 31) + i) | 0
  const tookMs = performance.now() - fromMs
  return value === -1 ? Number.NaN : tookMs
}

/** Reads of which each tells where the next one is; ns of one. */
function chase(): () => number {
  const stride = LINE_BYTES / Uint32Array.BYTES_PER_ELEMENT
  const lines = MEMORY_BYTES / LINE_BYTES
  const next = new Uint32Array(MEMORY_BYTES / Uint32Array.BYTES_PER_ELEMENT)
  const order = mixed(lines)
  for (let i = 0; i < lines; i++) {
    next[(order[i] as number) * stride] = (order[(i + 1) % lines] as number) * stride
  }
  let at = 0
  return () => {
    const fromMs = performance.now()
    for (let i = 0; i < READS; i++) at = next[at] as number
    return ((performance.now() - fromMs) * NS_A_MS) / READS
  }
}

/** Pages that are there already. A shared machine may take them away while nobody touches them. */
async function pagesAfterRest(): Promise<Figure[]> {
  const memory = new Uint8Array(PAGES * PAGES_APART * PAGE_BYTES).fill(1)
  const order = mixed(PAGES)
  const figures: Figure[] = []
  for (const restMs of REST_MS) {
    const took: number[] = []
    for (let i = 0; i < RESTS; i++) {
      touchUs(memory, order)
      await sleep(restMs)
      took.push(touchUs(memory, order))
    }
    const when = restMs === 0 ? 'at once' : `after ${restMs} ms of rest`
    figures.push(figure(PART, `a page of memory touched again ${when}`, [median(took), 'µs']))
  }
  return figures
}

/** µs a page. */
function touchUs(memory: Uint8Array, order: readonly number[]): number {
  const fromMs = performance.now()
  for (const page of order) {
    const at = page * PAGES_APART * PAGE_BYTES
    memory[at] = (memory[at] as number) + 1
  }
  return ((performance.now() - fromMs) * US_A_MS) / order.length
}

async function wakesUs(): Promise<number[]> {
  const { pids, stop } = await startBareWakes([WAKES_A_SECOND])
  try {
    const [took] = await cpuInWindows(pids, WINDOWS, WINDOW_MS)
    return (took ?? []).map(usASecond => usASecond / WAKES_A_SECOND)
  } finally {
    await stop()
  }
}

/** 0 to `count` − 1 in an order that is the same in each run. */
const mixed = (count: number): number[] => shuffled([...Array(count).keys()], seeded(1))
