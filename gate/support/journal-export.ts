/**
 * `journal export`: rows of the journal into a file of the data folder (contract/journal-export.ts), in
 * pieces, so that memory stays as it is and grants are written meanwhile. It has another name until it
 * is whole: what was stopped, or found no room, leaves nothing.
 */
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, type JsonValue } from '../contract/canonical.ts'
import type { Exported, ExportOrder, Refused } from '../contract/control.ts'
import type { ControlRefusal } from '../contract/control-codes.ts'
import {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type ExportEnd,
  type ExportHeader,
} from '../contract/journal-export.ts'
import type { RowRun, RunQuery } from '../contract/row-query.ts'
import { DISK_LOW_BYTES, EXPORT_NAME_CHARS_MAX, EXPORT_PIECE_ROWS } from '../limits.ts'

export interface ExportedJournal {
  /** Both reject as the journal does. */
  readRun(query: RunQuery): Promise<RowRun>
  room(): Promise<{ readonly freeBytes: number }>
}

/** A file that is written from its beginning to its end. */
export interface ExportFile {
  appendFile(text: string): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

export interface ExportParts {
  readonly journal: ExportedJournal
  readonly dataDir: string
  readonly head: Pick<ExportHeader, 'gate' | 'station' | 'software' | 'at' | 'clock' | 'lanes'>
  /** Makes the row of it. Rejects as the journal does when it is not on disk. */
  readonly record: () => Promise<void>
  /** Rejects where one is there. A file of this machine, unless given. */
  readonly createFile?: (path: string) => Promise<ExportFile>
}

const FOLDER = 'exports'
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
/** Of one that is not whole. */
const PARTIAL = '.partial'

/** One at a time. Rejects as the journal does; then nothing is left of it. */
export async function exportJournal(parts: ExportParts, order: ExportOrder): Promise<Exported> {
  const fault = faultOf(order)
  if (fault !== undefined) return fault
  const folder = join(parts.dataDir, FOLDER)
  const path = join(folder, order.file)
  const partial = `${path}${PARTIAL}`
  try {
    await makeReady(folder)
    if (await isThere(path)) return refused('FILE_EXISTS')
    const written = await write(parts, order, partial)
    if (!written.ok) return written
    await rename(partial, path)
    return { ...written, path }
  } catch (error) {
    if (!isOfTheSystem(error)) throw error
    return refused('EXPORT_NOT_WRITTEN', error.message)
  } finally {
    await rm(partial, { force: true }).catch(() => {})
  }
}

function faultOf({ file, fromMs = 0, untilMs = Infinity }: ExportOrder): Refused | undefined {
  const isBare = NAME.test(file) && file.length <= EXPORT_NAME_CHARS_MAX && !file.endsWith(PARTIAL)
  if (!isBare) return refused('BAD_FILE_NAME')
  return fromMs < untilMs
    ? undefined
    : refused('OUT_OF_RANGE', 'the end is not after the beginning')
}

function refused(code: ControlRefusal, ...problems: string[]): Refused {
  return { ok: false, code, problems }
}

/** With its folder, and without what an earlier process left half done. */
async function makeReady(folder: string): Promise<void> {
  if (!(await isThere(folder))) await mkdir(folder, { mode: 0o700 })
  const left = (await readdir(folder)).filter(name => name.endsWith(PARTIAL))
  for (const name of left) await rm(join(folder, name), { force: true })
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function isOfTheSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

async function write(parts: ExportParts, order: ExportOrder, path: string): Promise<Exported> {
  const { journal, head, record, createFile = createHere } = parts
  const runs = runsOf(journal, order)
  let run = await runs.next()
  if (run.done) return refused('NO_ROWS')
  if (await isTight(journal)) return refused('EXPORT_NO_ROOM')
  await record()
  const lines = createLines(await createFile(path))
  try {
    await lines.add([headerOf(head, order, run.value)])
    let rows = 0
    let hash = ''
    for (; !run.done; run = await runs.next()) {
      if (order.signal?.aborted) return refused('INTERRUPTED')
      if (await isTight(journal)) return refused('EXPORT_NO_ROOM')
      await lines.add(run.value.rows)
      rows += run.value.rows.length
      hash = run.value.rows.at(-1)?.hash ?? hash
      order.onProgress?.(rows)
    }
    await lines.add([{ rows, hash } satisfies ExportEnd])
    return { ok: true, path, rows, bytes: await lines.end() }
  } finally {
    await lines.close()
  }
}

async function createHere(path: string): Promise<ExportFile> {
  return open(path, 'wx', 0o600)
}

/** Where the disk is nearly full, its room is for rows. */
async function isTight(journal: ExportedJournal): Promise<boolean> {
  return (await journal.room()).freeBytes < DISK_LOW_BYTES
}

/** Each with a row at least. */
async function* runsOf(
  journal: ExportedJournal,
  { fromMs, untilMs = Infinity }: ExportOrder,
): AsyncGenerator<RowRun, undefined> {
  let begun = false
  let query: RunQuery | undefined = { max: EXPORT_PIECE_ROWS }
  while (query !== undefined) {
    const from = begun || fromMs === undefined ? {} : { fromMs }
    const run: RowRun = await journal.readRun({ ...query, ...from })
    const end = run.rows.findIndex(({ at }) => at >= untilMs)
    const rows = end < 0 ? run.rows : run.rows.slice(0, end)
    if (rows.length > 0) yield { ...run, rows }
    begun ||= rows.length > 0
    query = end < 0 && run.next ? { max: EXPORT_PIECE_ROWS, after: run.next } : undefined
  }
}

function headerOf(
  head: ExportParts['head'],
  { fromMs, untilMs }: ExportOrder,
  { rows, previousHash }: RowRun,
): ExportHeader {
  return {
    ...{ format: EXPORT_FORMAT, version: EXPORT_VERSION, ...head },
    ...(fromMs !== undefined && { fromMs }),
    ...(untilMs !== undefined && { untilMs }),
    ...{ epoch: rows[0]?.epoch ?? '', previousHash },
  }
}

/** Canonical JSON, one value a line. */
function createLines(file: ExportFile) {
  let bytes = 0
  return {
    async add(values: readonly object[]): Promise<void> {
      const text = values.map(value => `${canonicalJson(value as JsonValue)}\n`).join('')
      await file.appendFile(text)
      bytes += Buffer.byteLength(text)
    },
    /** On disk; gives how many bytes there are. */
    async end(): Promise<number> {
      await file.sync()
      return bytes
    },
    close: file.close.bind(file),
  }
}
