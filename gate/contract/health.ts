/**
 * What a gate tells of itself now and then: the newest of it is kept, and nothing depends on it.
 * Rows of the journal say what happened; this says how the gate is. Nothing of a person is in it.
 */
import { z } from 'zod'
import { clockStateSchema } from './events.ts'
import { NOT_PLAIN, PLAIN_LINE } from './plain-line.ts'

export const HEALTH_LANES_MAX = 16
/** Alarms of one lane that hold. */
export const HEALTH_ALARMS_MAX = 16

const count = z.int().min(0)
const line = (max: number) => z.string().max(max).regex(PLAIN_LINE, NOT_PLAIN)

export const laneHealthSchema = z.strictObject({
  name: line(32),
  /** Of its machine: `Locked`, `OutOfService` … */
  state: line(24),
  /** Codes of what keeps it out of service, or open. */
  alarms: z.array(line(40)).max(HEALTH_ALARMS_MAX),
  /** Codes that came in part and were dropped since the lane runs, by why; left out without any. */
  unread: z.partialRecord(z.enum(['CUT', 'BROKEN', 'TOO_LONG']), count).optional(),
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
    stage: z.enum(['FRESH', 'STALE', 'DEGRADED', 'OVERDUE', 'STAFF', 'CLOSED']),
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
