/** What status keys sign: manifests and station manifests, judged after one that was accepted. */

import type { SeededSigner } from '../../fixtures/passes/signers.ts'
import {
  DAY,
  newStatusSigner,
  roots,
  signedManifest,
  statusSigner,
  timeSigner,
} from '../../fixtures/passes/trust-world.ts'
import { NOW, strangerIssuer } from '../../fixtures/passes/world.ts'
import { equalBytes, fromHex, toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import {
  openStation,
  type StationManifest,
  signStation,
  verifyStation,
} from '../../pass/documents/station.ts'
import { openManifest, type TrustDocument, verifyManifest } from '../../pass/documents/trust.ts'
import type { Random } from '../fuzz/random.ts'
import { BELIEVED, believedTrust } from './key-sets.ts'
import {
  bytesOf,
  crowded,
  type Kind,
  padding,
  type Request,
  rarely,
  refused,
  usually,
} from './kind.ts'
import { type Signing, sign1Of } from './signed.ts'
import { fields, type Value } from './tree.ts'

const HASH = new Uint8Array(32)
const OTHER_HASH = new Uint8Array(32).fill(1)
const VERSION = NOW - 60

const [root] = roots as [SeededSigner]
/** The status key of a trust. */
function signerUnder(trust: string): Signing {
  const isNew = believedTrust(trust).keys.some(
    ({ role, kid }) => role === 'status' && equalBytes(kid, newStatusSigner.kid),
  )
  return { signer: isNew ? newStatusSigner : statusSigner }
}

const SIGNERS: readonly Signing[] = [
  ...[statusSigner, newStatusSigner, timeSigner, root, strangerIssuer].map(signer => ({
    signer,
  })),
  { signer: strangerIssuer, kid: statusSigner.kid },
]

interface Dates {
  readonly iat: number
  readonly exp: number
  readonly nowMs: number
}

/** Dates around a moment at which they are judged. */
function datesOf(random: Random): Dates {
  const near = NOW + random.pick([0, 0, 0, 0, -60, 1, 120, 121, -2 * DAY, -DAY])
  const iat = usually(random, 60, near, [2 ** 32 - 2, 2 ** 32 - 3602, 2 ** 32 - 3600])
  const life = random.pick([DAY, DAY, DAY, 3600, 1, DAY + 1])
  const exp = rarely(random, 30) ? iat - random.below(2) : iat + life
  const edge = random.pick([-1, 0, 1])
  const edges = [iat * 1000 - 120_000 + edge, exp * 1000 + edge]
  return { iat, exp, nowMs: rarely(random, 4) ? random.pick(edges) : NOW * 1000 }
}

const trustVersionOf = (random: Random, version: number): number =>
  rarely(random, 5) ? Math.max(0, version + random.pick([-1, 1, 2])) : version

const versionOf = (random: Random): number =>
  rarely(random, 3) ? VERSION + random.pick([-1, 0, 0, 0]) : VERSION + 1 + random.below(100)

/** The trust that is believed when the document comes. */
const trustOf = (random: Random): string =>
  rarely(random, 3) ? random.pick(BELIEVED) : (BELIEVED[0] as string)

/** Accepted before, all under the first of `BELIEVED`, which may not be the one believed now. */
async function accepted(trustVersion: number, lists: readonly number[]): Promise<string> {
  const rows = lists.map((version, i) => ({ uri: `tsl:${i}`, version, length: 100, sha256: HASH }))
  const dates = { version: VERSION, iat: NOW - 60, exp: NOW + 3600, trustVersion }
  return toHex(await signedManifest({ ...dates, lists: rows }))
}

const MANIFESTS = await Promise.all([accepted(1, [5, 9]), accepted(0, [5]), accepted(1, [])])

/** The payload of an accepted manifest again, or a new one. */
function manifestPayload(random: Random, trustVersion: number, dates: Dates, version: number) {
  const same = version === VERSION && !rarely(random, 3)
  const rows = [0, 1].map(i => {
    const listVersion = (i === 0 ? 5 : 9) + (same ? 0 : random.pick([0, 0, 1, 1, 1, -1]))
    const hash = same || !rarely(random, 4) ? HASH : OTHER_HASH
    const length = usually(random, 9, 100, [101, 0, 1_052_672, 1_052_673])
    return [`tsl:${i}`, listVersion, length, hash] as Value
  })
  if (rarely(random, 8)) rows.reverse()
  if (rarely(random, 20)) rows.push(rows[0] as Value)
  const kid = Uint8Array.of(1, 2, 3, 4)
  return fields({
    1: version,
    2: same ? NOW - 60 : dates.iat,
    3: same ? NOW + 3600 : dates.exp,
    4: trustVersion,
    5: crowded(random, 1024, rarely(random, 5) ? [kid, kid] : [], () => kid),
    6: crowded(random, 512, rarely(random, 6) ? rows.slice(1) : rows, i => [
      usually(random, 512, `tsl:${10 + i}`, ['é'.repeat(128), `${'é'.repeat(128)}.`]),
      1,
      100,
      HASH,
    ]),
  })
}

export const MANIFEST: Kind = {
  name: 'manifest',
  make: random =>
    requestOf(random, {
      kind: 'manifest',
      payload: manifestPayload,
      before: MANIFESTS,
      bytesMax: 131_072,
    }),
  judge(request) {
    const current = before(request, openManifest)
    const against = { nowMs: request.nowMs as number, current }
    const trust = believedTrust(request.trust)
    const result = verifyManifest(trust, bytesOf(request), nodeVerifier, against)
    if (!result.ok) return refused(result.code)
    const { version, lists } = result.manifest
    return { verdict: 'OK', version, lists: lists.map(list => list.uri).sort(byCodePoint) }
  },
}

/** A kind of document, and those of it that may have been accepted before. */
interface Shape {
  readonly kind: string
  readonly payload: typeof manifestPayload | typeof stationPayload
  readonly before: readonly string[]
  readonly bytesMax: number
}

/** Signed by some key, and judged at some moment under some trust. */
function requestOf(random: Random, { kind, payload, before, bytesMax }: Shape): Request {
  const trust = trustOf(random)
  const dates = datesOf(random)
  const trustVersion = trustVersionOf(random, believedTrust(trust).version)
  const made = payload(random, trustVersion, dates, versionOf(random))
  const type = `application/vnd.wicketgate.${kind}+cbor`
  const bytes = sign1Of(type, made, usually(random, 3, signerUnder(trust), SIGNERS), random)
  const accepted = acceptedOf(random, before)
  const padded = { bytes: toHex(bytes), ...padding(random, bytesMax) }
  return { kind, ...padded, trust, ...accepted, nowMs: dates.nowMs }
}

/** One that was accepted before, with the trust of then; or none. */
function acceptedOf(random: Random, documents: readonly string[]) {
  if (rarely(random, 4)) return {}
  return { current: random.pick(documents), currentTrust: BELIEVED[0] }
}

/** The same, opened. */
function before<T extends { readonly ok: boolean }>(
  { current, currentTrust }: Request,
  open: (trust: TrustDocument, bytes: Uint8Array, crypto: typeof nodeVerifier) => T,
): Extract<T, { ok: true }> | undefined {
  if (current === undefined) return undefined
  const opened = open(believedTrust(currentTrust), fromHex(current as string), nodeVerifier)
  if (!opened.ok) throw new Error('the accepted document is not one')
  return opened as Extract<T, { ok: true }>
}

/** As Python sorts texts. */
const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const STATION: StationManifest = {
  version: VERSION,
  trustVersion: 1,
  iat: NOW - 60,
  exp: NOW + 3600,
  station: 'north',
  gates: [
    { name: 'north-1', key: HASH },
    { name: 'north-2', key: OTHER_HASH },
  ],
}
const STATIONS = await Promise.all(
  [
    STATION,
    { ...STATION, trustVersion: 0 },
    { ...STATION, boarding: { asOf: NOW - 120, length: 100, sha256: HASH } },
  ].map(async manifest => toHex(await signStation(manifest, statusSigner))),
)

function stationPayload(random: Random, trustVersion: number, dates: Dates, version: number) {
  const same = version === VERSION && !rarely(random, 3)
  const iat = same ? NOW - 60 : dates.iat
  const asOf = iat + random.pick([-120, -1, 0, 0, 1])
  const row = (gate: string): Value => {
    return [gate, random.below(3), HASH, usually(random, 4, 500, [0, 34_816, 34_817])]
  }
  const second = random.pick([
    'north-2',
    'north-9',
    'north-1',
    'é'.repeat(16),
    `${'é'.repeat(16)}.`,
  ])
  const rows = crowded(random, 256, [row('north-1'), row(second)], i => [`far-${i}`, 1, HASH, 500])
  const gates: readonly Value[] = [
    ['north-1', HASH],
    ['north-2', OTHER_HASH],
  ]
  return fields({
    1: version,
    2: iat,
    3: same ? NOW + 3600 : dates.exp,
    4: trustVersion,
    5: usually(random, 12, 'north', ['south']),
    6: crowded(random, 256, gates, i => [`far-${i}`, HASH]),
    ...(same || rarely(random, 3)
      ? {}
      : { 7: [asOf, random.pick([0, 100, 2_097_152, 2_097_153]), HASH] }),
    ...(same || rarely(random, 3) ? {} : { 8: rarely(random, 40) ? [] : rows }),
  })
}

export const STATION_MANIFEST: Kind = {
  name: 'station',
  make(random) {
    const shape = { kind: 'station', payload: stationPayload, before: STATIONS, bytesMax: 65_536 }
    return { ...requestOf(random, shape), station: 'north' }
  },
  judge(request) {
    const station = request.station as string
    const current = before(request, (by, bytes, crypto) => openStation(by, bytes, crypto, station))
    const against = { nowMs: request.nowMs as number, station, current }
    const trust = believedTrust(request.trust)
    const result = verifyStation(trust, bytesOf(request), nodeVerifier, against)
    if (!result.ok) return refused(result.code)
    const { version, gates } = result.manifest
    return { verdict: 'OK', version, gates: gates.map(gate => gate.name).sort(byCodePoint) }
  },
}
