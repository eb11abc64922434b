/** Rows of a real journal in memory, written into real files: the chain holds, and nothing is left half. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { JsonValue } from '../contract/canonical.ts'
import { canonicalJson } from '../contract/canonical.ts'
import type { ExportOrder } from '../contract/control.ts'
import type { ControlRefusal } from '../contract/control-codes.ts'
import { exportEndSchema, exportHeaderSchema, exportRowSchema } from '../contract/journal-export.ts'
import { DISK_LOW_BYTES, EXPORT_NAME_CHARS_MAX, EXPORT_PIECE_ROWS } from '../limits.ts'
import { openJournalDatabase } from '../store/database.ts'
import { faultOf, type WalkPlace } from '../store/integrity.ts'
import { createJournalCore } from '../store/journal-core.ts'
import { type ExportParts, exportJournal } from './journal-export.ts'

const ROWS = 2 * EXPORT_PIECE_ROWS + 50
/** The first epoch's rows; then one more opens the second. */
const FORKED = ROWS - 20

/** A journal of two epochs, a row each second, in a data folder. */
function createExporting(change: Partial<ExportParts> = {}) {
  let epochs = 0
  const { db } = openJournalDatabase(':memory:', 0)
  const core = createJournalCore(db, () => String(++epochs).repeat(16))
  const add = (at: number) =>
    core.append({ at, clock: 'TRUSTED', lane: 'A', kind: 'scan', body: { code: 'EXPIRED', at } })
  for (let n = 0; n < FORKED; n++) add(n * 1000)
  core.fork('1'.repeat(16), { at: FORKED * 1000, clock: 'TRUSTED', lane: '' })
  for (let n = FORKED + 1; n < ROWS; n++) add(n * 1000)
  const dataDir = tempDir()
  const disk = { freeBytes: DISK_LOW_BYTES }
  const parts: ExportParts = {
    journal: { readRun: async query => core.readRun(query), room: async () => disk },
    dataDir,
    head: { gate: 'north-1', station: 'north', software: '0.1.0', at: 9, clock: 'TRUSTED' },
    record: async () => {},
    ...change,
  }
  const folder = join(dataDir, 'exports')
  return {
    ...{ core, disk, dataDir, folder, parts },
    files: () => (existsSync(folder) ? readdirSync(folder) : []),
    give: (order: Partial<ExportOrder> = {}) =>
      exportJournal(parts, { file: 'a.jsonl', by: 'lin', ...order }),
  }
}

/** Header, rows and end, each as its schema has it, each line canonical. */
function readExport(path: string) {
  const text = readFileSync(path, 'utf8')
  const values = text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as JsonValue)
  t.equal(text, values.map(value => `${canonicalJson(value)}\n`).join(''), 'canonical')
  const header = exportHeaderSchema.parse(values[0])
  const rows = values.slice(1, -1).map(value => exportRowSchema.parse(value))
  return { header, rows, end: exportEndSchema.parse(values.at(-1)) }
}

/** As the gate itself walks the chain, of the file alone. */
function faultsOf({ header, rows }: ReturnType<typeof readExport>): string[] {
  let before: WalkPlace = {
    ordinal: 1,
    seq: (rows[0]?.seq ?? 1) - 1,
    hash: header.previousHash ?? undefined,
  }
  let epoch = header.epoch
  return rows.flatMap(row => {
    const isNext = row.epoch !== epoch
    const ordinal = isNext ? before.ordinal + 1 : before.ordinal
    const last = isNext ? { ordinal, seq: 0, hash: undefined } : before
    epoch = row.epoch
    before = { ordinal, seq: row.seq, hash: row.hash }
    const fault = faultOf({ ...row, ordinal, body_hash: row.bodyHash }, last)
    return fault === undefined ? [] : [fault]
  })
}

const refusedWith = (code: ControlRefusal) => ({ ok: false, code })

t.test('all rows over both epochs: the chain can be checked by the file alone', async t => {
  const progress: number[] = []
  const { give, folder } = createExporting()
  const path = join(folder, 'a.jsonl')
  const given = await give({ onProgress: rows => progress.push(rows) })
  t.match(given, { ok: true, path, rows: ROWS, bytes: statSync(path).size })
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.same(readdirSync(folder), ['a.jsonl'])
  t.same(progress, [EXPORT_PIECE_ROWS, 2 * EXPORT_PIECE_ROWS, ROWS], 'in pieces')
  const read = readExport(path)
  t.match(read.header, { gate: 'north-1', epoch: '1'.repeat(16), previousHash: '0'.repeat(64) })
  t.same(read.end, { rows: ROWS, hash: read.rows.at(-1)?.hash })
  t.equal(read.rows.length, ROWS)
  t.same(faultsOf(read), [])
  const [third] = read.rows.splice(2, 1)
  t.same(faultsOf(read), ['rows 3 to 3 are missing'])
  read.rows.splice(2, 0, { ...third, at: 7 } as never)
  t.same(faultsOf(read), ['it does not follow from the row before'])
})

t.test('from one time to another: what lies between, with the hash before it', async t => {
  const { give, folder } = createExporting()
  t.match(await give({ fromMs: 10_000, untilMs: 13_000 }), { ok: true, rows: 3 })
  const read = readExport(join(folder, 'a.jsonl'))
  t.match(read.header, { fromMs: 10_000, untilMs: 13_000 })
  t.same(
    read.rows.map(({ at }) => at),
    [10_000, 11_000, 12_000],
  )
  t.same(faultsOf(read), [])
  t.match(await give({ file: 'b', fromMs: 1e9 }), refusedWith('NO_ROWS'))
  t.match(await give({ file: 'c', fromMs: 5000, untilMs: 5000 }), refusedWith('OUT_OF_RANGE'))
})

t.test('a row of a clock that was set back is in the run that it stands in', async t => {
  const { give, core } = createExporting()
  const last = { clock: 'TRUSTED', lane: 'A', kind: 'scan', body: {} } as const
  core.append({ at: 4000, ...last })
  core.append({ at: 900_000, ...last })
  t.match(await give({ fromMs: (ROWS - EXPORT_PIECE_ROWS) * 1000 }), {
    rows: EXPORT_PIECE_ROWS + 2,
  })
})

t.test('no name leads out of the folder, and no file is written over', async t => {
  const { give, dataDir, folder, files } = createExporting()
  for (const file of [
    ...['', '.', '..', '../a', 'a/b', '/etc/x', 'a\\b', '.hidden', 'a\0b', 'a b', 'ü', 'a.partial'],
    'x'.repeat(EXPORT_NAME_CHARS_MAX + 1),
  ]) {
    t.match(await give({ file }), refusedWith('BAD_FILE_NAME'), JSON.stringify(file))
  }
  t.same(readdirSync(dataDir), [])
  t.match(await give({ file: 'x'.repeat(EXPORT_NAME_CHARS_MAX) }), { ok: true })
  writeFileSync(join(folder, 'mine'), 'kept')
  t.match(await give({ file: 'mine' }), refusedWith('FILE_EXISTS'))
  t.equal(readFileSync(join(folder, 'mine'), 'utf8'), 'kept')
  symlinkSync(join(dataDir, 'elsewhere'), join(folder, 'link'))
  t.match(await give({ file: 'link' }), refusedWith('FILE_EXISTS'), 'a link to nowhere is there')
  t.notOk(files().includes('elsewhere'))
})

t.test('stopped in its middle it leaves nothing', async t => {
  const { give, files } = createExporting()
  const stop = new AbortController()
  const onProgress = () => stop.abort()
  t.match(await give({ onProgress, signal: stop.signal }), refusedWith('INTERRUPTED'))
  t.same(files(), [])
})

t.test('a disk that fills up, and one that is nearly full', async t => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    syscall: 'write',
  })
  let writes = 0
  const { give, files, disk, folder } = createExporting({
    async createFile(path) {
      writeFileSync(path, '', { flag: 'wx' })
      return {
        appendFile: async () => {
          if (++writes === 3) throw full
        },
        sync: async () => {},
        close: async () => {},
      }
    },
  })
  t.match(await give(), { ...refusedWith('EXPORT_NOT_WRITTEN'), problems: [/ENOSPC/] })
  t.same(files(), [])
  disk.freeBytes = DISK_LOW_BYTES - 1
  t.match(await give(), refusedWith('EXPORT_NO_ROOM'))
  disk.freeBytes = DISK_LOW_BYTES
  const onProgress = () => {
    disk.freeBytes = 0
  }
  t.match(await give({ onProgress }), refusedWith('EXPORT_NO_ROOM'), 'in its middle')
  t.same(files(), [])
  disk.freeBytes = DISK_LOW_BYTES
  writeFileSync(join(folder, 'old.jsonl.partial'), 'half')
  t.match(await give(), { ok: true })
  t.same(files(), ['a.jsonl'], 'what a power cut left half done is gone')
})

t.test(
  'a folder that can not be made; a journal that closes; a row that is not recorded',
  async t => {
    const { give, dataDir } = createExporting()
    writeFileSync(join(dataDir, 'exports'), 'a file in its place')
    t.match(await give(), refusedWith('EXPORT_NOT_WRITTEN'))
    const closes = () => Promise.reject(new Error('closed'))
    const closing = createExporting({ record: closes })
    await t.rejects(closing.give(), { message: 'closed' })
    t.same(closing.files(), [], 'nothing is exported that is not recorded')
  },
)
