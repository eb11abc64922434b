import t from 'tap'
import {
  DAY,
  KEYS,
  newStatusSigner,
  statusSigner,
  timeSigner,
  trustKey,
  trustOf,
} from '../../fixtures/passes/trust-world.ts'
import { NOW } from '../../fixtures/passes/world.ts'
import { type CborValue, encodeCbor } from '../cbor.ts'
import { nodeVerifier } from '../cose-node.ts'
import {
  BOARDING_BYTES_MAX,
  CONFIG_BYTES_MAX,
  DOCUMENT_AHEAD_MAX_S,
  NAME_BYTES_MAX,
  STATION_GATES_MAX,
} from '../limits.ts'
import {
  openStation,
  type SignedStation,
  type StationManifest,
  signStation,
  verifyStation,
} from './station.ts'
import { signManifest, type TrustKey } from './trust.ts'
import { DOCUMENT_TYPE, type DocumentSigner, signDocument } from './trust-envelope.ts'

const trust = trustOf()
const nowMs = NOW * 1000
const gate = (name: string, fill: number) => ({ name, key: new Uint8Array(32).fill(fill) })

const stationOf = (over: Partial<StationManifest> = {}): StationManifest => ({
  version: NOW,
  trustVersion: 1,
  iat: NOW,
  exp: NOW + DAY,
  station: 'north',
  gates: [gate('north-1', 1), gate('north-2', 2)],
  boarding: { asOf: NOW - 60, length: 100, sha256: new Uint8Array(32).fill(3) },
  ...over,
})
const signed = (over: Partial<StationManifest> = {}, signer: DocumentSigner = statusSigner) =>
  signStation(stationOf(over), signer)
const held: SignedStation = {
  manifest: stationOf(),
  signer: KEYS.find(key => key.role === 'status') as TrustKey,
}

function judge(bytes: Uint8Array, current: SignedStation = held, by = trust): string {
  const against = { station: 'north', nowMs, current }
  const result = verifyStation(by, bytes, nodeVerifier, against)
  return result.ok ? (result.changed ? 'CHANGED' : 'SAME') : result.code
}

t.test('what was signed is read again; a newer one changes, the same one does not', async t => {
  const opened = openStation(trust, await signed(), nodeVerifier, 'north')
  t.same(opened.ok && opened.manifest, stationOf())
  t.equal(judge(await signed({ version: NOW + 1 })), 'CHANGED')
  t.equal(judge(await signed()), 'SAME')
  const { boarding: _, ...without } = stationOf()
  const read = openStation(trust, await signStation(without, statusSigner), nodeVerifier, 'north')
  t.same(read.ok && read.manifest, without, 'a station without tickets')
  const first = { station: 'north', nowMs }
  t.match(verifyStation(trust, await signed(), nodeVerifier, first), { ok: true, changed: true })
})

t.test('attacks: rollback, equivocation, another station, another key, another kind', async t => {
  t.equal(judge(await signed({ version: NOW - 1 })), 'ROLLBACK')
  t.equal(judge(await signed({ gates: [gate('north-1', 9)] })), 'EQUIVOCATION')
  t.equal(judge(await signed({ boarding: undefined })), 'EQUIVOCATION')
  t.equal(judge(await signed({ version: NOW + 1, station: 'south' })), 'OTHER_STATION')
  t.equal(judge(await signed({ version: NOW + 1 }, timeSigner)), 'UNSIGNED')
  t.equal(judge(await signed({ version: NOW + 1, trustVersion: 2 }, newStatusSigner)), 'TRUST_GAP')
  t.equal(judge(await signed({ version: NOW + 1, trustVersion: 2 })), 'TRUST_GAP')
  const manifest = { version: NOW, trustVersion: 1, iat: NOW, exp: NOW + DAY, revokedKids: [] }
  t.equal(judge(await signManifest({ ...manifest, lists: [] }, statusSigner)), 'WRONG_TYPE')
  const bytes = await signed({ version: NOW + 1 })
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
  t.equal(judge(bytes), 'UNSIGNED')
  t.equal(judge(new Uint8Array(65_537)), 'LENGTH')
  t.equal(judge(new Uint8Array()), 'MALFORMED')
})

t.test('times: not from the future, not past its end', async t => {
  const ahead = NOW + DOCUMENT_AHEAD_MAX_S
  t.equal(judge(await signed({ version: NOW + 1, iat: ahead, exp: ahead + 1 })), 'CHANGED')
  t.equal(judge(await signed({ version: NOW + 1, iat: ahead + 1, exp: ahead + 2 })), 'FROM_FUTURE')
  t.equal(judge(await signed({ version: NOW + 1, iat: NOW - 9, exp: NOW })), 'EXPIRED')
})

const config = (gate: string, over = {}) => {
  return { gate, revision: 7, sha256: new Uint8Array(32).fill(3), length: 100, ...over }
}

t.test(
  'configs of gates by hash: read again, each gate once, absent where there are none',
  async t => {
    const configs = [config('north-1'), config('north-2', { length: CONFIG_BYTES_MAX })]
    const opened = openStation(trust, await signed({ configs }), nodeVerifier, 'north')
    t.same(opened.ok && opened.manifest, stationOf({ configs }))
    const many = (count: number) => Array.from({ length: count }, (_, i) => config(`g${i}`))
    t.equal(judge(await signed({ version: NOW + 1, configs: many(STATION_GATES_MAX) })), 'CHANGED')
    const wrong: [string, StationManifest['configs']][] = [
      ['none', []],
      ['too many', many(STATION_GATES_MAX + 1)],
      ['a gate twice', [config('a'), config('a')]],
      ['too long', [config('a', { length: CONFIG_BYTES_MAX + 1 })]],
      ['a short hash', [config('a', { sha256: new Uint8Array(31) })]],
      ['no gate', [config('')]],
    ]
    for (const [what, configs] of wrong) {
      await t.rejects(signed({ configs: configs as never }), { code: 'INVALID_ARGUMENT' }, what)
    }
  },
)

t.test('when its key leaves trust it binds no more', async t => {
  const others = KEYS.filter(key => key.role !== 'status')
  const recovered = trustOf({ version: 2, keys: [...others, trustKey('status', newStatusSigner)] })
  const older = await signed({ version: NOW - 5 }, newStatusSigner)
  t.equal(judge(older, held, recovered), 'CHANGED')
})

t.test('every limit, at it and one over', async t => {
  const gates = (count: number) => Array.from({ length: count }, (_, i) => gate(`g${i}`, 1))
  t.equal(judge(await signed({ version: NOW + 1, gates: gates(STATION_GATES_MAX) })), 'CHANGED')
  t.equal(judge(await signed({ version: NOW + 1, gates: [] })), 'CHANGED')
  const boarding = { asOf: NOW, length: BOARDING_BYTES_MAX, sha256: new Uint8Array(32) }
  t.equal(judge(await signed({ version: NOW + 1, boarding })), 'CHANGED')
  const wrong: [string, Partial<StationManifest>][] = [
    ['a list younger than its manifest', { boarding: { ...boarding, asOf: NOW + 1 } }],
    ['a long list', { boarding: { ...boarding, length: BOARDING_BYTES_MAX + 1 } }],
    ['a short hash', { boarding: { ...boarding, sha256: new Uint8Array(31) } }],
    ['too many gates', { gates: gates(STATION_GATES_MAX + 1) }],
    ['a gate twice', { gates: [gate('a', 1), gate('a', 2)] }],
    ['a gate without a name', { gates: [gate('', 1)] }],
    ['a long name', { gates: [gate('n'.repeat(NAME_BYTES_MAX + 1), 1)] }],
    ['a short key', { gates: [{ name: 'a', key: new Uint8Array(31) }] }],
    ['no station', { station: '' }],
    ['longer than a day', { exp: NOW + DAY + 1 }],
  ]
  for (const [what, over] of wrong) {
    await t.rejects(signed(over), { code: 'INVALID_ARGUMENT' }, what)
  }
  const fields: [number, CborValue][] = [
    [1, 1],
    [2, NOW],
    [3, NOW + 1],
    [4, 1],
    [5, 'north'],
  ]
  const payloads: [string, CborValue][] = [
    ['a field missing', new Map(fields)],
    ['a field more', new Map([...fields, [6, []], [9, []]] as [number, CborValue][])],
    [
      'a gate of three',
      new Map([...fields, [6, [['a', new Uint8Array(32), 1]]]] as [number, CborValue][]),
    ],
    ['no list', new Map([...fields, [6, []], [7, null]] as [number, CborValue][])],
    ['half a list', new Map([...fields, [6, []], [7, [NOW, 5]]] as [number, CborValue][])],
    ['a list', []],
  ]
  for (const [what, payload] of payloads) {
    const bytes = await signDocument(DOCUMENT_TYPE.station, encodeCbor(payload), statusSigner)
    t.equal(judge(bytes), 'MALFORMED', what)
  }
})
