/**
 * Station manifests, made when a gate asks: signed again when something changed or the last one is
 * getting old. Its version is allocated and stored in one transaction, so that replicas never serve
 * two manifests of one version.
 */
import { fromHex } from '../../pass/bytes.ts'
import { signStation } from '../../pass/documents/station.ts'
import type { TrustDocument } from '../../pass/documents/trust.ts'
import {
  BOARDING_LOOK_MS,
  BOARDING_MARGIN_MS,
  MANIFEST_EVERY_MS,
  MANIFEST_LIFE_S,
} from '../limits.ts'
import { lockFor } from '../store/engine/leases.ts'
import { transact } from '../store/engine/transact.ts'
import { configsOf, type NamedConfig } from '../store/gates/configs.ts'
import { gatesOf, type SiblingGate } from '../store/gates/gates.ts'
import { type HeldList, heldList } from '../store/publish/boarding-lists.ts'
import { keepStation, newestStation, type PublishedStation } from '../store/publish/stations.ts'
import type { Database, Tx } from '../store/schema/schema.ts'
import type { Tickets } from '../tickets/port.ts'
import { type BoardingTimes, boardingRefOf, isDue, lookAtBoarding } from './boarding.ts'
import { sha256Hex } from './files.ts'
import type { OnlineKey } from './signer.ts'

export interface StationParts {
  readonly db: Database
  readonly trust: TrustDocument
  /** A status key. */
  readonly signer: OnlineKey
  readonly tickets: Pick<Tickets, 'serves' | 'boardings' | 'elsewhere'>
  readonly times: BoardingTimes
  /** Unix milliseconds. */
  readonly now: number
}

/**
 * The manifest of a station as it is now. `asOf` (Unix seconds) asks for a boarding list that held
 * then: a gate has been shown a pass that its own list is too old for.
 */
export async function stationManifest(
  parts: StationParts,
  station: string,
  asOf?: number,
): Promise<PublishedStation> {
  const { db, trust, signer, tickets, now } = parts
  const served = await tickets.serves(db, station)
  const stillHolds = (made: PublishedStation, basis: string) =>
    holds(made, basis, now) && !(served && isTooOld(made, asOf, now))
  const known = served ? await heldList(db, station) : undefined
  const last = await newestStation(db, station)
  const looked = !served || !isDue(known, now)
  if (looked && last && stillHolds(last, basisOf(trust, await contentOf(db, station), known))) {
    return last
  }
  return transact(db, async tx => {
    await lockFor(tx, `station ${station}`)
    // Read under the lock: what was read before it may be older than what another replica signed.
    const content = await contentOf(tx, station)
    const list = served ? await lookAtBoarding(tx, parts, station) : undefined
    const basis = basisOf(trust, content, list)
    const before = await newestStation(tx, station)
    if (before !== undefined && stillHolds(before, basis)) return before
    const iat = Math.floor(now / 1000)
    const version = Math.max((before?.version ?? 0) + 1, iat)
    const bytes = await signStation(
      {
        version,
        trustVersion: trust.version,
        iat,
        exp: iat + MANIFEST_LIFE_S,
        station,
        ...signedContent(content),
        ...(list && { boarding: boardingRefOf(list) }),
      },
      signer,
    )
    const made = { version, bytes, etag: `"${sha256Hex(bytes).slice(0, 24)}"`, basis, madeAt: now }
    await keepStation(tx, station, made)
    return made
  })
}

/** What a station's manifest says, as the database has it. */
interface StationContent {
  readonly gates: readonly SiblingGate[]
  readonly configs: readonly NamedConfig[]
}

async function contentOf(db: Database | Tx, station: string): Promise<StationContent> {
  return { gates: await gatesOf(db, station), configs: await configsOf(db, station) }
}

function signedContent({ gates, configs }: StationContent) {
  return {
    gates: gates.map(({ name, key }) => ({ name, key: Buffer.from(key, 'base64url') })),
    ...(configs.length > 0 && {
      configs: configs.map(config => ({ ...config, sha256: fromHex(config.sha256) })),
    }),
  }
}

/** The same text as long as there is nothing new to say. */
function basisOf(
  trust: TrustDocument,
  { gates, configs }: StationContent,
  list: HeldList | undefined,
): string {
  const siblings = gates.map(({ name, key }) => [name, key])
  const named = configs.map(({ gate, sha256 }) => [gate, sha256])
  return JSON.stringify([trust.version, siblings, list?.sha256, named])
}

/** Whether its list may have held before `asOf`; signed again for that every two seconds at most. */
function isTooOld({ madeAt }: PublishedStation, asOf: number | undefined, now: number): boolean {
  if (asOf === undefined || now - madeAt < BOARDING_LOOK_MS) return false
  return madeAt - BOARDING_LOOK_MS - BOARDING_MARGIN_MS < asOf * 1000
}

function holds(last: PublishedStation, basis: string, now: number): boolean {
  return last.basis === basis && now >= last.madeAt && now - last.madeAt < MANIFEST_EVERY_MS
}
