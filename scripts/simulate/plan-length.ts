/** How long a plan lasts. Pure. */

interface Times {
  readonly spanMs: number
  readonly healMs?: number
}

const HEAL_MS = 20 * 60_000

/** After people have come: what waits is sent, and grants end; milliseconds. */
export const healMsOf = ({ healMs = HEAL_MS }: Pick<Times, 'healMs'>): number => healMs

/** Until its end, milliseconds. */
export const lengthOf = (plan: Times): number => plan.spanMs + healMsOf(plan)
