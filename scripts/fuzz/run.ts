/** Runs cases until their time or number is up, counts what happened, and watches the memory. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { randomOf } from './random.ts'
import type { Target } from './targets.ts'

/** A case that must not have happened: enough to run it again. */
export interface Fault {
  readonly target: string
  readonly what: string
  /** `--seed` and this number name the case. */
  readonly number: number
  readonly input: string
}

export interface FuzzReport {
  readonly cases: number
  /** By target, then by how its cases ended. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly faults: readonly Fault[]
  /** Bytes in use after collections, in the order taken. */
  readonly memory: readonly number[]
}

export interface FuzzLimits {
  readonly seed: number
  /** Stops after this many milliseconds … */
  readonly forMs: number
  /** … or this many cases, whichever comes first. */
  readonly casesMax: number
  readonly now: () => number
}

const FAULTS_MAX = 10
const MEMORY_SAMPLES = 30
const CASES_A_ROUND = 256

/**
 * Takes each target in turn. Case `n` depends on the seed and `n` alone. Gives way to the event loop
 * now and then, as a gate does: Node releases what zlib held only there.
 */
export async function runFuzz(targets: readonly Target[], limits: FuzzLimits): Promise<FuzzReport> {
  const { seed, forMs, casesMax, now } = limits
  const counts = new Map(targets.map(target => [target.name, new Map<string, number>()]))
  const faults: Fault[] = []
  const memory: number[] = []
  const start = now()
  const collect = collector()
  let cases = 0
  while (cases < casesMax && faults.length < FAULTS_MAX) {
    await nextTurn()
    const elapsed = now() - start
    if (elapsed >= forMs) break
    if (Number.isFinite(forMs) && elapsed >= (memory.length * forMs) / MEMORY_SAMPLES) {
      memory.push(collect())
    }
    const end = Math.min(cases + CASES_A_ROUND, casesMax)
    for (; cases < end; cases++) {
      const target = targets[cases % targets.length] as Target
      const { result, fault } = runCase(target, seed, cases)
      const byResult = counts.get(target.name) as Map<string, number>
      byResult.set(result, (byResult.get(result) ?? 0) + 1)
      if (fault !== undefined) faults.push(fault)
    }
  }
  memory.push(collect())
  return { cases, counts, faults, memory }
}

function runCase(target: Target, seed: number, number: number): { result: string; fault?: Fault } {
  try {
    const { result, fault, input } = target.run(randomOf(seed, number))
    if (fault === undefined) return { result }
    return { result, fault: { target: target.name, what: fault, number, input } }
  } catch (error) {
    const what = `crash: ${error instanceof Error ? error.stack : String(error)}`
    return { result: 'CRASH', fault: { target: target.name, what, number, input: '' } }
  }
}

/** Collects garbage and says what is left: heap, and buffers outside of it. */
function collector(): () => number {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  return () => {
    gc()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
}

const GROWTH_BYTES_MAX = 4 * 1024 * 1024

/**
 * Whether memory stayed flat: the middle of the last third of the samples isn't over that of the
 * second by more than 4 MiB. The first third is warming up. Undefined with too few samples to tell.
 */
export function memoryIsFlat(samples: readonly number[]): boolean | undefined {
  const third = Math.floor(samples.length / 3)
  if (third < 3) return undefined
  const growth = median(samples.slice(-third)) - median(samples.slice(third, 2 * third))
  return growth <= GROWTH_BYTES_MAX
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}
