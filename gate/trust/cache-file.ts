/**
 * `trust.db`: what the gate has learned, as rows. One SQLite file (WAL, `synchronous=FULL`) and one
 * transaction per change, so that a power cut at any byte leaves the old rows or the new ones,
 * never a mix. Nothing read here is believed: `cache.ts` verifies it again at every boot.
 */
import type { DatabaseSync } from 'node:sqlite'
import { type Layout, openTables } from '../files/sqlite.ts'
import {
  createStoredFile,
  createStoredMemory,
  type StoredDatabase,
} from '../files/stored-database.ts'
import { KEPT_KIDS_MAX, KEPT_LISTS_MAX, LISTS_MAX, TRUST_CHAIN_MAX } from './limits.ts'

/** The file's name inside the gate's data folder. */
export const CACHE_FILE = 'trust.db'

/** A trust document of the chain from the factory's on, as signed. */
export interface TrustRow {
  readonly version: number
  readonly bytes: Uint8Array
}

/** A status list token as downloaded, named by its SHA-256 in lower-case hexadecimal. */
export interface ListRow {
  readonly sha256: string
  readonly uri: string
  readonly bytes: Uint8Array
}

/** Revoked bits that outlive the list they came from; `deflated` is zlib (RFC 1950). */
export interface KeptBitsRow {
  readonly uri: string
  /** Name of the status key whose manifest set them. */
  readonly signer: string
  readonly seenAtMs: number
  readonly deflated: Uint8Array
}

/** A revoked kid (hexadecimal) that outlives the manifest it came from. */
export interface KeptKidRow {
  readonly kid: string
  readonly signer: string
}

/** The clock's memory, Unix milliseconds. */
export interface ClockRow {
  readonly floorMs: number
  readonly syncAtMs: number | null
  readonly syncRoundTripMs: number | null
}

export interface CacheRows {
  readonly trust: readonly TrustRow[]
  readonly manifest: Uint8Array | undefined
  readonly lists: readonly ListRow[]
  readonly keptBits: readonly KeptBitsRow[]
  readonly keptKids: readonly KeptKidRow[]
  readonly clock: ClockRow | undefined
}

/** One change, applied whole. What is absent stays as it is. */
export interface CacheChange {
  /** Start from nothing first: the file holds something else than we believe. */
  readonly clear: boolean
  readonly trust: readonly TrustRow[]
  /** `null` removes the manifest. */
  readonly manifest?: Uint8Array | null
  readonly putLists: readonly ListRow[]
  readonly dropLists: readonly string[]
  readonly putBits: readonly KeptBitsRow[]
  readonly dropBits: readonly Pick<KeptBitsRow, 'uri' | 'signer'>[]
  readonly putKids: readonly KeptKidRow[]
  readonly dropKids: readonly KeptKidRow[]
  readonly clock: ClockRow
}

const LAYOUT: Layout = {
  layout: 1,
  table: 'kept_bits',
  tables: `
    CREATE TABLE IF NOT EXISTS trust (version INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS manifest (one INTEGER PRIMARY KEY CHECK (one = 1), bytes BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS list (sha256 TEXT PRIMARY KEY, uri TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS kept_bits (
      uri TEXT NOT NULL, signer TEXT NOT NULL, seen_at_ms INTEGER NOT NULL,
      deflated BLOB NOT NULL, PRIMARY KEY (uri, signer)) STRICT;
    CREATE TABLE IF NOT EXISTS kept_kid (
      kid TEXT NOT NULL, signer TEXT NOT NULL, PRIMARY KEY (kid, signer)) STRICT;
    CREATE TABLE IF NOT EXISTS clock (
      one INTEGER PRIMARY KEY CHECK (one = 1), floor_ms INTEGER NOT NULL,
      sync_at_ms INTEGER, sync_round_trip_ms REAL) STRICT`,
}

/** Opens or creates the file. Throws what SQLite throws when it is no database or can't be read. */
export function openCacheFile(path: string, open?: (path: string) => DatabaseSync): DatabaseSync {
  return openTables(path, LAYOUT, open)
}

/** The file of a data folder. */
export function cacheIn(dataDir: string): StoredDatabase {
  return createStoredFile(dataDir, CACHE_FILE, LAYOUT)
}

/** In memory; see `createStoredMemory`. */
export function cacheInMemory(database: DatabaseSync): StoredDatabase {
  return createStoredMemory(database, LAYOUT)
}

/** All rows. Throws when a page is damaged; row counts are bounded. */
export function readCacheRows(database: DatabaseSync): CacheRows {
  const check = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (check.quick_check !== 'ok') throw new Error('the database is damaged')
  const all = (sql: string, limit: number): unknown[] =>
    database.prepare(`${sql} LIMIT ${limit}`).all()
  const manifest = database.prepare('SELECT bytes FROM manifest').get() as
    | { bytes: Uint8Array }
    | undefined
  return {
    trust: all('SELECT version, bytes FROM trust ORDER BY version', TRUST_CHAIN_MAX) as TrustRow[],
    manifest: manifest?.bytes,
    lists: all('SELECT sha256, uri, bytes FROM list', LISTS_MAX) as ListRow[],
    keptBits: all(
      'SELECT uri, signer, seen_at_ms AS seenAtMs, deflated FROM kept_bits',
      KEPT_LISTS_MAX,
    ) as KeptBitsRow[],
    keptKids: all('SELECT kid, signer FROM kept_kid', KEPT_KIDS_MAX) as KeptKidRow[],
    clock: database
      .prepare(
        `SELECT floor_ms AS floorMs, sync_at_ms AS syncAtMs, sync_round_trip_ms AS syncRoundTripMs
         FROM clock`,
      )
      .get() as ClockRow | undefined,
  }
}

/** Applies one change in one transaction: all of it is on disk when this returns, or none. */
export function writeCacheChange(database: DatabaseSync, change: CacheChange): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    writeRows(database, change)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function writeRows(database: DatabaseSync, change: CacheChange): void {
  if (change.clear) {
    for (const table of ['trust', 'manifest', 'list', 'kept_bits', 'kept_kid', 'clock']) {
      database.exec(`DELETE FROM ${table}`)
    }
  }
  const each = <T>(sql: string, rows: readonly T[], values: (row: T) => Value[]): void => {
    if (rows.length === 0) return
    const statement = database.prepare(sql)
    for (const row of rows) statement.run(...values(row))
  }
  each('INSERT OR REPLACE INTO trust VALUES (?, ?)', change.trust, r => [r.version, r.bytes])
  if (change.manifest === null) database.exec('DELETE FROM manifest')
  else if (change.manifest !== undefined) {
    database.prepare('INSERT OR REPLACE INTO manifest VALUES (1, ?)').run(change.manifest)
  }
  each('DELETE FROM list WHERE sha256 = ?', change.dropLists, sha256 => [sha256])
  each('INSERT OR REPLACE INTO list VALUES (?, ?, ?)', change.putLists, r => [
    r.sha256,
    r.uri,
    r.bytes,
  ])
  each('DELETE FROM kept_bits WHERE uri = ? AND signer = ?', change.dropBits, r => [
    r.uri,
    r.signer,
  ])
  each('INSERT OR REPLACE INTO kept_bits VALUES (?, ?, ?, ?)', change.putBits, r => [
    r.uri,
    r.signer,
    r.seenAtMs,
    r.deflated,
  ])
  each('DELETE FROM kept_kid WHERE kid = ? AND signer = ?', change.dropKids, r => [r.kid, r.signer])
  each('INSERT OR REPLACE INTO kept_kid VALUES (?, ?)', change.putKids, r => [r.kid, r.signer])
  const { floorMs, syncAtMs, syncRoundTripMs } = change.clock
  database
    .prepare('INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?)')
    .run(Math.floor(floorMs), syncAtMs === null ? null : Math.floor(syncAtMs), syncRoundTripMs)
}

type Value = string | number | null | Uint8Array
