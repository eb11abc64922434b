/**
 * What a gate records and uploads: journal rows in a hash chain (`chain.ts`), the batch that carries
 * them, and the answer. Gate and service read these schemas, so neither can drift from the other.
 */
import { z } from 'zod'
import { BODY_BYTES_MAX, UPLOAD_ROWS_MAX } from './chain.ts'

/** Who asked for a revision of the config, and why, characters; paths named in one row. */
export const CONFIG_BY_CHARS_MAX = 80
export const CONFIG_REASON_CHARS_MAX = 400
export const CONFIG_CHANGES_MAX = 32

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)

/** One life of a journal: 16 random hex digits. A lost or forked journal opens a new one. */
export const epochSchema = z.string().regex(/^[0-9a-f]{16}$/)

export const EVENT_KINDS = [
  'boot',
  'stop',
  'scan',
  'grant',
  'passage',
  'annulled',
  'alarm',
  'mode',
  'trust',
  'clock',
  'login',
  'config',
  'test',
  'command',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/** `UNCERTAIN`: no code can be judged fresh, so entry denies with `CLOCK_UNCERTAIN`. */
export const clockStateSchema = z.enum(['TRUSTED', 'UNCERTAIN'])
export type ClockState = z.infer<typeof clockStateSchema>

export const journalRowSchema = z.strictObject({
  epoch: epochSchema,
  /** From 1, without a gap. */
  seq: z.int().min(1),
  /** Unix time of the gate's clock, milliseconds. */
  at: z.int().min(0),
  clock: clockStateSchema,
  /** Lane name, or '' for the whole gate. */
  lane: z.string().max(32),
  kind: z.enum(EVENT_KINDS),
  bodyHash: sha256Hex,
  /** JSON text; null once dropped. */
  body: z.string().max(BODY_BYTES_MAX).nullable(),
  hash: sha256Hex,
})
export type JournalRow = z.infer<typeof journalRowSchema>

/**
 * Why the service never gets some rows: the gate dropped them after they had been acknowledged, and
 * the service lost them, so they are on neither side; or the service refused them, and the gate has
 * set them aside.
 */
export const gapReasonSchema = z.enum(['dropped', 'refused'])
export type GapReason = z.infer<typeof gapReasonSchema>

/**
 * `POST /v1/gates/:id/events`: contiguous rows of one epoch; `previousHash` of the first, null where
 * the gate has no row before it any more. `gap`: the rows from `gap.from` to the one before the
 * first are not coming.
 */
export const uploadSchema = z.strictObject({
  epoch: epochSchema,
  previousHash: sha256Hex.nullable(),
  gap: z.strictObject({ from: z.int().min(1), why: gapReasonSchema }).optional(),
  rows: z.array(journalRowSchema).min(1).max(UPLOAD_ROWS_MAX),
})
export type Upload = z.infer<typeof uploadSchema>

/**
 * After storing, one past the last row of the request; with `CHAIN_GAP` the service's cursor, which
 * is the first seq that it does not have in this epoch.
 */
export const uploadAnswerSchema = z.object({ next: z.int().min(1) })
export type UploadAnswer = z.infer<typeof uploadAnswerSchema>

/** A grant is named by its own row. */
const grantRef = z.strictObject({ epoch: epochSchema, seq: z.int().min(1) })
export type GrantRef = z.infer<typeof grantRef>

/** Why a grant ended without a passage. `JOURNAL_SLOW`: its row came too late, nothing moved. */
export const annulReasonSchema = z.enum([
  'NO_TURN',
  'RESTART',
  'BOARD_LOST',
  'FIRE',
  'EMERGENCY',
  'STOPPED',
  'JOURNAL_SLOW',
])
export type AnnulReason = z.infer<typeof annulReasonSchema>

/** One rule that was looked at: what it saw and what it said. */
export const traceStepSchema = z.strictObject({
  rule: z.string().max(40),
  saw: z.string().max(200),
  said: z.enum(['pass', 'flag', 'deny', 'skip']),
})
export type TraceStep = z.infer<typeof traceStepSchema>

const direction = z.enum(['entry', 'exit'])
export type Direction = z.infer<typeof direction>
const cti = z.string().regex(/^[0-9a-f]{32}$/)

/** The train that a ticket is for, and when it is boarded: Unix seconds, `from ≤ now < until`. */
export const boardingWindowSchema = z.strictObject({
  train: z.string().max(16),
  from: z.int().min(0),
  until: z.int().min(0),
})
export type BoardingWindow = z.infer<typeof boardingWindowSchema>

export const scanBodySchema = z.strictObject({
  code: z.string().max(40),
  direction,
  source: z.string().max(40),
  /** Present once the issuer's signature was found good. */
  cti: cti.optional(),
  presentedAt: z.int().optional(),
  /** Of a free way that was open to it: the code is used, and went in or out there. */
  area: z.string().max(32).optional(),
  /** Beside `area`, of a paper pass. */
  paper: z.literal(true).optional(),
  boarding: boardingWindowSchema.optional(),
  trace: z.array(traceStepSchema).max(32),
})
export const grantBodySchema = z.strictObject({
  code: z.enum(['ADMIT', 'ADMIT_FLAGGED', 'STAFF_RELEASE']),
  direction,
  area: z.string().max(32),
  cti: cti.optional(),
  presentedAt: z.int().optional(),
  /** A paper pass, whose `presentedAt` is its `iat`, negative at an exit. */
  paper: z.literal(true).optional(),
  boarding: boardingWindowSchema.optional(),
  source: z.string().max(40),
  flags: z.array(z.string().max(40)).max(8),
  trace: z.array(traceStepSchema).max(32),
})
export const passageBodySchema = z.strictObject({
  grant: grantRef,
  direction,
  area: z.string().max(32),
  /** Absent where the passage says nothing of its owner: see visits.ts. */
  cti: cti.optional(),
})
export const annulledBodySchema = z.strictObject({
  grant: grantRef,
  reason: annulReasonSchema,
  /** Somebody was in the barrier, or may have been, and nobody saw whether they went through. */
  unknown: z.literal(true).optional(),
  cti: cti.optional(),
})
export const alarmBodySchema = z.strictObject({
  code: z.string().max(40),
  on: z.boolean(),
  detail: z.string().max(400),
  /** Of a fire: whose visits it voids. */
  area: z.string().max(32).optional(),
})

/** What one direction of a lane does: asks for a pass, stands open, or lets nobody. */
export const directionModeSchema = z.enum(['controlled', 'free', 'closed'])
export type DirectionMode = z.infer<typeof directionModeSchema>

/** How a lane is run; a technician, the service or the config say so. */
export const laneModesSchema = z.strictObject({
  entry: directionModeSchema,
  exit: directionModeSchema,
  /** A technician works here: locked, nothing is an alarm. */
  maintenance: z.boolean(),
  /** Emergency release by command: open both ways, no verdicts, tolerated afterwards. */
  emergency: z.boolean(),
  /** Whoever scans is let through and recorded, whatever the code says. */
  fareFree: z.boolean(),
  /** Trains are late: an expired pass admits for as long as at the exit. */
  timeFree: z.boolean(),
  /** No anti-passback. */
  orderFree: z.boolean(),
  /** Goes on with trust that is too old, every event flagged. */
  trustDegraded: z.boolean(),
})
export type LaneModes = z.infer<typeof laneModesSchema>

/**
 * How a lane is run from now on. After a `boot` row it asks for passes where its scanners look, until
 * a row says otherwise.
 */
export const modeBodySchema = z.strictObject({
  ...laneModesSchema.shape,
  /** Of what has changed, the value before. */
  was: laneModesSchema.partial().optional(),
  /** Who or what asked for it: `file`, `service`, or a name on the console. */
  by: z.string().max(80),
  /** Why, for a command. */
  reason: z.string().max(CONFIG_REASON_CHARS_MAX).optional(),
  /** The revision of the config that says so; absent for a command. */
  revision: z.int().min(0).optional(),
  /** Of an emergency release, begun or over: whose visits it voids. */
  area: z.string().max(32).optional(),
})

/**
 * What became of a revision of the config. Values are never in it, only the paths that changed.
 * - `base`: the file of a first start.
 * - `committed`: it runs from now on; with `confirmMs` only if it is confirmed in that time.
 * - `confirmed`, `reverted`: how that ended.
 * - `refused`: something offered was not taken; `revision` is the one that went on running.
 */
export const configBodySchema = z.strictObject({
  about: z.enum(['base', 'committed', 'confirmed', 'reverted', 'refused']),
  /** The gate's own number of the revision spoken of. */
  revision: z.int().min(0),
  /** The revision that runs now. */
  runs: z.int().min(0),
  /** Who or what asked: `file`, `service`, or a name on the console. */
  by: z.string().max(CONFIG_BY_CHARS_MAX),
  reason: z.string().max(CONFIG_REASON_CHARS_MAX),
  /** Of the revision's canonical text; absent when something was refused. */
  sha256: sha256Hex.optional(),
  /** The service's number of it, when it came from there. */
  serviceRevision: z.int().min(0).optional(),
  confirmMs: z.int().min(1).optional(),
  /** Paths whose values differ from what ran before, and how many more there are. */
  changes: z.array(z.string().max(120)).max(CONFIG_CHANGES_MAX).optional(),
  moreChanges: z.int().min(1).optional(),
})
export type ConfigBody = z.infer<typeof configBodySchema>

/**
 * A technician's test of a part, or input that no device gave. Nothing is counted by this row: no
 * pass is used, nobody went in or out.
 */
export const testBodySchema = z.strictObject({
  about: z.enum(['relay', 'sign', 'contact', 'scan']),
  /** Which relay, sign or contact; of a scan its direction. */
  what: z.string().max(40),
  by: z.string().max(80),
  /** Present for input that no device gave: a contact, a scan. */
  pretended: z.literal(true).optional(),
  /** How long a relay is energised or a sign is shown, milliseconds. */
  ms: z.int().min(1).optional(),
  /** Of a contact: what it is from now on. */
  active: z.boolean().optional(),
  /** Of a scan: what it would have been told, and why. */
  code: z.string().max(40).optional(),
  trace: z.array(traceStepSchema).max(32).optional(),
})
export type TestBody = z.infer<typeof testBodySchema>

/**
 * What a technician did with the gate as a whole.
 * - `export`: rows of the journal are written into the file named in `detail`.
 * - `record`: what comes to the gate is recorded into the file named in `detail`, for as long.
 * - `enrolled`, `unenrolled`: it joined the service, or left it; `detail` has its names there.
 * - `restart`, `shutdown`: its program ends, and another start follows, or none.
 */
export const commandBodySchema = z.strictObject({
  about: z.enum(['export', 'record', 'enrolled', 'unenrolled', 'restart', 'shutdown']),
  by: z.string().max(80),
  reason: z.string().max(CONFIG_REASON_CHARS_MAX).optional(),
  detail: z.string().max(400),
})
export type CommandBody = z.infer<typeof commandBodySchema>

export type ModeBody = z.infer<typeof modeBodySchema>
export type ScanBody = z.infer<typeof scanBodySchema>
export type GrantBody = z.infer<typeof grantBodySchema>
export type PassageBody = z.infer<typeof passageBodySchema>
export type AnnulledBody = z.infer<typeof annulledBodySchema>
export type AlarmBody = z.infer<typeof alarmBodySchema>
