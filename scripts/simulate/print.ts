/** What a simulation tells a person: how far it is, and how it ended. */
import type { Outcome, Plan } from './run.ts'

export interface Progress {
  /** At most four times a second, on a terminal alone. */
  show(text: string): void
  clear(): void
}

const SHOWN_EVERY_MS = 250

export function createProgress(to: {
  readonly isTTY?: boolean
  write(text: string): unknown
}): Progress {
  let shownMs = 0
  return {
    show(text) {
      if (!to.isTTY || performance.now() - shownMs < SHOWN_EVERY_MS) return
      shownMs = performance.now()
      to.write(`\r\x1b[K${text}`)
    },
    clear() {
      if (to.isTTY) to.write('\r\x1b[K')
    },
  }
}

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
    ...broken.map(
      ({ invariant, atMs, what }) => `  ${invariant} at ${(atMs / 1000).toFixed(1)} s: ${what}`,
    ),
  ]
  return `${lines.join('\n')}\n`
}
