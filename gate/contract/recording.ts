/**
 * A recording of a gate: one JSON value a line. A header; what the gate knew when it began (trust, used
 * codes, visits); then all that came to it, with its time; at last an end, without which the file was
 * cut. With it a replay gives the verdicts again, through drivers and verification. Presentations in it
 * are live: it is for its own user, and dead as passes 30 min later.
 */
import { z } from 'zod'
import type { JsonValue } from './canonical.ts'
import { clockStateSchema, EVENT_KINDS, laneModesSchema } from './events.ts'

export const RECORDING_FORMAT = 'wicketgate-recording'
export const RECORDING_VERSION = 1
/** The ending of its name. */
export const RECORDING_ENDING = '.recording'

/** Of a recording, minutes; how long it is unless said. */
export const RECORDING_MINUTES_MIN = 1
export const RECORDING_MINUTES_MAX = 15
export const RECORDING_MINUTES = 5

/**
 * Why it is over. `time`: as ordered. `size`: its file is as large as it may be. `off`: somebody said so.
 * `stop`, `config`: the gate ended, or started anew by another config.
 */
export const RECORDING_ENDS = ['time', 'size', 'off', 'stop', 'config'] as const
export type RecordingEnd = (typeof RECORDING_ENDS)[number]

const unixMs = z.int().min(0)
/** Since the recording began, by a clock that is never set. */
const ms = z.number().min(0)
const name = z.string().max(80)
const cti = z.string().regex(/^[0-9a-f]{32}$/)
const direction = z.enum(['entry', 'exit'])
const base64 = z.base64()

export const recordingHeaderSchema = z.strictObject({
  format: z.literal(RECORDING_FORMAT),
  version: z.literal(RECORDING_VERSION),
  /** As the config names them. */
  gate: z.string(),
  station: z.string(),
  software: z.string(),
  /** When it was ordered, by the gate's clock, Unix milliseconds. */
  at: unixMs,
  by: name,
  minutes: z.int().min(RECORDING_MINUTES_MIN).max(RECORDING_MINUTES_MAX),
  revision: z.int().min(0),
  /** Without what opens its addresses. */
  config: z.json() as z.ZodType<JsonValue>,
  /** The trust document that the gate was shipped with, as signed. */
  factory: base64,
})
export type RecordingHeader = z.infer<typeof recordingHeaderSchema>

const trustRow = z.strictObject({ version: z.int().min(0), bytes: base64 })
const listRow = z.strictObject({ sha256: z.string(), uri: z.string(), bytes: base64 })
const bitsName = z.strictObject({ uri: z.string(), signer: z.string() })
const keptBits = bitsName.extend({ seenAtMs: z.number(), deflated: base64 })
const keptKid = z.strictObject({ kid: z.string(), signer: z.string() })

/** How trust changes, signed documents as they came: as `trust/cache-file.ts` writes it. */
export const recordedTrustSchema = z.strictObject({
  clear: z.boolean(),
  trust: z.array(trustRow),
  /** null: it has none any more; absent: as before. */
  manifest: base64.nullable().optional(),
  putLists: z.array(listRow),
  dropLists: z.array(z.string()),
  putBits: z.array(keptBits),
  dropBits: z.array(bitsName),
  putKids: z.array(keptKid),
  dropKids: z.array(keptKid),
})
export type RecordedTrust = z.infer<typeof recordedTrustSchema>

/** As `trust/clock.ts` has it; the anchor's monotonic time since the recording began. */
export const recordedClockSchema = z.strictObject({
  anchorMs: z.number(),
  anchorMonotonicMs: z.number(),
  floorMs: z.number(),
  state: clockStateSchema,
  doubt: z.enum(['behind', 'far', 'unproven']).optional(),
  sync: z.strictObject({ atMs: z.number(), roundTripMs: z.number() }).optional(),
  unsupportedMs: z.number(),
})

const deviceState = z.enum(['connecting', 'ready', 'lost'])

export const recordedLineSchema = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('trust'), ms, change: recordedTrustSchema }),
  /** The last of each name counts, wherever it stands. */
  z.strictObject({
    ...{ is: z.literal('use'), cti, presentedAt: z.int(), lane: name, direction },
    outcome: z.enum(['reserved', 'passed', 'annulled', 'interrupted']),
    ...{ atMs: unixMs, grants: z.int().min(1) },
  }),
  z.strictObject({
    ...{ is: z.literal('visit'), area: name, cti, inside: z.boolean() },
    ...{ unsure: z.literal(true).optional(), atMs: unixMs },
  }),
  z.strictObject({ is: z.literal('pardon'), area: name, atMs: unixMs }),
  z.strictObject({
    ...{ is: z.literal('clock'), ms, clock: recordedClockSchema },
    rollback: z.enum(['none', 'accepted', 'closed']),
  }),
  /** The lane was at rest for the first time: what it is told and tells counts from here on. */
  z.strictObject({
    ...{ is: z.literal('begins'), ms, lane: name, modes: laneModesSchema },
    asked: z.strictObject({
      by: name,
      reason: z.string().optional(),
      revision: z.int().min(0).optional(),
    }),
    /** A fire that staff have yet to reset. */
    latched: z.boolean(),
    contacts: z.array(name),
  }),
  /** As a serial reader gave them, before they were taken apart. */
  z.strictObject({ is: z.literal('bytes'), ms, reader: name, bytes: base64 }),
  /** One report of a USB reader. */
  z.strictObject({ is: z.literal('report'), ms, reader: name, bytes: base64 }),
  /** What a camera read: its pictures are not kept. */
  z.strictObject({ is: z.literal('text'), ms, reader: name, text: z.string().max(4096) }),
  z.strictObject({ is: z.literal('device'), ms, device: name, state: deviceState }),
  z.strictObject({ is: z.literal('contact'), ms, lane: name, contact: name, active: z.boolean() }),
  /** On its way to the journal. `lane`: '' for the whole gate. */
  z.strictObject({
    ...{ is: z.literal('row'), ms, at: unixMs, lane: name, kind: z.enum(EVENT_KINDS) },
    body: z.record(z.string(), z.unknown()),
  }),
  /** `lines`: how many stand between it and the header. */
  z.strictObject({
    ...{ is: z.literal('end'), ms, why: z.enum(RECORDING_ENDS), lines: z.int().min(0) },
    /** Used codes and visits that were known and are not in it, there being too many. */
    leftOut: z.int().min(0),
  }),
])
export type RecordedLine = z.infer<typeof recordedLineSchema>

/** The longest line, characters: a status list of the greatest size. */
export const RECORDED_LINE_CHARS_MAX = 4 * 2 ** 20
