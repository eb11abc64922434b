/** A pass is good for what its issuer's key is good for, and for nothing else. */
import fc from 'fast-check'
import t from 'tap'
import { goldenFile, viewOf } from '../../fixtures/passes/golden.ts'
import { oldTrust } from '../../fixtures/passes/scope-cases.ts'
import { roots, signedTrust, trustOf } from '../../fixtures/passes/trust-world.ts'
import { NOW, PHONE_CLAIMS, phoneIssuer, textOf, twinIssuer } from '../../fixtures/passes/world.ts'
import { nodeVerifier } from '../cose-node.ts'
import { decodeTrust, issuerKeysOf, signTrust, verifyTrustUpdate } from '../documents/trust.ts'
import type { IssuerKey } from '../keys.ts'
import { KEYS_PER_KID_MAX } from '../limits.ts'
import { OLD_SCOPE, PURPOSES, type Purpose, purposeOf } from '../purpose.ts'
import { createPassVerifier, type TrustView, type VerifyPolicy } from '../verify.ts'

const nowMs = NOW * 1000
const view = viewOf(goldenFile())
const [TWIN, PHONE] = view.issuerKeys(phoneIssuer.kid) as [IssuerKey, IssuerKey]
const signers = roots.slice(0, 2)
const text = textOf()

/** Every set of purposes, the empty one too: a reader must not rely on who wrote it. */
const SCOPES: readonly (readonly Purpose[])[] = Array.from(
  { length: 2 ** PURPOSES.length },
  (_, n) => PURPOSES.filter((_, bit) => ((n >> bit) & 1) === 1),
)

const trusting = (...keys: IssuerKey[]): TrustView => ({ ...view, issuerKeys: () => keys })
const policyFor = (purpose: Purpose, forgivesScope?: boolean): VerifyPolicy => ({
  ...{ purpose, expiredByMaxMs: 0, staleByMaxMs: 0 },
  ...(forgivesScope !== undefined && { forgivesScope }),
})

const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
const cold = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })

/** The code, the same with and without a cache; `OK?` where the scope was forgiven. */
function judge(trust: TrustView, policy: VerifyPolicy, shown = text): string {
  const results = [cold, verifier, verifier].map(one => one.verify(shown, trust, policy, nowMs))
  const codes = results.map(one => (one.ok ? (one.pass.inScope ? 'OK' : 'OK?') : one.code))
  return new Set(codes).size === 1 ? (codes[0] as string) : codes.join(' against ')
}

t.test('each purpose against each scope', async t => {
  for (const scope of SCOPES) {
    const trust = trusting({ ...PHONE, purposes: scope })
    for (const purpose of PURPOSES) {
      const [strict, kind] = scope.includes(purpose) ? ['OK', 'OK'] : ['OUT_OF_SCOPE', 'OK?']
      const about = `${purpose} of ${scope.join(', ') || 'nothing'}`
      t.equal(judge(trust, policyFor(purpose)), strict, about)
      t.equal(judge(trust, policyFor(purpose, false)), strict, about)
      t.equal(judge(trust, policyFor(purpose, true)), kind, `${about}, forgiven`)
    }
  }
})

t.test('a refusal says what was asked, what the key is good for, and whose pass it is', async t => {
  const trust = trusting({ ...PHONE, purposes: ['sale', 'refund'] })
  const refused = cold.verify(text, trust, policyFor('entry'), nowMs)
  const seen = { purpose: 'entry', scope: ['sale', 'refund'], presentedAt: NOW }
  t.match(refused, { ok: false, code: 'OUT_OF_SCOPE', seen, cti: PHONE_CLAIMS.cti })
})

t.test('two keys of one kid: whose signature it is says whose scope counts', async t => {
  const byTwin = textOf({ issuer: twinIssuer, kid: phoneIssuer.kid })
  const anyScope = fc.constantFrom(...SCOPES)
  fc.assert(
    fc.property(
      ...([anyScope, anyScope, fc.constantFrom(...PURPOSES), fc.boolean()] as const),
      (phoneScope, twinScope, purpose, turned) => {
        const keys = [
          { ...TWIN, purposes: twinScope },
          { ...PHONE, purposes: phoneScope },
        ]
        const trust = trusting(...(turned ? keys.reverse() : keys))
        for (const [shown, scope] of [
          [text, phoneScope],
          [byTwin, twinScope],
        ] as const) {
          const due = scope.includes(purpose) ? 'OK' : 'OUT_OF_SCOPE'
          const said = judge(trust, policyFor(purpose), shown)
          if (said !== due) throw new Error(`${said}, ${due} is due`)
        }
      },
    ),
    { numRuns: 200 },
  )
  t.pass()
})

t.test('one key listed twice is good for both scopes, also by a cache that knows one', async t => {
  const entry: IssuerKey = { ...PHONE, purposes: ['entry'] }
  const exit: IssuerKey = { ...PHONE, purposes: ['exit'] }
  for (const trust of [trusting(entry, exit), trusting(exit, entry)]) {
    for (const purpose of ['entry', 'exit', 'entry'] as const) {
      t.equal(judge(trust, policyFor(purpose)), 'OK', purpose)
      t.equal(judge(trust, policyFor(purpose, true)), 'OK', `${purpose}, forgiven`)
    }
    t.equal(judge(trust, policyFor('sale')), 'OUT_OF_SCOPE')
  }
})

t.test('keys out of scope do not crowd out the one in scope', async t => {
  const others = Array.from({ length: KEYS_PER_KID_MAX }, () => ({
    ...TWIN,
    purposes: ['sale'] as const,
  }))
  t.equal(judge(trusting(...others, PHONE), policyFor('entry')), 'OK')
})

t.test('environment, window and revocation come before the scope', async t => {
  const desk: IssuerKey = { ...PHONE, purposes: ['sale'] }
  const entry = policyFor('entry')
  t.equal(judge(trusting({ ...desk, environment: 'test' }), entry), 'TEST_KEY')
  t.equal(judge(trusting({ ...desk, to: PHONE_CLAIMS.iat }), entry), 'UNKNOWN_ISSUER')
  t.equal(judge({ ...trusting(desk), kidRevoked: () => true }, entry), 'UNKNOWN_ISSUER')
  const both = trusting(desk, { ...PHONE, environment: 'test' })
  t.equal(judge(both, entry), 'OUT_OF_SCOPE', 'a test key of the same kid changes nothing')
})

t.test('a verifier that names no purpose does not compile', async t => {
  const policy = { expiredByMaxMs: 0, staleByMaxMs: 0 }
  // @ts-expect-error: the purpose is missing
  t.equal(judge(trusting(PHONE), policy), 'OUT_OF_SCOPE', 'and refuses')
  // @ts-expect-error: no purpose of rail travel
  t.equal(judge(trusting(PHONE), { ...policy, purpose: 'hotel' }), 'OUT_OF_SCOPE')
})

t.test('names of purposes', async t => {
  t.same(PURPOSES.map(purposeOf), PURPOSES)
  for (const name of ['', 'ENTRY', 'hotel', 'constructor'])
    t.equal(purposeOf(name), undefined, name)
})

t.test('a document of the old shape: rail travel, and not a purpose more', async t => {
  const old = decodeTrust(await oldTrust(signers))
  t.same(OLD_SCOPE, ['entry', 'exit', 'sale', 'refund', 'change'], 'whatever is added later')
  for (const key of issuerKeysOf(old, phoneIssuer.kid)) t.equal(key.purposes, OLD_SCOPE)
  const trust = { ...view, issuerKeys: (kid: Uint8Array) => issuerKeysOf(old, kid) }
  for (const purpose of PURPOSES) t.equal(judge(trust, policyFor(purpose)), 'OK', purpose)
})

t.test('from the old shape to scopes; none is signed in the old shape any more', async t => {
  const old = decodeTrust(await oldTrust(signers))
  const update = (bytes: Uint8Array) => verifyTrustUpdate(old, bytes, nodeVerifier, nowMs)
  t.match(update(await oldTrust(signers)), { ok: true, changed: false })
  const next = { version: 2, iat: NOW, exp: NOW + 86_400 }
  t.match(update(await signedTrust(next)), { ok: true, changed: true })
  await t.rejects(signTrust({ ...old, ...next }, signers), { code: 'INVALID_ARGUMENT' })
  const [root] = trustOf().keys
  t.ok(
    await signTrust(trustOf({ threshold: 1, keys: [root as never] }), signers),
    'without issuers',
  )
})
