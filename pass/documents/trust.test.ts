import t from 'tap'
import { seededEs256 } from '../../fixtures/passes/signers.ts'
import {
  DAY,
  KEYS,
  newRoots,
  roots,
  SIGNED,
  signedTrust,
  statusSigner,
  trustKey,
  trustOf,
} from '../../fixtures/passes/trust-world.ts'
import { ISSUER_KEYS, NOW, phoneIssuer } from '../../fixtures/passes/world.ts'
import { concatBytes, fromHex } from '../bytes.ts'
import { nodeVerifier } from '../cose-node.ts'
import { DOCUMENT_AHEAD_MAX_S, TRUST_BYTES_MAX, TRUST_LIFETIME_MAX_S } from '../limits.ts'
import {
  addTrustSignature,
  decodeTrust,
  issuerKeysOf,
  type TrustDocument,
  type TrustResult,
  verifyFirstTrust,
  verifyTrustChain,
  verifyTrustUpdate,
} from './trust.ts'
import { signByMany } from './trust-envelope.ts'

const nowMs = NOW * 1000
const [a, b, c] = roots as [(typeof roots)[0], (typeof roots)[0], (typeof roots)[0]]
const first = trustOf()

const codeOf = (result: TrustResult): string =>
  result.ok ? (result.changed ? 'CHANGED' : 'SAME') : result.code

const update = (bytes: Uint8Array, current = first, at = nowMs): TrustResult =>
  verifyTrustUpdate(current, bytes, nodeVerifier, at)

const NEXT: Partial<TrustDocument> = { version: 2, iat: NOW, exp: NOW + 90 * DAY }

t.test('the next version, signed by two of three roots, is accepted', async t => {
  for (const signers of [
    [a, b],
    [b, c],
    [a, c],
    [a, b, c],
  ]) {
    t.match(update(await signedTrust(NEXT, signers)), { ok: true, changed: true, expired: false })
  }
  t.equal(codeOf(update(await signedTrust({}))), 'SAME', 'the version we have')
})

t.test('roots sign one after the other', async t => {
  const half = await signedTrust(NEXT, [a])
  t.equal(codeOf(update(half)), 'UNSIGNED')
  t.equal(codeOf(update(await addTrustSignature(half, c))), 'CHANGED')
  t.same(decodeTrust(half), trustOf(NEXT))
  await t.rejects(addTrustSignature(fromHex('a0'), c), { code: 'MALFORMED' })
})

t.test('attack: rollback to an older version', async t => {
  const current = trustOf({ version: 7 })
  t.equal(codeOf(update(await signedTrust({ version: 6 }), current)), 'ROLLBACK')
  t.equal(codeOf(update(await signedTrust({ version: 0 }), current)), 'ROLLBACK')
})

t.test('attack: a version skipped', async t => {
  t.equal(codeOf(update(await signedTrust({ ...NEXT, version: 3 }))), 'TRUST_GAP')
})

t.test('attack: equivocation, the same version with other content', async t => {
  t.equal(codeOf(update(await signedTrust({ exp: first.exp - 1 }))), 'EQUIVOCATION')
})

t.test('attack: too few signatures', async t => {
  t.equal(codeOf(update(await signedTrust(NEXT, [a]))), 'UNSIGNED')
  t.equal(codeOf(update(await signedTrust(NEXT, []))), 'UNSIGNED')
})

t.test('attack: one root’s signature repeated', async t => {
  t.equal(codeOf(update(await signedTrust(NEXT, [a, a, a]))), 'UNSIGNED')
})

t.test('attack: one root’s key listed under two kids', async t => {
  const again = { ...a, kid: fromHex('01020304') }
  const current = trustOf({ keys: [...KEYS, trustKey('root', again)] })
  const next = { ...NEXT, keys: current.keys }
  t.equal(codeOf(update(await signedTrust(next, [a, again]), current)), 'UNSIGNED')
  t.equal(codeOf(update(await signedTrust(next, [a, b]), current)), 'CHANGED')
})

t.test('attack: one root’s key and its negative', async t => {
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const secret = n - BigInt(`0x${Buffer.from(a.secret).toString('hex')}`)
  const { p256 } = await import('@noble/curves/nist.js')
  const bytes = fromHex(secret.toString(16).padStart(64, '0'))
  const negative = {
    ...a,
    kid: fromHex('0a0b0c0d'),
    publicKey: { ...a.publicKey, y: !a.publicKey.y },
    sign: (message: Uint8Array) => p256.sign(message, bytes, { lowS: false }),
  }
  const current = trustOf({ keys: [...KEYS, trustKey('root', negative)] })
  const next = { ...NEXT, keys: current.keys }
  const judged = await signedTrust(next, [a, negative])
  t.equal(codeOf(update(judged, current)), 'UNSIGNED', 'one holder, one signature')
  const alone = { ...current, threshold: 1 }
  t.equal(
    codeOf(update(await signedTrust({ ...next, threshold: 1 }, [negative]), alone)),
    'CHANGED',
  )
})

t.test('attack: wrong signatures', async t => {
  const stranger = seededEs256('stranger')
  t.equal(codeOf(update(await signedTrust(NEXT, [a, stranger]))), 'UNSIGNED')
  const posing = { ...stranger, kid: b.kid }
  t.equal(codeOf(update(await signedTrust(NEXT, [a, posing]))), 'UNSIGNED')
  const otherAlg = { ...b, alg: 'EdDSA' } as typeof b
  t.equal(codeOf(update(await signedTrust(NEXT, [a, otherAlg]))), 'UNSIGNED', 'alg disagrees')
  const bytes = await signedTrust(NEXT)
  const turned = bytes.slice()
  turned[turned.length - 1] = (turned.at(-1) as number) ^ 1
  t.equal(codeOf(update(turned)), 'UNSIGNED')
})

t.test('attack: a status key signing trust', async t => {
  t.equal(codeOf(update(await signedTrust(NEXT, [a, statusSigner]))), 'UNSIGNED')
  t.equal(codeOf(update(await signedTrust(NEXT, [statusSigner, phoneIssuer]))), 'UNSIGNED')
})

t.test('attack: a root outside its window', async t => {
  const keys = KEYS.map(key => (key.key === b.publicKey ? { ...key, to: NOW } : key))
  const current = trustOf({ keys })
  t.equal(codeOf(update(await signedTrust({ ...NEXT, keys }), current)), 'UNSIGNED')
  const earlier = { ...NEXT, iat: NOW - 1, exp: NOW + DAY, keys }
  t.equal(codeOf(update(await signedTrust(earlier), current)), 'CHANGED')
  const later = KEYS.map(key => (key.key === b.publicKey ? { ...key, from: NOW } : key))
  const due = { ...NEXT, keys: later }
  t.equal(codeOf(update(await signedTrust(due), trustOf({ keys: later }))), 'CHANGED')
  const early = { ...due, iat: NOW - 1, exp: NOW + DAY }
  t.equal(codeOf(update(await signedTrust(early), trustOf({ keys: later }))), 'UNSIGNED')
})

t.test('new roots take over only with the old ones’ and their own threshold', async t => {
  const others = KEYS.filter(key => key.role !== 'root')
  const next = { ...NEXT, keys: [...newRoots.map(root => trustKey('root', root)), ...others] }
  t.equal(codeOf(update(await signedTrust(next, [a, b]))), 'UNSIGNED', 'old ones alone')
  t.equal(codeOf(update(await signedTrust(next, newRoots))), 'UNSIGNED', 'new ones alone')
  t.equal(codeOf(update(await signedTrust(next, [a, b, ...newRoots.slice(1)]))), 'UNSIGNED')
  t.equal(codeOf(update(await signedTrust(next, [a, b, ...newRoots]))), 'CHANGED')
})

t.test('attack: fast-forward, dated ahead of the clock', async t => {
  const iat = NOW + DOCUMENT_AHEAD_MAX_S
  t.equal(codeOf(update(await signedTrust({ ...NEXT, iat }))), 'CHANGED')
  const late = { ...NEXT, iat: iat + 1, exp: iat + 90 * DAY }
  t.equal(codeOf(update(await signedTrust(late))), 'FROM_FUTURE')
})

t.test('freeze: versions on the way may be expired, the last may not', async t => {
  const old = NOW - 200 * DAY
  const current = trustOf({ iat: old, exp: old + 90 * DAY })
  const v2 = await signedTrust({ version: 2, iat: old + 80 * DAY, exp: old + 170 * DAY })
  const v3 = await signedTrust({ version: 3, iat: NOW - DAY, exp: NOW + 60 * DAY })
  t.match(update(v2, current), { ok: true, expired: true })
  const chain = (...bytes: Uint8Array[]): string =>
    codeOf(verifyTrustChain(current, bytes, nodeVerifier, nowMs))
  t.equal(chain(v2, v3), 'CHANGED')
  const exp = NOW + 60 * DAY
  for (const [at, expired, code] of [
    [exp * 1000 - 1, false, 'CHANGED'],
    [exp * 1000, true, 'EXPIRED'],
  ] as const) {
    t.match(update(v3, trustOf({ version: 2 }), at), { ok: true, expired })
    t.equal(codeOf(verifyTrustChain(current, [v2, v3], nodeVerifier, at)), code)
  }
  t.equal(chain(v2), 'EXPIRED')
  t.equal(chain(), 'EXPIRED')
  t.equal(chain(v3), 'TRUST_GAP')
  t.equal(chain(v3, v2), 'TRUST_GAP')
})

t.test('a first trust stands on its own roots', async t => {
  const judge = async (signers: typeof roots): Promise<string> =>
    codeOf(verifyFirstTrust(await signedTrust({}, signers), nodeVerifier, nowMs))
  t.equal(await judge([a, c]), 'CHANGED')
  t.equal(await judge([a]), 'UNSIGNED')
  const ahead = await signedTrust({ iat: NOW + 1000 })
  t.equal(codeOf(verifyFirstTrust(ahead, nodeVerifier, nowMs)), 'FROM_FUTURE')
  t.equal(codeOf(verifyFirstTrust(fromHex('00'), nodeVerifier, nowMs)), 'WRONG_TYPE')
})

t.test('bytes that are no trust document', async t => {
  const good = await signedTrust(NEXT)
  t.equal(codeOf(update(new Uint8Array(TRUST_BYTES_MAX + 1))), 'LENGTH')
  t.equal(codeOf(update(new Uint8Array(TRUST_BYTES_MAX))), 'MALFORMED')
  t.equal(codeOf(update(good.subarray(0, -1))), 'MALFORMED', 'cut off')
  t.equal(codeOf(update(concatBytes(good, Uint8Array.of(0)))), 'MALFORMED', 'a byte too many')
  t.equal(codeOf(update(good.subarray(2))), 'WRONG_TYPE', 'without its tag')
  t.equal(codeOf(update(await signByMany(fromHex('a0'), [a, b]))), 'MALFORMED', 'an empty document')
  t.throws(() => decodeTrust(fromHex('a0')), { code: 'MALFORMED' })
})

t.test('what isn’t within its limits is not signed', async t => {
  const wrong: Partial<TrustDocument>[] = [
    { exp: SIGNED + TRUST_LIFETIME_MAX_S + 1 },
    { exp: SIGNED },
    { threshold: 0 },
    { threshold: 4 },
    { version: -1 },
    { keys: [] },
  ]
  for (const over of wrong) {
    await t.rejects(signedTrust(over), { code: 'INVALID_ARGUMENT' }, JSON.stringify(over))
  }
  const many = Array.from({ length: 17 }, () => a)
  await t.rejects(signedTrust({}, many), { code: 'INVALID_ARGUMENT' })
})

t.test('issuer keys by kid are the same objects as long as the document is', async t => {
  const keys = issuerKeysOf(first, phoneIssuer.kid)
  t.same(keys, ISSUER_KEYS.slice(0, 2))
  t.equal(issuerKeysOf(first, phoneIssuer.kid)[0], keys[0])
  t.same(issuerKeysOf(first, statusSigner.kid), [], 'a status key is no issuer')
  t.not(issuerKeysOf(trustOf(), phoneIssuer.kid)[0], keys[0])
})
