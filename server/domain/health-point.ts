/** A point of a gate's health history: what a report came to, for charts. Pure. */
import { z } from 'zod'
import { clockStateSchema } from '../../gate/contract/events.ts'
import { freshnessStageSchema, type Health } from '../../gate/contract/health.ts'
import { HEALTH_POINT_MS, HEALTH_POINTS } from '../limits.ts'
import { alarmsOf, serves } from './fleet-alarms.ts'

export const healthPointSchema = z.object({
  stage: freshnessStageSchema,
  clock: clockStateSchema,
  clockOffsetMs: z.int().nullable(),
  queue: z.int().nullable().describe('rows of its journal that were not here yet'),
  lanesServing: z.int(),
  lanes: z.int(),
  alarms: z.array(z.string()).describe('codes, the worst first'),
  software: z.string(),
  verdicts: z
    .record(z.string(), z.int())
    .nullable()
    .describe('by code, in the five full minutes before; null: the gate does not tell'),
  scanToRelayP99Ms: z.number().nullable(),
})
export type HealthPoint = z.infer<typeof healthPointSchema>

/** Which slot of the last day a time belongs to: the same one again a day later. */
export const slotOf = (at: number): number => Math.floor(at / HEALTH_POINT_MS) % HEALTH_POINTS

export function healthPoint(health: Health): HealthPoint {
  const { trust, clock, clockOffsetMs = null, journal, lanes, software, recent } = health
  return {
    ...{ stage: trust.stage, clock, clockOffsetMs, queue: journal.unsent ?? null, software },
    ...{ lanesServing: lanes.filter(serves).length, lanes: lanes.length },
    alarms: [...new Set(alarmsOf(health, null).map(({ code }) => code))],
    verdicts: recent === undefined ? null : fullMinutes(recent.verdicts),
    scanToRelayP99Ms: recent?.scanToRelay?.p99Ms ?? null,
  }
}

const MINUTES = HEALTH_POINT_MS / 60_000

/** Sums of the last full minutes; the last count is of the minute under way. */
function fullMinutes(verdicts: Readonly<Record<string, readonly number[]>>) {
  const sums = Object.entries(verdicts).map(([code, counts]): [string, number] => {
    return [code, counts.slice(-1 - MINUTES, -1).reduce((sum, n) => sum + n, 0)]
  })
  return Object.fromEntries(sums.filter(([, n]) => n > 0))
}
