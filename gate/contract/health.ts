/**
 * The health report of a gate: the service keeps the newest, and nothing depends on it. Rows of the
 * journal record events; this is the state. It holds no personal data.
 */
import { z } from 'zod'
import { clockStateSchema, laneModesSchema } from './events.ts'
import { FRESHNESS_STAGES } from './freshness.ts'
import { NOT_PLAIN, PLAIN_LINE } from './plain-line.ts'
import { READERS_MAX } from './reader-config.ts'

export const HEALTH_LANES_MAX = 16
/** Alarms of one lane that hold; and of the whole gate and all its lanes. */
export const HEALTH_ALARMS_MAX = 16
export const HELD_ALARMS_MAX = 64
/** How far back `recent` goes, minutes; and how many codes of verdicts it tells apart. */
export const RECENT_MINUTES = 15
export const RECENT_CODES_MAX = 64

const count = z.int().min(0)
const line = (max: number) => z.string().max(max).regex(PLAIN_LINE, NOT_PLAIN)

export const freshnessStageSchema = z.enum(FRESHNESS_STAGES)

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
  /** How it is run. */
  modes: laneModesSchema.optional(),
})

/** An alarm that holds. */
export const heldAlarmSchema = z.strictObject({
  /** Empty: of the whole gate. */
  lane: line(32),
  code: line(40),
  /** When the report knew of it first, by the gate's clock, Unix milliseconds. */
  since: count,
})
export type HeldAlarm = z.infer<typeof heldAlarmSchema>

/** A count for each of the last minutes, oldest first; the last one is under way. */
const minutes = z.array(count).length(RECENT_MINUTES)

/** What the gate did in the last `RECENT_MINUTES` of its running. */
export const recentSchema = z.strictObject({
  /** By code; those that came alone. */
  verdicts: z
    .record(line(40), minutes)
    .refine(codes => Object.keys(codes).length <= RECENT_CODES_MAX, 'too many codes'),
  passages: minutes,
  /** From the last byte of a code to the relay, milliseconds, of so many scans; null: of none. */
  scanToRelay: z
    .strictObject({ count: z.int().min(1), p50Ms: z.number().min(0), p99Ms: z.number().min(0) })
    .nullable(),
})
export type Recent = z.infer<typeof recentSchema>

/** `POST /v1/gates/:id/health`. What is optional, gates of earlier versions do not tell. */
export const healthSchema = z.strictObject({
  /** By the gate's clock, Unix milliseconds. */
  at: count,
  clock: clockStateSchema,
  /** What the last signed time added to the clock; null: there was none yet. */
  clockOffsetMs: z.int().nullable().optional(),
  software: line(40),
  /** The gate's own number of the config that runs. */
  configRevision: count,
  /** Hash of what runs, without the keys that are set on the gate itself; see config-part.ts. */
  configSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  trust: z.strictObject({
    stage: freshnessStageSchema,
    version: count,
    /** Null before the first. */
    manifestVersion: count.nullable(),
    /** Since it was signed. */
    manifestAgeMs: count.nullable().optional(),
  }),
  journal: z.strictObject({
    /** Rows that could not be written yet. */
    waiting: count,
    /** Rows that the service does not have yet; null when it can't be told. */
    unsent: count.nullable().optional(),
    /** Of its disk, and whether the reserve for a full one is there; null when it can't be told. */
    disk: z.strictObject({ freeBytes: count, held: z.boolean() }).nullable(),
  }),
  lanes: z.array(laneHealthSchema).max(HEALTH_LANES_MAX),
  /** Of the gate and of each lane, as far as one keeps on. */
  alarms: z.array(heldAlarmSchema).max(HELD_ALARMS_MAX).optional(),
  recent: recentSchema.optional(),
})
export type Health = z.infer<typeof healthSchema>
export type LaneHealth = z.infer<typeof laneHealthSchema>
