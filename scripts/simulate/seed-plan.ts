/** What a seed stands for: people and faults over some hours, as `npm run simulate -- --seed N` plays them. */
import { planFaults } from './fault-plan.ts'
import type { Plan } from './run.ts'

export interface PlanSize {
  readonly hours: number
  /** Of the station. */
  readonly gates: number
  /** Of each gate. */
  readonly lanes: number
  /** All come, each some eighteen times an hour. */
  readonly passengers: number
  /** An hour. */
  readonly faults: number
}

export const USUAL_SIZE: PlanSize = { hours: 1, gates: 1, lanes: 6, passengers: 60, faults: 25 }
export const HOUR_MS = 3_600_000
const EVERY_MS = 200_000

export function seedPlan(seed: number, size: PlanSize = USUAL_SIZE): Plan {
  const { hours, gates, lanes, passengers, faults } = size
  const spanMs = hours * HOUR_MS
  return {
    ...{ seed, spanMs, gates, lanes, phones: passengers, everyMs: EVERY_MS },
    people: Array.from({ length: passengers }, (_, n) => n),
    faults: planFaults(seed, faults * hours, spanMs, gates),
  }
}
