/**
 * The trust extension on disk: a small file in the data folder that says until when entry goes on with
 * trust that is too old, and who says so. A command writes it for an operator without a network, or
 * GateControl; a running gate sees it within seconds (trust-extension.ts).
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError, readConfigFile } from '../config/config-file.ts'
import { findDataFolder } from '../config/data-folder-note.ts'
import { readJsonText } from '../contract/json-text.ts'
import { readWhole } from '../files/read-file.ts'
import {
  TRUST_EXTENSION_BY_CHARS_MAX,
  TRUST_EXTENSION_BYTES_MAX,
  TRUST_EXTENSION_MS_MAX,
} from '../limits.ts'

/** Its name on disk, older than the term. */
export const EXTENSION_FILE = 'trust-door.json'

const extensionSchema = z.strictObject({
  /** Unix milliseconds by the machine's clock. */
  until: z.int().min(0),
  by: z.string().trim().min(1).max(TRUST_EXTENSION_BY_CHARS_MAX),
})
export type TrustExtension = z.infer<typeof extensionSchema>

export interface TrustExtensionOrder {
  /** The gate's config file, which says where its data folder is. */
  readonly config: string
  /** ISO 8601 with a zone (`2026-05-21T06:00:00Z`), or `now`, which ends it. */
  readonly until: string
  readonly by: string | undefined
  /** systemd's STATE_DIRECTORY. */
  readonly stateFolders: string | undefined
}

/** Writes the file, or takes it away; says in one line what holds then. Throws ConfigError. */
export function orderTrustExtension(order: TrustExtensionOrder, nowMs: number): string {
  const { config, until, by } = order
  const data = readConfigFile(config).data ?? findDataFolder(config, order.stateFolders)
  if (data === undefined || !existsSync(data)) {
    throw new ConfigError(`${config} names no data folder of a gate that has run here`)
  }
  if (until === 'now') {
    removeTrustExtension(data)
    return 'ended: entry goes by the age of trust again'
  }
  const dated = z.iso.datetime({ offset: true }).safeParse(until)
  const untilMs = dated.success ? Date.parse(until) : Number.NaN
  const fault = trustExtensionFault({ until: untilMs, by: by ?? '' }, nowMs)
  if (fault !== undefined) {
    throw new ConfigError(`--trust-until ${until} --by NAME: ${fault}; "now" ends it`)
  }
  writeTrustExtension(data, { until: untilMs, by: by ?? '' })
  return `until ${timeText(untilMs)} entry goes on with old trust, every event flagged`
}

/** What is wrong with an order, in one line; undefined: nothing. */
export function trustExtensionFault(order: TrustExtension, nowMs: number): string | undefined {
  if (!(order.until > nowMs && order.until - nowMs <= TRUST_EXTENSION_MS_MAX)) {
    const most = TRUST_EXTENSION_MS_MAX / 3_600_000
    return `until: a time with its zone, as 2026-05-21T06:00:00Z, at most ${most} hours ahead`
  }
  if (extensionSchema.safeParse(order).success) return undefined
  return `by: who says so, 1 to ${TRUST_EXTENSION_BY_CHARS_MAX} characters`
}

/** Throws what the disk throws: then the order before it holds. */
export function writeTrustExtension(dataDir: string, order: TrustExtension): void {
  const file = join(dataDir, EXTENSION_FILE)
  const partial = `${file}.partial`
  const text = JSON.stringify(extensionSchema.parse(order))
  writeFileSync(partial, text, { mode: 0o600, flush: true })
  renameSync(partial, file)
}

export function removeTrustExtension(dataDir: string): void {
  rmSync(join(dataDir, EXTENSION_FILE), { force: true })
}

/** Undefined: there is none. Throws when it can't be read. */
export function readTrustExtension(dataDir: string): TrustExtension | undefined {
  const file = join(dataDir, EXTENSION_FILE)
  if (!existsSync(file)) return undefined
  const bytes = readWhole(file, TRUST_EXTENSION_BYTES_MAX)
  if (bytes instanceof Error) throw bytes
  const read = readJsonText(bytes)
  if (!read.ok) throw new Error(read.problem)
  return extensionSchema.parse(read.value)
}

/** As `2026-05-21T06:00Z`. `ms`: Unix milliseconds. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
