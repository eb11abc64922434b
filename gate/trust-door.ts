/**
 * The door for an operator without a network: a small file in the data folder that says until when
 * entry goes on with trust that is too old, and who says so. One command writes it, and a running
 * gate sees it within seconds; its lanes are run with `trustDegraded` until then, which is a row each.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Timers } from '../hardware/ports.ts'
import { ConfigError, readConfigFile } from './config-file.ts'
import { findDataFolder } from './config-place.ts'
import { readJsonText } from './contract/json-text.ts'
import type { Lane } from './lane.ts'
import {
  TRUST_DOOR_BY_CHARS_MAX,
  TRUST_DOOR_BYTES_MAX,
  TRUST_DOOR_LOOK_MS,
  TRUST_DOOR_MS_MAX,
} from './limits.ts'
import { readWhole } from './read-file.ts'

const DOOR_FILE = 'trust-door.json'

const doorSchema = z.strictObject({
  /** Unix milliseconds by the machine's clock. */
  until: z.int().min(0),
  by: z.string().trim().min(1).max(TRUST_DOOR_BY_CHARS_MAX),
})
type Door = z.infer<typeof doorSchema>

export interface DoorOrder {
  /** The gate's config file, which says where its data folder is. */
  readonly config: string
  /** ISO 8601 with a zone (`2026-05-21T06:00:00Z`), or `now`, which ends it. */
  readonly until: string
  readonly by: string | undefined
  /** systemd's STATE_DIRECTORY. */
  readonly stateFolders: string | undefined
}

/** Writes the file, or takes it away; says in one line what holds then. Throws ConfigError. */
export function orderTrustDoor(order: DoorOrder, nowMs: number): string {
  const { config, until, by } = order
  const data = readConfigFile(config).data ?? findDataFolder(config, order.stateFolders)
  if (data === undefined || !existsSync(data)) {
    throw new ConfigError(`${config} names no data folder of a gate that has run here`)
  }
  const file = join(data, DOOR_FILE)
  if (until === 'now') {
    rmSync(file, { force: true })
    return 'ended: entry goes by the age of trust again'
  }
  const dated = z.iso.datetime({ offset: true }).safeParse(until)
  const untilMs = dated.success ? Date.parse(until) : Number.NaN
  if (!(untilMs > nowMs && untilMs - nowMs <= TRUST_DOOR_MS_MAX)) {
    const most = TRUST_DOOR_MS_MAX / 3_600_000
    const form = 'a time with its zone, as 2026-05-21T06:00:00Z, or "now" to end it'
    throw new ConfigError(`--trust-until ${until}: give ${form}; at most ${most} hours ahead`)
  }
  const door = doorSchema.safeParse({ until: untilMs, by })
  if (!door.success) {
    throw new ConfigError(`--by NAME: who says so, 1 to ${TRUST_DOOR_BY_CHARS_MAX} characters`)
  }
  const partial = `${file}.partial`
  writeFileSync(partial, JSON.stringify(door.data), { mode: 0o600, flush: true })
  renameSync(partial, file)
  return `until ${textOf(untilMs)} entry goes on with old trust, every event flagged`
}

export interface DoorParts {
  readonly dataDir: string
  /** `byConfig`: whether it is run so anyway. */
  readonly lanes: readonly {
    readonly lane: Pick<Lane, 'view' | 'setModes'>
    readonly byConfig: () => boolean
  }[]
  readonly timers: Timers
  /** By the machine's clock, as the command's. */
  readonly nowMs: () => number
  readonly onFault: (what: string, error: unknown) => void
}

/** Looks at once and every few seconds; ends with the function that it gives. */
export function followTrustDoor(parts: DoorParts): () => void {
  const { timers, nowMs } = parts
  let door: Door | undefined
  let open = false
  let fault = ''
  let ended = false
  let cancel = () => {}

  function run(on: boolean, by: string): void {
    for (const { lane, byConfig } of parts.lanes) {
      if (byConfig() || lane.view().modes.trustDegraded === on) continue
      lane.setModes({ trustDegraded: on }, { by })
    }
  }

  /** A file that is over ends also what a process before this one began. */
  function judge(): void {
    if (ended) return
    const leftMs = door === undefined ? 0 : door.until - nowMs()
    const wanted = leftMs > 0 && leftMs <= TRUST_DOOR_MS_MAX
    if (wanted) run(true, `${door?.by}, until ${textOf(door?.until ?? 0)}`)
    else if (open || door !== undefined) run(false, door ? 'trust door: over' : 'trust door: ended')
    open = wanted
  }

  function look(): void {
    try {
      door = readDoor(parts.dataDir)
      fault = ''
    } catch (error) {
      door = undefined
      const what = `${join(parts.dataDir, DOOR_FILE)} can’t be read: make it by --trust-until`
      if (fault === '') parts.onFault(what, error)
      fault = what
    }
    judge()
    cancel = timers.after(TRUST_DOOR_LOOK_MS, look)
  }

  look()
  return () => {
    ended = true
    cancel()
  }
}

/** Undefined: there is none. Throws when it can't be read. */
function readDoor(dataDir: string): Door | undefined {
  const file = join(dataDir, DOOR_FILE)
  if (!existsSync(file)) return undefined
  const bytes = readWhole(file, TRUST_DOOR_BYTES_MAX)
  if (bytes instanceof Error) throw bytes
  const read = readJsonText(bytes)
  if (!read.ok) throw new Error(read.problem)
  return doorSchema.parse(read.value)
}

/** `2026-05-21T06:00Z` */
const textOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
