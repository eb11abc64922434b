/**
 * `support bundle`: what a developer needs to understand a gate from afar, as one .tar.gz: config,
 * status, devices, the journal's last rows, log, versions, the names of its files. Everything passes
 * the redactor; no file of the data folder is read. It works in small pieces, so that no scan waits.
 */
import { readdir, stat } from 'node:fs/promises'
import { arch, freemem, platform, release, totalmem, uptime } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Timers } from '../../hardware/ports.ts'
import type { JsonValue } from '../contract/canonical.ts'
import type { GateControl } from '../contract/control.ts'
import type { GateStatus } from '../contract/control-status.ts'
import type { GrantRef, JournalRow } from '../contract/events.ts'
import {
  DISK_ANSWER_MS,
  SUPPORT_FILE_CHARS_MAX,
  SUPPORT_FILES_MAX,
  SUPPORT_ROWS_MAX,
} from '../limits.ts'
import { inTime } from '../timing/deadline.ts'
import { createRedactor, type Redactor } from './redact.ts'
import { tarOf } from './tar.ts'

export interface SupportParts {
  readonly control: GateControl
  /** The last lines of the program's log, oldest first. */
  readonly log: () => readonly string[]
  /** The data folder, as the running config has it. */
  readonly dataDir: string
  readonly timers: Timers
  /** Unix milliseconds. */
  readonly nowMs: () => number
  readonly randomBytes: (bytes: number) => Uint8Array
}

const SALT_BYTES = 16
const PAGE_ROWS = 500
/** Lines that are redacted in one go. */
const PIECE_LINES = 20

const compress = promisify(gzip)

const README = `A support bundle of a Wicketgate gate.

versions.json   software, Node, machine
status.json     the gate, its lanes, its trust and clock
devices.json    boards and readers, since when, and their last faults
config.json     the running config; history.json: its revisions
journal.jsonl   the last rows, newest first, their bodies opened
log.jsonl       the last lines of the program's log, newest first
files.json      names and sizes in the data folder

Taken out: keys, passes, passwords, names and numbers of people, free text typed by people. A tag such
as ~1a2b3c4d stands for one value throughout this bundle, and for another one in the next.
`

/** What could not be had is told in its place. Never rejects for a gate that does not run. */
export async function buildSupportBundle(parts: SupportParts): Promise<Uint8Array> {
  const { control, nowMs, timers } = parts
  const redactor = createRedactor(parts.randomBytes(SALT_BYTES))
  const status = await control.status()
  const told: Readonly<Record<string, JsonValue | readonly JsonValue[]>> = {
    'versions.json': plain(versions(status)),
    'status.json': plain({
      gate: status,
      lanes: control.lanes(),
      trust: control.trust.report(),
    }),
    'devices.json': plain(control.devices()),
    'config.json': plain(control.config.running()),
    'history.json': plain(control.config.history()),
    'files.json': plain(await filesOf(parts)),
    'journal.jsonl': await rowsOf(control),
    'log.jsonl': parts.log().toReversed().map(parsedLine),
  }
  for (const value of Object.values(told)) redactor.learn(value as JsonValue)
  const files = [{ name: 'support/README.txt', bytes: Buffer.from(README) }]
  for (const [name, value] of Object.entries(told)) {
    const text = name.endsWith('.jsonl')
      ? await linesOf(value as readonly JsonValue[], redactor, timers)
      : `${JSON.stringify(redactor.value(value as JsonValue), null, 2)}\n`
    files.push({ name: `support/${name}`, bytes: Buffer.from(text) })
  }
  return compress(tarOf(files, Math.floor(nowMs() / 1000)))
}

/** As JSON has it. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null)) as JsonValue
}

/** Newest first, until there is no more room. */
async function linesOf(
  values: readonly JsonValue[],
  redactor: Redactor,
  timers: Timers,
): Promise<string> {
  let text = ''
  for (const [index, value] of values.entries()) {
    const line = JSON.stringify(redactor.value(value))
    if (text.length + line.length >= SUPPORT_FILE_CHARS_MAX) break
    text += `${line}\n`
    if (index % PIECE_LINES === 0) await new Promise<void>(next => void timers.after(0, next))
  }
  return text
}

function versions({ software, gate, station, upMs }: GateStatus) {
  const machine = { platform: platform(), release: release(), arch: arch(), upS: uptime() }
  const memory = { totalBytes: totalmem(), freeBytes: freemem(), own: process.memoryUsage() }
  const node = process.versions
  return { software, gate, station, upMs, machine, memory, node }
}

/** Newest first; a journal that can't be read says why. */
async function rowsOf(control: GateControl): Promise<readonly JsonValue[]> {
  const rows: JsonValue[] = []
  let before: GrantRef | undefined
  do {
    const page = await control.journal.tail({ max: PAGE_ROWS, ...(before && { before }) })
    if (!page.ok) return [...rows, { unread: page.code, problems: page.problems }]
    rows.push(...page.rows.map(shownRow))
    before = page.next
  } while (before !== undefined && rows.length < SUPPORT_ROWS_MAX)
  return rows.slice(0, SUPPORT_ROWS_MAX)
}

/** The hash by its beginning, which names the row; of a body, what it says. */
function shownRow({ epoch, seq, at, clock, lane, kind, hash, body }: JournalRow): JsonValue {
  const opened = body === null ? null : parsedLine(body)
  return { epoch, seq, at, clock, lane, kind, hash: hash.slice(0, 12), body: opened }
}

function parsedLine(line: string): JsonValue {
  try {
    return JSON.parse(line) as JsonValue
  } catch {
    return line
  }
}

/** Of a disk that hangs: only that. */
async function filesOf({ dataDir, timers }: SupportParts): Promise<unknown> {
  const looking = look(dataDir).catch(error => [{ unread: (error as Error).message }])
  const files = await inTime(timers, DISK_ANSWER_MS, looking)
  return files === 'late' ? [{ unread: 'the disk does not answer' }] : files
}

async function look(dataDir: string): Promise<readonly object[]> {
  const names = await readdir(dataDir, { recursive: true })
  const files = []
  for (const name of names.sort().slice(0, SUPPORT_FILES_MAX)) {
    const found = await stat(join(dataDir, name)).catch(() => undefined)
    files.push({ name, bytes: found?.size, changed: found?.mtime.toISOString() })
  }
  return files
}
