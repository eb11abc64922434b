import t from 'tap'
import { toHex } from '../../pass/bytes.ts'
import type { TrustDocument, TrustKey } from '../../pass/documents/trust.ts'
import { materialOf } from '../../pass/documents/trust-documents.ts'
import { T0 } from '../testing/trust/world.ts'
import { KEPT_BITS_MS, KEPT_KIDS_MAX, KEPT_LISTS_MAX } from './limits.ts'
import { advance, factoryState, type TrustState, viewOf } from './state.ts'

const NOW = T0 * 1000

/** A key with a made-up point: states are judged by names, signatures elsewhere. */
function key(role: TrustKey['role'], seed: number): TrustKey {
  const kid = Uint8Array.from([0, 0, seed >> 8, seed & 255])
  const x = new Uint8Array(32)
  x.set(kid)
  const base = {
    kid,
    key: { kty: 'OKP', crv: 'Ed25519', x },
    alg: 'EdDSA',
    from: 0,
    to: 1,
  } as const
  return role === 'issuer'
    ? { role, ...base, passClass: 'phone', environment: 'production', purposes: ['entry'] }
    : { role, ...base }
}

const status = key('status', 1)
const signer = materialOf(status.key)

function trust(keys: readonly TrustKey[]): TrustDocument {
  return { version: 1, iat: T0, exp: T0 + 1000, threshold: 1, keys }
}

function keptState(bits: number, kids: number): TrustState {
  const issuers = Array.from({ length: kids }, (_, i) => key('issuer', i))
  const keptBits = Array.from({ length: bits }, (_, i) => ({
    uri: `tsl:${i}`,
    signer,
    seenAtMs: NOW,
    bytes: Uint8Array.of(1),
  }))
  const keptKids = issuers.map(issuer => ({ kid: toHex(issuer.kid), signer }))
  return { ...factoryState(trust([status, ...issuers])), keptBits, keptKids }
}

t.test(
  'as many revocations are kept as the limits say, and one more refuses the update',
  async t => {
    const cases = [
      [KEPT_LISTS_MAX, 0, true],
      [KEPT_LISTS_MAX + 1, 0, false],
      [0, KEPT_KIDS_MAX, true],
      [0, KEPT_KIDS_MAX + 1, false],
    ] as const
    for (const [bits, kids, ok] of cases) {
      const state = keptState(bits, kids)
      const next = advance(state, { trust: state.trust, steps: [] }, NOW)
      t.equal(next.ok, ok, `${bits} lists, ${kids} kids`)
      if (next.ok) t.equal(next.state.keptBits.length + next.state.keptKids.length, bits + kids)
    }
  },
)

t.test('kept bits go after three days, kept kids when trust names them no more', async t => {
  const state = keptState(1, 2)
  const later = advance(state, { trust: state.trust, steps: [] }, NOW + KEPT_BITS_MS)
  t.match(later, { ok: true, state: { keptBits: [{ uri: 'tsl:0' }] } })
  const past = advance(state, { trust: state.trust, steps: [] }, NOW + KEPT_BITS_MS + 1)
  t.match(past, { ok: true, state: { keptBits: { length: 0 }, keptKids: { length: 2 } } })
  const fewer = advance(state, { trust: trust([status, key('issuer', 0)]), steps: [] }, NOW)
  t.match(fewer, { ok: true, state: { keptKids: { length: 1 } } })
})

t.test('a view answers every index, also odd ones', async t => {
  const state: TrustState = {
    ...keptState(1, 1),
    lists: new Map([
      [
        'tsl:9',
        { uri: 'tsl:9', sha256: '', token: new Uint8Array(), bytes: Uint8Array.of(0, 128) },
      ],
    ]),
  }
  let allowance = 5000
  const view = viewOf(state, 'production', () => allowance)
  t.equal(view.status('tsl:9', 15, NOW), 'invalid')
  t.equal(view.status('tsl:9', 14, NOW), 'valid')
  t.equal(view.status('tsl:9', 16, NOW), 'unknown')
  t.equal(view.status('tsl:9', 2 ** 32 + 14, NOW), 'unknown')
  t.equal(view.status('tsl:9', -1, NOW), 'unknown')
  t.equal(view.status('tsl:9', Number.NaN, NOW), 'unknown')
  t.equal(view.status('tsl:0', 0, NOW), 'invalid', 'kept')
  t.equal(view.status('tsl:0', 1, NOW), 'unknown')
  t.equal(view.status('', 0, NOW), 'unknown')
  const bytes = Uint8Array.of(2)
  const old = { uri: 'tsl:8', sha256: '', token: new Uint8Array(), bytes, exp: T0 + 60 }
  const { status } = viewOf({ ...state, lists: new Map([['tsl:8', old]]) }, 'production', () => 0)
  t.equal(status('tsl:8', 0, NOW + 59_999), 'valid')
  t.equal(status('tsl:8', 0, NOW + 60_000), 'unknown', 'past its exp a list vouches for nobody')
  t.equal(status('tsl:8', 1, NOW + 60_000), 'invalid', 'and revokes whom it revoked')
  t.ok(view.kidRevoked(Uint8Array.of(0, 0, 0, 0)))
  t.notOk(view.kidRevoked(Uint8Array.of(0, 0, 0, 9)))
  const kid = Uint8Array.of(0, 0, 0, 0)
  t.equal(view.issuerKeys(kid)[0], view.issuerKeys(kid)[0], 'the same objects again')
  t.equal(view.aheadByMaxMs, 5000)
  allowance = 6000
  t.equal(view.aheadByMaxMs, 6000)
})
