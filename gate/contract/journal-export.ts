/**
 * Rows of a journal in a file, one JSON value a line (RFC 8785): a header, then each row as the journal
 * has it, in the order of the chain, then an end. So the chain can be checked without the gate, and a
 * file that was cut is known as such. Its rows hold no keys and no passes, and with its lanes a replay
 * decides them again.
 */
import { z } from 'zod'
import type { JsonValue } from './canonical.ts'
import { clockStateSchema, epochSchema, journalRowSchema } from './events.ts'

export const EXPORT_FORMAT = 'wicketgate-journal'
export const EXPORT_VERSION = 1

const ms = z.int().min(0)
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)

export const exportHeaderSchema = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(EXPORT_VERSION),
  /** As the config names them. */
  gate: z.string(),
  station: z.string(),
  software: z.string(),
  /** When it was written, by the gate's clock, Unix milliseconds. */
  at: ms,
  clock: clockStateSchema,
  /**
   * Its lanes as the config that runs has them, without where their devices are: by which a replay
   * decides again. Absent from a gate of before.
   */
  lanes: (z.json() as z.ZodType<JsonValue>).optional(),
  /** What was asked for. */
  fromMs: ms.optional(),
  untilMs: ms.optional(),
  /** Of the first row; others may follow, each from its own first row. */
  epoch: epochSchema,
  /** What the first row's hash is made with; null where the gate does not have that row any more. */
  previousHash: sha256Hex.nullable(),
})
export type ExportHeader = z.infer<typeof exportHeaderSchema>

export const exportRowSchema = journalRowSchema

/** How many rows stand before it, and the hash of the last. */
export const exportEndSchema = z.strictObject({ rows: z.int().min(1), hash: sha256Hex })
export type ExportEnd = z.infer<typeof exportEndSchema>
