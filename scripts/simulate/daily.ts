/** Who comes on which day of a simulation: others on each, unless all come daily. Pure. */

export const DAY_MS = 24 * 3_600_000

/** People by number, from one on. */
export interface Comers {
  readonly from: number
  readonly count: number
}

/** Of `people` in all, `daily` come on each day: those of `sinceMs` after the start; after the last day its own. */
export function comersAt(people: number, daily: number | undefined, sinceMs: number): Comers {
  if (daily === undefined) return { from: 0, count: people }
  const days = Math.ceil(people / daily)
  const from = Math.min(Math.floor(sinceMs / DAY_MS), days - 1) * daily
  return { from, count: Math.min(daily, people - from) }
}

/** When this one comes, milliseconds from the start. */
export function daysOf(
  number: number,
  daily: number | undefined,
  untilMs: number,
): { readonly fromMs: number; readonly untilMs: number } {
  if (daily === undefined) return { fromMs: 0, untilMs }
  const fromMs = Math.floor(number / daily) * DAY_MS
  return { fromMs, untilMs: Math.min(untilMs, fromMs + DAY_MS) }
}
