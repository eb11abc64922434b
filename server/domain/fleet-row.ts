/** One gate as the fleet's page shows it, from what is known of it here and what it told. Pure. */
import { z } from 'zod'
import { clockStateSchema, type LaneModes } from '../../gate/contract/events.ts'
import { freshnessStageSchema, type Health, recentSchema } from '../../gate/contract/health.ts'
import { GATE_STALE_MS } from '../limits.ts'
import { alarmsOf, SEVERITIES, serves } from './fleet-alarms.ts'

/** Times in Unix milliseconds. What a gate did not tell is null. */
export const fleetRowSchema = z.object({
  gate: z.string(),
  station: z.string(),
  enrolledAt: z.int(),
  seenAt: z.int().nullable().describe('its last request, to five seconds; a report may be younger'),
  reportedAt: z.int().nullable().describe('the last health report; without one the rest is empty'),
  offline: z.boolean().describe('no report for three minutes'),
  software: z.string().nullable(),
  clock: clockStateSchema.nullable(),
  clockOffsetMs: z.int().nullable().describe('what the last signed time added to its clock'),
  trust: z
    .object({
      stage: freshnessStageSchema,
      version: z.int(),
      manifestVersion: z.int().nullable(),
      manifestAgeMs: z.int().nullable(),
    })
    .nullable(),
  config: z.object({
    given: z.int().describe('the revision that it was given last; 0: none'),
    runs: z
      .int()
      .nullable()
      .describe('that revision when it runs; null: another one, or not known'),
    drift: z.boolean().describe('it was given one, and says that another one runs'),
  }),
  queue: z.int().nullable().describe('rows of its journal that are not here yet'),
  waiting: z.int().nullable().describe('rows that it could not write yet'),
  disk: z.object({ freeBytes: z.int(), held: z.boolean() }).nullable(),
  lanes: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      serves: z.boolean(),
      modes: z.array(z.string()).describe('other than usual: `maintenance`, `exit:free` …'),
    }),
  ),
  alarms: z
    .array(
      z.object({
        code: z.string(),
        severity: z.enum(SEVERITIES),
        lane: z.string().describe('empty: of the whole gate'),
        since: z.int().nullable(),
      }),
    )
    .describe('the worst first, then the oldest'),
  recent: recentSchema
    .nullable()
    .describe('the 15 minutes before `reportedAt`, a count a minute, the last one under way'),
})
export type FleetRow = z.infer<typeof fleetRowSchema>

/** What the service knows of a gate. */
export interface GateFacts {
  readonly gate: string
  readonly station: string
  readonly enrolledAt: number
  readonly seenAt: number | null
  /** The config that it was given last, and the hash of it that a gate tells; undefined: none. */
  readonly given: { readonly revision: number; readonly sha256: string } | undefined
  readonly told: ToldHealth | undefined
}

export interface ToldHealth {
  /** Unix ms, by the service's clock. */
  readonly receivedAt: number
  /** Undefined when another version of the service kept what this one can't read. */
  readonly health: Health | undefined
}

/** Whether it has told nothing of itself for too long. */
export const isOffline = ({ told }: Pick<GateFacts, 'told'>, now: number): boolean =>
  told !== undefined && now - told.receivedAt >= GATE_STALE_MS

export function fleetRow(facts: GateFacts, now: number): FleetRow {
  const { gate, station, enrolledAt, seenAt, told } = facts
  const { receivedAt = null, health } = told ?? {}
  const offline = isOffline(facts, now)
  return {
    ...{ gate, station, enrolledAt, seenAt, reportedAt: receivedAt, offline },
    software: health?.software ?? null,
    clock: health?.clock ?? null,
    clockOffsetMs: health?.clockOffsetMs ?? null,
    trust: health ? { ...health.trust, manifestAgeMs: health.trust.manifestAgeMs ?? null } : null,
    config: configOf(facts.given, health?.configSha256),
    queue: health?.journal.unsent ?? null,
    waiting: health?.journal.waiting ?? null,
    disk: health?.journal.disk ?? null,
    lanes: (health?.lanes ?? []).map(({ modes, ...lane }) => ({
      ...{ name: lane.name, state: lane.state, serves: serves(lane) },
      modes: modes === undefined ? [] : modesShown(modes),
    })),
    alarms: alarmsOf(health, offline ? receivedAt : null),
    recent: health?.recent ?? null,
  }
}

function configOf(given: GateFacts['given'], sha256: string | undefined): FleetRow['config'] {
  if (given === undefined) return { given: 0, runs: null, drift: false }
  const is = sha256 === given.sha256
  const runs = is ? given.revision : null
  return { given: given.revision, runs, drift: sha256 !== undefined && !is }
}

/** How a lane is run, as far as it is not as usual. */
function modesShown({ entry, exit, ...others }: LaneModes): string[] {
  const on = Object.entries(others).flatMap(([name, is]) => (is ? [name] : []))
  const ways = Object.entries({ entry, exit }).filter(([, mode]) => mode !== 'controlled')
  return [...on, ...ways.map(([direction, mode]) => `${direction}:${mode}`)]
}
