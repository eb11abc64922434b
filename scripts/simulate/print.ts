/** What a simulation tells a person of its end. Pure. */
import type { Broken } from './invariant.ts'
import type { Outcome, Plan } from './run.ts'

/** One line. */
export const brokenText = ({ invariant, atMs, lane, what }: Broken): string =>
  `${invariant} at ${(atMs / 1000).toFixed(1)} s: ${lane && `${lane}: `}${what}`

/** Two lines, and one for each broken invariant. */
export function outcomeText(plan: Plan, outcome: Outcome, tookMs: number): string {
  const { counts, faults, rows, broken } = outcome
  const begun = [...faults.values()].reduce((sum, count) => sum + count, 0)
  const speed = Math.round(plan.spanMs / tookMs)
  const how = broken.length === 0 ? 'all invariants held' : 'BROKEN'
  const lines = [
    `seed ${plan.seed}: ${how}; ${plan.spanMs / 3_600_000} h in ${(tookMs / 1000).toFixed(1)} s (${speed} x)`,
    `  ${counts.shown} passengers, ${counts.walked} passages, ${counts.passes} passes, ${rows} rows, ` +
      `${begun} faults of ${faults.size} kinds`,
    ...broken.map(one => `  ${brokenText(one)}`),
  ]
  return `${lines.join('\n')}\n`
}
