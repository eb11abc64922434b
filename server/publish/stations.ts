/**
 * Station manifests, made when a gate asks: signed again when something changed or the last one is
 * getting old. Its version is allocated and stored in one transaction, so that replicas never serve
 * two manifests of one version.
 */
import { signStation } from '../../pass/station.ts'
import type { TrustDocument } from '../../pass/trust.ts'
import { MANIFEST_EVERY_MS, MANIFEST_LIFE_S } from '../limits.ts'
import { gatesOf } from '../store/gates.ts'
import { lockFor } from '../store/published.ts'
import type { Database } from '../store/schema.ts'
import { keepStation, newestStation, type PublishedStation } from '../store/stations.ts'
import { transact } from '../store/transact.ts'
import { sha256Hex } from './files.ts'
import type { OnlineKey } from './signer.ts'

export interface StationParts {
  readonly db: Database
  readonly trust: TrustDocument
  /** A status key. */
  readonly signer: OnlineKey
  /** Unix milliseconds. */
  readonly now: number
}

/** The manifest of a station as it is now. */
export async function stationManifest(
  { db, trust, signer, now }: StationParts,
  station: string,
): Promise<PublishedStation> {
  const gates = await gatesOf(db, station)
  const basis = JSON.stringify([trust.version, gates.map(({ name, key }) => [name, key])])
  const holds = (one: PublishedStation): boolean =>
    one.basis === basis && now >= one.madeAt && now - one.madeAt < MANIFEST_EVERY_MS
  const last = await newestStation(db, station)
  if (last !== undefined && holds(last)) return last
  return transact(db, async tx => {
    await lockFor(tx, `station ${station}`)
    const before = await newestStation(tx, station)
    if (before !== undefined && holds(before)) return before
    const iat = Math.floor(now / 1000)
    const version = Math.max((before?.version ?? 0) + 1, iat)
    const bytes = await signStation(
      {
        version,
        trustVersion: trust.version,
        iat,
        exp: iat + MANIFEST_LIFE_S,
        station,
        gates: gates.map(({ name, key }) => ({ name, key: Buffer.from(key, 'base64url') })),
      },
      signer,
    )
    const made = { version, bytes, etag: `"${sha256Hex(bytes).slice(0, 24)}"`, basis, madeAt: now }
    await keepStation(tx, station, made)
    return made
  })
}
