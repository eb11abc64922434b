/** What a seed stands for: people and faults over some hours, as `npm run simulate -- --seed N` plays them. */
import { planFaults } from './fault-plan.ts'
import type { Plan } from './run.ts'

export interface PlanSize {
  readonly hours: number
  /** Of the station. */
  readonly gates: number
  /** Of each gate. */
  readonly lanes: number
  /** At a time, each comes some eighteen times an hour. */
  readonly passengers: number
  /** An hour. */
  readonly faults: number
}

export const USUAL_SIZE: PlanSize = { hours: 1, gates: 1, lanes: 6, passengers: 60, faults: 25 }
export const HOUR_MS = 3_600_000
const EVERY_MS = 200_000
const DAY_HOURS = 24

/** Others come each day: who came daily would have used a month's certificates after three days. */
export const phonesOf = ({ hours, passengers }: PlanSize): number =>
  passengers * Math.ceil(hours / DAY_HOURS)

export function seedPlan(seed: number, size: PlanSize = USUAL_SIZE): Plan {
  const { hours, gates, lanes, passengers, faults } = size
  const spanMs = hours * HOUR_MS
  const phones = phonesOf(size)
  return {
    ...{ seed, spanMs, gates, lanes, phones, everyMs: EVERY_MS },
    people: Array.from({ length: phones }, (_, n) => n),
    ...(phones > passengers && { daily: passengers }),
    faults: planFaults(seed, faults * hours, spanMs, gates),
  }
}
