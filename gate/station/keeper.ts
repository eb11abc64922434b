/**
 * The station manifest of an enrolled gate: starts offline from the last good one, follows the
 * service, and holds what the manifest names by hash. It is verified against the gate's own trust and
 * clock, as the manifest of trust is. The server is untrusted.
 */
import type { Clock, Timers, Unsubscribe } from '../../hardware/ports.ts'
import { toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { namedFileFault } from '../../pass/documents/by-hash-node.ts'
import {
  openStation,
  type SignedStation,
  type StationManifest,
  type StationResult,
  verifyStation,
} from '../../pass/documents/station.ts'
import { STATION_BYTES_MAX } from '../../pass/limits.ts'
import { STATION_DOCUMENT_BYTES_MAX } from '../limits.ts'
import type { Download } from '../net/download.ts'
import type { Enrolment } from '../net/identity.ts'
import { createPollLoop } from '../net/poll-loop.ts'
import type { ServiceClient } from '../net/service-client.ts'
import { alarmFilter, type TrustEvent } from '../trust/events.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import type { Shelf } from './shelf.ts'

export interface StationKeeperParts {
  /** Where the manifest and what it names are kept. */
  readonly shelf: Shelf
  readonly enrolment: Enrolment
  readonly client: Pick<ServiceClient, 'get'>
  readonly trust: Pick<TrustKeeper, 'document' | 'now' | 'onTrustChanged' | 'pollNow'>
  readonly pollMs: number
  readonly clock: Clock
  readonly timers: Timers
  /** In [0, 1): jitter. */
  readonly random: () => number
  /** Called for alarms and for faults of the file on disk; from `start` on. */
  readonly onEvent: (event: TrustEvent) => void
}

export interface CurrentStation {
  readonly manifest: StationManifest
  /** Since it was signed, by the gate's clock, milliseconds; negative when that is behind. */
  readonly ageMs: number
}

/** How a poll ended; `REFUSED`: the service does not know this gate. */
export type StationOutcome =
  | 'UPDATED'
  | 'UNCHANGED'
  | 'REFUSED'
  | Exclude<Download['code'], 'OK' | 'NOT_MODIFIED'>
  | Extract<StationResult, { ok: false }>['code']

/** What the manifest names by hash, or why it is not at hand. */
export type StationDocument =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly code: 'LENGTH' | 'HASH' | 'TIMEOUT' | 'NETWORK' }

export interface StationKeeper {
  /** Begins to poll. Before it nothing is sent. */
  start(): void
  /**
   * The newest accepted manifest, however old: what its age means is for who asks. Undefined before
   * the first one, and when its key has left trust.
   */
  current(): CurrentStation | undefined
  /** Called after each manifest taken over, and when one no longer binds. */
  onChanged(listener: () => void): Unsubscribe
  /**
   * Polls at once, or once more after the poll under way. `asOf` (Unix seconds) asks for a boarding
   * list that held at least then, as far as the service can say. Never rejects.
   */
  pollNow(asOf?: number): Promise<StationOutcome>
  /**
   * A document of this length and SHA-256: from disk, else from the service's `path` and then kept
   * on disk. Never rejects.
   */
  document(path: string, sha256: Uint8Array, length: number): Promise<StationDocument>
  /** Drops the documents on disk but these. */
  keepOnly(documents: readonly Uint8Array[]): Promise<void>
  lastPoll(): StationOutcome | undefined
  /** Ends polling. Resolves when nothing is under way; the client is its owner's to close. */
  close(): Promise<void>
}

const MANIFEST = 'manifest'
const WHAT = 'station manifest'

export function createStationKeeper(parts: StationKeeperParts): StationKeeper {
  const { enrolment, client, trust, clock, shelf, onEvent } = parts
  const loaded = shelf.load(MANIFEST, Math.floor(clock.nowMs()))
  const alarmOf = alarmFilter(() => clock.monotonicMs())
  const listeners = new Set<() => void>()
  let bytes = loaded.bytes
  let held = opened()
  let etag: string | undefined
  let last: StationOutcome | undefined
  let wantedAsOf = 0

  /** What is held on disk, as far as trust still stands for it. */
  function opened(): SignedStation | undefined {
    if (bytes === undefined) return undefined
    const result = openStation(trust.document(), bytes, nodeVerifier, enrolment.station)
    return result.ok ? { manifest: result.manifest, signer: result.signer } : undefined
  }

  function tell(): void {
    for (const listener of listeners) listener()
  }

  async function poll(): Promise<StationOutcome> {
    const asOf = held?.manifest.boarding?.asOf ?? 0
    const query = wantedAsOf > asOf ? `?asOf=${wantedAsOf}` : ''
    const path = `/v1/gates/${enrolment.gate}/station${query}`
    const fetched = await client.get(path, { bytesMax: STATION_BYTES_MAX, etag })
    if (fetched.code === 'NOT_MODIFIED') return 'UNCHANGED'
    if (fetched.code === 'NETWORK' && fetched.status === 401) return 'REFUSED'
    if (fetched.code !== 'OK') return fetched.code
    let result = judge(fetched.bytes)
    if (!result.ok && result.code === 'TRUST_GAP') {
      await trust.pollNow()
      result = judge(fetched.bytes)
    }
    if (!result.ok) {
      const alarm = alarmOf(result.code, WHAT)
      if (alarm !== undefined) onEvent(alarm)
      return result.code
    }
    etag = fetched.etag
    if (!result.changed) return 'UNCHANGED'
    held = { manifest: result.manifest, signer: result.signer }
    bytes = fetched.bytes
    tell()
    await write(MANIFEST, fetched.bytes)
    return 'UPDATED'
  }

  function judge(candidate: Uint8Array): StationResult {
    const { nowMs } = trust.now()
    const against = { station: enrolment.station, nowMs, current: held }
    return verifyStation(trust.document(), candidate, nodeVerifier, against)
  }

  async function write(name: string, content: Uint8Array): Promise<void> {
    try {
      await shelf.write(name, content)
    } catch (error) {
      const detail = `${WHAT}: ${error instanceof Error ? error.message : 'not written'}`
      onEvent({ kind: 'cache', code: 'TRUST_CACHE_UNWRITTEN', detail })
    }
  }

  async function document(
    path: string,
    sha256: Uint8Array,
    length: number,
  ): Promise<StationDocument> {
    if (length > STATION_DOCUMENT_BYTES_MAX) return { ok: false, code: 'LENGTH' }
    const name = toHex(sha256)
    const kept = await shelf.read(name)
    const named = { sha256, length }
    if (kept !== undefined && namedFileFault(named, kept) === undefined)
      return { ok: true, bytes: kept }
    const fetched = await client.get(path, { bytesMax: length })
    if (fetched.code === 'NOT_MODIFIED') return { ok: false, code: 'NETWORK' }
    if (fetched.code !== 'OK') return { ok: false, code: fetched.code }
    const fault = namedFileFault(named, fetched.bytes)
    if (fault !== undefined) return { ok: false, code: fault }
    await write(name, fetched.bytes)
    return { ok: true, bytes: fetched.bytes }
  }

  const stopFollowing = trust.onTrustChanged(() => {
    const before = held
    held = opened()
    if (held === undefined) etag = undefined
    if ((before === undefined) !== (held === undefined)) tell()
  })
  const loop = createPollLoop<StationOutcome>({
    periodMs: parts.pollMs,
    timers: parts.timers,
    fraction: parts.random,
    good: outcome => outcome === 'UPDATED' || outcome === 'UNCHANGED',
    run: async () => {
      last = await poll()
      return last
    },
  })

  return {
    start() {
      if (loaded.damage !== undefined) {
        const { setAside } = loaded.damage
        onEvent({ kind: 'cache', code: 'TRUST_CACHE_DAMAGED', detail: WHAT, setAside })
      }
      loop.start()
    },
    current: () =>
      held && { manifest: held.manifest, ageMs: trust.now().nowMs - held.manifest.iat * 1000 },
    onChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    pollNow(asOf = 0) {
      wantedAsOf = Math.max(wantedAsOf, asOf)
      return loop.now()
    },
    document,
    keepOnly: documents => shelf.keepOnly(new Set([MANIFEST, ...documents.map(toHex)])),
    lastPoll: () => last,
    async close() {
      stopFollowing()
      await loop.stop()
    },
  }
}
