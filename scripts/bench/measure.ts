/**
 * Fair timing on a noisy machine: contenders take turns in short rounds of one run, each round's
 * cost is CPU time, and a figure is the median over rounds. A ratio is taken round by
 * round, so that a machine that slows down slows both.
 */
import { threadCpuUs } from './cpu-time.ts'

export interface Contender {
  readonly name: string
  /** Does the work `times` times. */
  readonly run: (times: number) => void | Promise<void>
}

export interface Measured {
  readonly name: string
  /** Median CPU time of one piece of work, microseconds. */
  readonly us: number
  /** Each round's, in order. */
  readonly rounds: readonly number[]
}

const ROUNDS = 21
const ROUND_US = 40_000
const CALIBRATION = 30

/**
 * Measures all together. `cpuUs`: what counts, CPU time of this thread when left out; `processCpuUs`
 * where some work in other threads. `rounds` and `roundUs` only for tests of the bench itself.
 */
export async function measure(
  contenders: readonly Contender[],
  { rounds = ROUNDS, roundUs = ROUND_US, cpuUs = threadCpuUs } = {},
): Promise<Map<string, Measured>> {
  const times: number[] = []
  for (const contender of contenders) {
    await contender.run(CALIBRATION)
    const from = performance.now()
    await contender.run(CALIBRATION)
    const onceUs = ((performance.now() - from) * 1000) / CALIBRATION
    times.push(Math.max(1, Math.round(roundUs / onceUs)))
  }
  const costs = contenders.map(() => [] as number[])
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const [count, fromUs] = [times[i] ?? 1, cpuUs()]
      await contender.run(count)
      costs[i]?.push((cpuUs() - fromUs) / count)
    }
  }
  return new Map(
    contenders.map(({ name }, i) => {
      const all = costs[i] ?? []
      return [name, { name, us: median(all), rounds: all }]
    }),
  )
}

/** The median over rounds of one cost in units of others that were measured with it. */
export function ratioOf(
  measured: ReadonlyMap<string, Measured>,
  name: string,
  base: readonly string[],
): number {
  const roundsOf = (one: string) => measured.get(one)?.rounds ?? []
  return median(
    roundsOf(name).map(
      (cost, round) => cost / base.reduce((sum, one) => sum + (roundsOf(one)[round] ?? 0), 0),
    ),
  )
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** `share`: 0.99 for the value that 99 % are below. NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
