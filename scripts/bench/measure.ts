/**
 * Fair timing on a noisy machine: contenders take turns in short rounds of one run, each round's
 * cost is CPU time, and a figure is the median over rounds. A ratio is taken round by
 * round, so that a machine that slows down slows both.
 */
import { threadCpuUs } from './cpu-time.ts'
import { type Spread, spreadOf } from './spread.ts'

export interface Contender {
  readonly name: string
  /** Does the work `times` times. */
  readonly run: (times: number) => void | Promise<void>
}

export interface Measured {
  readonly name: string
  /** CPU time of one piece of work, microseconds. */
  readonly us: Spread
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
      return [name, { name, us: spreadOf(all), rounds: all }]
    }),
  )
}

/** Over rounds, one cost in units of others that were measured with it. */
export function ratioOf(
  measured: ReadonlyMap<string, Measured>,
  name: string,
  base: readonly string[],
): Spread {
  const roundsOf = (one: string) => measured.get(one)?.rounds ?? []
  return spreadOf(
    roundsOf(name).map(
      (cost, round) => cost / base.reduce((sum, one) => sum + (roundsOf(one)[round] ?? 0), 0),
    ),
  )
}
