import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createCacheDisk } from './cache-disk.ts'
import {
  CACHE_FILE,
  type CacheChange,
  openCacheFile,
  readCacheRows,
  writeCacheChange,
} from './cache-file.ts'

const NOTHING: CacheChange = {
  clear: false,
  trust: [],
  putLists: [],
  dropLists: [],
  putBits: [],
  dropBits: [],
  putKids: [],
  dropKids: [],
  clock: { floorMs: 1, syncAtMs: null, syncRoundTripMs: null },
}
const bytes = (...values: number[]) => Uint8Array.from(values)
const FULL: CacheChange = {
  ...NOTHING,
  trust: [
    { version: 2, bytes: bytes(2) },
    { version: 3, bytes: bytes(3) },
  ],
  manifest: bytes(9),
  putLists: [{ sha256: 'aa', uri: 'tsl:1', bytes: bytes(1) }],
  putBits: [{ uri: 'tsl:0', signer: 's', seenAtMs: 5, deflated: bytes(7) }],
  putKids: [{ kid: '0a', signer: 's' }],
  clock: { floorMs: 1_800_000_000_000.7, syncAtMs: 6, syncRoundTripMs: 1.5 },
}

function readAll(path: string) {
  const database = openCacheFile(path)
  try {
    const rows = readCacheRows(database)
    const plain = (value: Uint8Array | undefined) => value && [...value]
    return {
      trust: rows.trust.map(row => row.version),
      manifest: plain(rows.manifest),
      lists: rows.lists.map(row => row.sha256),
      bits: rows.keptBits.map(row => row.uri),
      kids: rows.keptKids.map(row => row.kid),
      clock: rows.clock && { ...rows.clock },
    }
  } finally {
    database.close()
  }
}

const WRITTEN = {
  trust: [2, 3],
  manifest: [9],
  lists: ['aa'],
  bits: ['tsl:0'],
  kids: ['0a'],
  clock: { floorMs: 1_800_000_000_000, syncAtMs: 6, syncRoundTripMs: 1.5 },
}
const EMPTY = { trust: [], manifest: undefined, lists: [], bits: [], kids: [] }

t.test('a change is written whole, added to, taken from, and cleared', async t => {
  const path = join(tempDir(), CACHE_FILE)
  const database = openCacheFile(path)
  t.same(readAll(path), { ...EMPTY, clock: undefined })
  writeCacheChange(database, FULL)
  t.same(readAll(path), WRITTEN)
  writeCacheChange(database, {
    ...NOTHING,
    manifest: null,
    dropLists: ['aa'],
    dropBits: [{ uri: 'tsl:0', signer: 's' }],
    dropKids: [{ kid: '0a', signer: 's' }],
  })
  const clock = { floorMs: 1, syncAtMs: null, syncRoundTripMs: null }
  t.same(readAll(path), { ...EMPTY, trust: [2, 3], clock })
  writeCacheChange(database, { ...FULL, clear: true, trust: [] })
  t.same(readAll(path), { ...WRITTEN, trust: [] })
  database.close()
})

t.test('a change that fails midway leaves everything as it was', async t => {
  const path = join(tempDir(), CACHE_FILE)
  const database = openCacheFile(path)
  writeCacheChange(database, FULL)
  const broken = {
    ...NOTHING,
    manifest: bytes(1),
    clock: { ...NOTHING.clock, floorMs: Number.NaN },
  }
  t.throws(() => writeCacheChange(database, broken))
  t.same(readAll(path), WRITTEN)
  writeCacheChange(database, { ...NOTHING, manifest: bytes(8) })
  t.same(readAll(path).manifest, [8], 'and the connection still works')
  database.close()
})

t.test('what is no database, or of a later layout, does not open', async t => {
  const dir = t.testdir({ garbage: 'x'.repeat(5000) })
  t.throws(() => openCacheFile(join(dir, 'garbage')))
  const later = new DatabaseSync(join(dir, 'later'))
  later.exec('PRAGMA user_version = 99')
  later.close()
  t.throws(() => openCacheFile(join(dir, 'later')), /layout 99/)
})

t.test('the writer thread writes, reports what it cannot, and ends', async t => {
  const dir = t.testdir({ blocked: 'a file' })
  const { writer } = createCacheDisk(join(dir, 'new'))
  t.same(await writer.ask('write', FULL, 0), { code: 'WRITTEN' })
  t.same(readAll(join(dir, 'new', CACHE_FILE)), WRITTEN)
  await writer.close()
  await writer.close()
  t.same(readdirSync(join(dir, 'new')), [CACHE_FILE], 'the log is folded in')

  const { writer: blocked } = createCacheDisk(join(dir, 'blocked'))
  t.equal((await blocked.ask('write', FULL, 0)).code, 'WRITE_FAILED')
  await blocked.close()
})

t.test(
  'a file that breaks under the writer is set aside, and the next change is written',
  async t => {
    const dir = t.testdir({ [CACHE_FILE]: 'x'.repeat(5000) })
    const { writer } = createCacheDisk(dir)
    const answer = await writer.ask('write', FULL, 0)
    t.match(answer, { code: 'DAMAGED', setAside: 'trust.db.damaged-19700101T000000000Z' })
    t.same(await writer.ask('write', FULL, 0), { code: 'WRITTEN' })
    t.same(readAll(join(dir, CACHE_FILE)), WRITTEN)
    await writer.close()
  },
)
