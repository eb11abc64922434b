/**
 * The health report of a gate: the service keeps the newest, and nothing depends on it. Rows of the
 * journal record events; this is the state. It holds no personal data.
 */
import { z } from 'zod'
import { clockStateSchema } from './events.ts'
import { NOT_PLAIN, PLAIN_LINE } from './plain-line.ts'
import { READERS_MAX } from './reader-config.ts'

export const HEALTH_LANES_MAX = 16
/** Alarms of one lane that hold. */
export const HEALTH_ALARMS_MAX = 16

const count = z.int().min(0)
const line = (max: number) => z.string().max(max).regex(PLAIN_LINE, NOT_PLAIN)

/**
 * How old the gate's trust is, the best first.
 * - `FRESH`: normal.
 * - `STALE`: normal, with a warning on console and metrics, amber lamp.
 * - `DEGRADED`: admits, every event flagged, amber lamp.
 * - `OVERDUE`: the documents have run out; by the station's choice it goes on as before.
 * - `STAFF`: entry sends whoever would be admitted to staff, with `TRUST_STAFF`.
 * - `CLOSED`: entry denies with `TRUST_STALE`; exit denies only for a bad signature, no proof or
 *   a known revocation.
 */
export const freshnessStageSchema = z.enum([
  'FRESH',
  'STALE',
  'DEGRADED',
  'OVERDUE',
  'STAFF',
  'CLOSED',
])
export type FreshnessStage = z.infer<typeof freshnessStageSchema>

export const laneHealthSchema = z.strictObject({
  name: line(32),
  /** Of its machine: `Locked`, `OutOfService` … */
  state: line(24),
  /** Codes of what keeps it out of service, or open. */
  alarms: z.array(line(40)).max(HEALTH_ALARMS_MAX),
  /** Codes that came in part and were dropped since the lane runs, by why; left out without any. */
  unread: z.partialRecord(z.enum(['CUT', 'BROKEN', 'TOO_LONG']), count).optional(),
  /** Names of readers that are lost, also where the lane goes on with others; left out without any. */
  lostReaders: z.array(line(64)).max(READERS_MAX).optional(),
})

/** `POST /v1/gates/:id/health`. */
export const healthSchema = z.strictObject({
  /** By the gate's clock, Unix milliseconds. */
  at: count,
  clock: clockStateSchema,
  software: line(40),
  /** The gate's own number of the config that runs. */
  configRevision: count,
  trust: z.strictObject({
    stage: freshnessStageSchema,
    version: count,
    /** Null before the first. */
    manifestVersion: count.nullable(),
  }),
  journal: z.strictObject({
    /** Rows that could not be written yet. */
    waiting: count,
    /** Of its disk, and whether the reserve for a full one is there; null when it can't be told. */
    disk: z.strictObject({ freeBytes: count, held: z.boolean() }).nullable(),
  }),
  lanes: z.array(laneHealthSchema).max(HEALTH_LANES_MAX),
})
export type Health = z.infer<typeof healthSchema>
export type LaneHealth = z.infer<typeof laneHealthSchema>
