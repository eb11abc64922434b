/** What a simulation tells a person of its end. Pure. */
import type { Broken } from './invariant.ts'
import type { Outcome, Plan } from './run.ts'

/** One line. */
export const brokenText = ({ invariant, atMs, lane, what }: Broken): string =>
  `${invariant} at ${(atMs / 1000).toFixed(1)} s: ${lane && `${lane}: `}${what}`

/** What a simulation took: by the clock, and of this process's CPU, milliseconds. */
export interface Spent {
  readonly clockMs: number
  readonly cpuMs: number
}

/** Since that of another moment, or since the process began. */
export function spent(since: Spent = { clockMs: 0, cpuMs: 0 }): Spent {
  const { user, system } = process.cpuUsage()
  return {
    clockMs: performance.now() - since.clockMs,
    cpuMs: (user + system) / 1000 - since.cpuMs,
  }
}

/** Two lines, and one for each broken invariant. */
export function outcomeText(plan: Plan, outcome: Outcome, { clockMs, cpuMs }: Spent): string {
  const { counts, faults, rows, broken } = outcome
  const begun = [...faults.values()].reduce((sum, count) => sum + count, 0)
  const took = (ms: number) => `${(ms / 1000).toFixed(1)} s (${Math.round(plan.spanMs / ms)} x)`
  const how = broken.length === 0 ? 'all invariants held' : 'BROKEN'
  const lines = [
    `seed ${plan.seed}: ${how}; ${plan.spanMs / 3_600_000} h in ${took(clockMs)}, ` +
      `of CPU ${took(cpuMs)}`,
    `  ${counts.shown} passengers, ${counts.walked} passages, ${counts.passes} passes, ${rows} rows, ` +
      `${begun} faults of ${faults.size} kinds`,
    ...broken.map(one => `  ${brokenText(one)}`),
  ]
  return `${lines.join('\n')}\n`
}
