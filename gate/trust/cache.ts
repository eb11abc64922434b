/**
 * The trust cache: what `trust.db` holds, verified again at every boot from the read-only factory
 * trust on, and the change that takes the file from one state to the next. A lost or damaged cache
 * leaves the factory trust; what is sound in a damaged one is used.
 */
import { deflateSync, inflateSync } from 'node:zlib'
import { toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { openStatusList } from '../../pass/documents/status-list-node.ts'
import {
  decodeManifest,
  openManifest,
  type TrustDocument,
  verifyFirstTrust,
  verifyTrustUpdate,
} from '../../pass/documents/trust.ts'
import { materialOf } from '../../pass/documents/trust-documents.ts'
import { STATUS_BYTES_MAX } from '../../pass/limits.ts'
import { isFull } from '../files/sqlite.ts'
import type { StoredDatabase } from '../files/stored-database.ts'
import {
  type CacheChange,
  type CacheRows,
  type ClockRow,
  type KeptBitsRow,
  readCacheRows,
  type TrustRow,
} from './cache-file.ts'
import type { SignedSync } from './clock.ts'
import { factoryState, type HeldList, type HeldManifest, type TrustState } from './state.ts'
import type { KeptBits } from './sticky-revocations.ts'

/** What a boot starts from. */
export interface LoadedCache {
  readonly state: TrustState
  /** Unix milliseconds. */
  readonly floorMs: number
  readonly sync: SignedSync | undefined
  /** False when the file must be written anew: there is none, or it was set aside. */
  readonly onDisk: boolean
  /** What was wrong, and the name under which the damaged file was set aside. */
  readonly damage: { readonly detail: string; readonly setAside: string | undefined } | undefined
}

/** The factory trust. Throws when it isn't properly signed: the gate's config is wrong then. */
export function openFactoryTrust(bytes: Uint8Array): TrustDocument {
  const result = verifyFirstTrust(bytes, nodeVerifier, Number.POSITIVE_INFINITY)
  if (!result.ok) {
    throw Object.assign(new Error(`no factory trust (${result.code})`), { code: 'FACTORY_TRUST' })
  }
  return result.trust
}

/** Reads and verifies the cache. Never throws: damage is reported and set aside. */
export function loadCache(
  stored: StoredDatabase,
  factory: TrustDocument,
  nowMs: number,
): LoadedCache {
  const faults: string[] = []
  let rows: CacheRows | undefined
  try {
    rows = stored.read(readCacheRows)
  } catch (error) {
    // Only an empty file must be written to be opened, so a disk without room is no damage.
    if (!isFull(error)) faults.push(error instanceof Error ? error.message : 'unreadable')
  }
  const state = rows === undefined ? factoryState(factory) : verifyRows(rows, factory, faults)
  const clock = clockOf(rows?.clock, state)
  if (faults.length === 0) {
    return {
      state,
      ...clock,
      onDisk: rows !== undefined && sameRows(rows, state),
      damage: undefined,
    }
  }
  const damage = {
    detail: faults.join('; ').slice(0, 300),
    setAside: stored.trySetAside(nowMs),
  }
  return { state, ...clock, onDisk: false, damage }
}

/** Whether the file holds just this state: a newer factory trust or a lost signer leaves more. */
function sameRows(rows: CacheRows, state: TrustState): boolean {
  return (
    rows.trust.length === state.chain.length &&
    (rows.manifest === undefined) === (state.manifest === undefined) &&
    rows.lists.length === state.lists.size &&
    rows.keptBits.length === state.keptBits.length &&
    rows.keptKids.length === state.keptKids.length
  )
}

/**
 * The sound part of the rows. Documents were accepted once, so their dates aren't judged again. A
 * newer factory trust may no longer know the manifest's signer: that is no damage.
 */
function verifyRows(rows: CacheRows, factory: TrustDocument, faults: string[]): TrustState {
  const { trust, chain } = verifyChain(rows.trust, factory, faults)
  const signers = new Set<string>()
  for (const { role, key } of trust.keys) if (role === 'status') signers.add(materialOf(key))
  const manifest = verifyHeld(rows.manifest, trust, factory, faults)
  return {
    trust,
    chain,
    manifest,
    lists: manifest === undefined ? new Map() : verifyLists(rows, manifest, faults),
    keptBits: inflateKept(rows.keptBits, faults).filter(entry => signers.has(entry.signer)),
    keptKids: rows.keptKids.filter(entry => signers.has(entry.signer)),
  }
}

function verifyChain(
  rows: readonly TrustRow[],
  factory: TrustDocument,
  faults: string[],
): { trust: TrustDocument; chain: readonly TrustRow[] } {
  let trust = factory
  const chain: TrustRow[] = []
  for (const { bytes, version } of rows) {
    if (version <= factory.version) continue
    const next = verifyTrustUpdate(trust, bytes, nodeVerifier, Number.POSITIVE_INFINITY)
    if (!next.ok || next.trust.version !== version || !next.changed) {
      faults.push(`trust ${version}: ${next.ok ? 'WRONG_VERSION' : next.code}`)
      break
    }
    trust = next.trust
    chain.push({ version, bytes })
  }
  return { trust, chain }
}

function verifyHeld(
  bytes: Uint8Array | undefined,
  trust: TrustDocument,
  factory: TrustDocument,
  faults: string[],
): HeldManifest | undefined {
  if (bytes === undefined) return undefined
  const opened = openManifest(trust, bytes, nodeVerifier)
  if (opened.ok) return { manifest: opened.manifest, signer: opened.signer, bytes }
  const overtaken =
    opened.code === 'UNSIGNED' && decodeManifest(bytes).trustVersion < factory.version
  if (overtaken) return undefined
  faults.push(`manifest: ${opened.code}`)
  return undefined
}

function verifyLists(
  rows: CacheRows,
  { manifest }: HeldManifest,
  faults: string[],
): ReadonlyMap<string, HeldList> {
  const tokens = new Map(rows.lists.map(row => [row.sha256, row.bytes]))
  const lists = new Map<string, HeldList>()
  for (const entry of manifest.lists) {
    const sha256 = toHex(entry.sha256)
    const token = tokens.get(sha256)
    const opened = token && openStatusList(entry, token)
    if (token === undefined || opened === undefined || !opened.ok) {
      faults.push(`list ${entry.uri}: ${opened?.ok === false ? opened.code : 'missing'}`)
    } else {
      const { list, exp } = opened
      lists.set(entry.uri, { uri: entry.uri, sha256, token, bytes: list.bytes, exp })
    }
  }
  return lists
}

function inflateKept(rows: readonly KeptBitsRow[], faults: string[]): readonly KeptBits[] {
  const kept: KeptBits[] = []
  for (const { uri, signer, seenAtMs, deflated } of rows) {
    try {
      const bytes = new Uint8Array(inflateSync(deflated, { maxOutputLength: STATUS_BYTES_MAX }))
      kept.push({ uri, signer, seenAtMs, bytes })
    } catch {
      faults.push(`kept bits of ${uri}`)
    }
  }
  return kept
}

/**
 * The floor never lies past the newest signed date we hold: a damaged number must not put the gate
 * into a future from which nothing leads back.
 */
function clockOf(
  row: ClockRow | undefined,
  { trust, manifest }: TrustState,
): Pick<LoadedCache, 'floorMs' | 'sync'> {
  const newestMs = Math.max(trust.iat, manifest?.manifest.iat ?? 0) * 1000
  const { floorMs = trust.iat * 1000, syncAtMs = null, syncRoundTripMs = null } = row ?? {}
  return {
    floorMs: Math.min(floorMs, newestMs),
    sync:
      syncAtMs === null || syncRoundTripMs === null
        ? undefined
        : { atMs: syncAtMs, roundTripMs: syncRoundTripMs },
  }
}

/** The clock's part of a change. */
export function clockRow(floorMs: number, sync: SignedSync | undefined): ClockRow {
  return {
    floorMs,
    syncAtMs: sync?.atMs ?? null,
    syncRoundTripMs: sync?.roundTripMs ?? null,
  }
}

/** What must be written to go from `from` (undefined: from nothing) to `to`. */
export function changeBetween(
  from: TrustState | undefined,
  to: TrustState,
  clock: ClockRow,
): CacheChange {
  const versions = new Set(from?.chain.map(row => row.version))
  const held = new Set([...(from?.lists.values() ?? [])].map(list => list.sha256))
  const wanted = new Set([...to.lists.values()].map(list => list.sha256))
  const bits = new Set(from?.keptBits)
  const kids = new Set(from?.keptKids.map(nameOfKid))
  const kidsNow = new Set(to.keptKids.map(nameOfKid))
  const bitsNow = new Set(to.keptBits)
  return {
    clear: from === undefined,
    trust: to.chain.filter(row => !versions.has(row.version)),
    ...(from?.manifest === to.manifest ? {} : { manifest: to.manifest?.bytes ?? null }),
    putLists: [...to.lists.values()]
      .filter(list => !held.has(list.sha256))
      .map(({ uri, sha256, token }) => ({ uri, sha256, bytes: token })),
    dropLists: [...held].filter(sha256 => !wanted.has(sha256)),
    putBits: to.keptBits
      .filter(entry => !bits.has(entry))
      .map(({ bytes, ...row }) => ({ ...row, deflated: new Uint8Array(deflateSync(bytes)) })),
    dropBits: (from?.keptBits ?? []).filter(entry => !bitsNow.has(entry)).map(nameOfBits),
    putKids: to.keptKids.filter(entry => !kids.has(nameOfKid(entry))),
    dropKids: (from?.keptKids ?? []).filter(entry => !kidsNow.has(nameOfKid(entry))),
    clock,
  }
}

function nameOfKid({ kid, signer }: { kid: string; signer: string }): string {
  return `${kid} ${signer}`
}

function nameOfBits({ uri, signer }: KeptBits): Pick<KeptBits, 'uri' | 'signer'> {
  return { uri, signer }
}
