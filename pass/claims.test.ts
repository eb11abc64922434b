import t from 'tap'
import { PHONE_CLAIMS } from '../fixtures/passes/world.ts'
import { type CborMap, decodeCbor, encodeCbor } from './cbor.ts'
import { decodeClaims, encodeClaims, type PassClaims, statusListUri } from './claims.ts'
import { STATUS_INDEX_MAX, TIME_SECONDS_MAX } from './limits.ts'

t.test('claims come back, with and without a holder', async t => {
  t.same(decodeClaims(encodeClaims(PHONE_CLAIMS)), PHONE_CLAIMS)
  const paper = { ...PHONE_CLAIMS, holderKey: undefined }
  t.same(decodeClaims(encodeClaims(paper)), paper)
})

t.test('they are written deterministically', async t => {
  const bytes = encodeClaims(PHONE_CLAIMS)
  t.same(encodeCbor(decodeCbor(bytes)), bytes)
})

t.test('ranges, at the limit and one over', async t => {
  const good: Partial<PassClaims>[] = [
    { iat: 0, exp: 1 },
    { exp: TIME_SECONDS_MAX },
    { statusIndex: 0 },
    { statusIndex: STATUS_INDEX_MAX },
    { statusList: 'tsl:0' },
    { statusList: 'tsl:zzzzzz' },
  ]
  for (const over of good) {
    const claims = { ...PHONE_CLAIMS, ...over }
    t.same(decodeClaims(encodeClaims(claims)), claims)
  }
  const bad: Partial<PassClaims>[] = [
    { iat: -1 },
    { iat: 0.5 },
    { iat: Number.NaN },
    { iat: PHONE_CLAIMS.exp },
    { exp: TIME_SECONDS_MAX + 1 },
    { statusIndex: STATUS_INDEX_MAX + 1 },
    { statusIndex: -1 },
    { statusList: 'tsl:' },
    { statusList: 'tsl:00' },
    { statusList: 'tsl:Z' },
    { statusList: 'tsl:1000000' },
    { statusList: 'tsl:1\n' },
    { cti: new Uint8Array(15) },
    { cti: new Uint8Array(17) },
    { holderKey: { ...PHONE_CLAIMS.holderKey, x: new Uint8Array(31) } as never },
  ]
  for (const over of bad) {
    t.throws(() => encodeClaims({ ...PHONE_CLAIMS, ...over }), { code: 'INVALID_ARGUMENT' })
  }
})

t.test('list numbers are base 36', async t => {
  t.equal(statusListUri(0), 'tsl:0')
  t.equal(statusListUri(35), 'tsl:z')
  t.equal(statusListUri(36 ** 3 - 1), 'tsl:zzz')
  for (const wrong of [-1, 1.5, 36 ** 6, Number.NaN]) {
    t.throws(() => statusListUri(wrong), { code: 'INVALID_ARGUMENT' })
  }
})

t.test('a map of one entry has one entry, of the right name', async t => {
  const edit = (change: (claims: CborMap) => void): Uint8Array => {
    const claims = decodeCbor(encodeClaims(PHONE_CLAIMS)) as CborMap
    change(claims)
    return encodeCbor(claims)
  }
  const inside = (label: number, key: number | string): Uint8Array =>
    edit(claims => (claims.get(label) as CborMap).set(key, 0))
  t.throws(() => decodeClaims(inside(8, 3)), { code: 'MALFORMED', message: /cnf has other/ })
  t.throws(() => decodeClaims(inside(65535, 'x')), { message: /status has other/ })
  const emptied = edit(claims => claims.set(8, new Map()))
  t.throws(() => decodeClaims(emptied), { code: 'MALFORMED', message: /cnf has other/ })
})

t.test('a payload that is no map of claims is MALFORMED', async t => {
  for (const value of [0, 'x', [], new Map(), new Uint8Array(3)]) {
    t.throws(() => decodeClaims(encodeCbor(value)), { code: 'MALFORMED' })
  }
})
