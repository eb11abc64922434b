import t from 'tap'
import { goldenFile, viewOf } from '../../fixtures/passes/golden.ts'
import {
  DAY,
  KEYS,
  manifestOf,
  newStatusSigner,
  roots,
  signedManifest,
  signedTrust,
  statusSigner,
  timeSigner,
  trustKey,
  trustOf,
} from '../../fixtures/passes/trust-world.ts'
import { NOW, phoneIssuer, textOf } from '../../fixtures/passes/world.ts'
import { concatBytes, equalBytes, fromHex } from '../bytes.ts'
import { nodeVerifier } from '../cose-node.ts'
import {
  decodeManifest,
  type Manifest,
  type ManifestResult,
  openManifest,
  type SignedManifest,
  signManifest,
  type TrustKey,
  verifyManifest,
} from '../documents/trust.ts'
import { DOCUMENT_TYPE, signDocument } from '../documents/trust-envelope.ts'
import { DOCUMENT_AHEAD_MAX_S, MANIFEST_BYTES_MAX } from '../limits.ts'
import { createPassVerifier } from '../verify.ts'

const nowMs = NOW * 1000
const trust = trustOf()
const signer = KEYS.find(key => key.role === 'status') as TrustKey
const held: SignedManifest = { manifest: manifestOf(), signer }

const codeOf = (result: ManifestResult): string =>
  result.ok ? (result.changed ? 'CHANGED' : 'SAME') : result.code

const judge = (
  bytes: Uint8Array,
  current: SignedManifest | undefined = held,
  by = trust,
  at = nowMs,
): string => codeOf(verifyManifest(by, bytes, nodeVerifier, { nowMs: at, current }))

const LIST = manifestOf().lists[0] as Manifest['lists'][0]

t.test('a newer manifest of the status key is accepted, the same one changes nothing', async t => {
  t.equal(judge(await signedManifest({ version: NOW + 1 })), 'CHANGED')
  t.equal(judge(await signedManifest()), 'SAME')
  t.equal(codeOf(verifyManifest(trust, await signedManifest(), nodeVerifier, { nowMs })), 'CHANGED')
  t.same(decodeManifest(await signedManifest()), manifestOf())
})

t.test('attack: manifest rollback', async t => {
  t.equal(judge(await signedManifest({ version: NOW - 1 })), 'ROLLBACK')
})

t.test('attack: rollback of one list or of trust under a newer manifest', async t => {
  const current = {
    ...held,
    manifest: manifestOf({ trustVersion: 1, lists: [{ ...LIST, version: 5 }] }),
  }
  const newer = (over: Partial<Manifest>): Promise<Uint8Array> =>
    signedManifest({ version: NOW + 1, ...over })
  t.equal(judge(await newer({ lists: [{ ...LIST, version: 4 }] }), current), 'ROLLBACK')
  t.equal(judge(await newer({ lists: [{ ...LIST, version: 6 }] }), current), 'CHANGED')
  t.equal(judge(await newer({ lists: [] }), current), 'CHANGED', 'lists of past days go')
  const tomorrow = { ...LIST, uri: 'tsl:1' }
  t.equal(judge(await newer({ lists: [tomorrow] }), current), 'CHANGED', 'and new ones come')
  const both = [tomorrow, { ...LIST, version: 4 }]
  t.equal(judge(await newer({ lists: both }), current), 'ROLLBACK')
  t.equal(judge(await newer({ trustVersion: 0, lists: [] }), current), 'ROLLBACK')
})

t.test('attack: equivocation, one version with two contents', async t => {
  t.equal(judge(await signedManifest({ revokedKids: [phoneIssuer.kid] })), 'EQUIVOCATION')
  const lists = [{ ...LIST, sha256: new Uint8Array(32).fill(1) }]
  const mixed = await signedManifest({ version: NOW + 1, lists })
  t.equal(judge(mixed), 'EQUIVOCATION', 'one version of a list with two hashes')
})

t.test('the same content signed anew is no equivocation: payloads are compared', async t => {
  const current = { manifest: manifestOf(), signer }
  const keys = [...KEYS, trustKey('status', newStatusSigner)]
  t.equal(judge(await signedManifest({}, newStatusSigner), current, trustOf({ keys })), 'SAME')
})

t.test('attack: freeze', async t => {
  const bytes = await signedManifest()
  t.equal(judge(bytes, held, trust, (NOW + DAY) * 1000 - 1), 'SAME')
  t.equal(judge(bytes, held, trust, (NOW + DAY) * 1000), 'EXPIRED')
  t.match(openManifest(trust, bytes, nodeVerifier), { ok: true }, 'yet it opens at boot')
})

t.test('attack: dated ahead of the clock', async t => {
  const iat = NOW + DOCUMENT_AHEAD_MAX_S
  t.equal(judge(await signedManifest({ version: iat, iat, exp: iat + DAY })), 'CHANGED')
  const late = await signedManifest({ version: iat, iat: iat + 1, exp: iat + DAY })
  t.equal(judge(late), 'FROM_FUTURE')
})

t.test('attack: signed by a key of another role, another environment, or nobody’s', async t => {
  const newer = { version: NOW + 1 }
  const [root] = roots as [(typeof roots)[0]]
  for (const other of [root, timeSigner, phoneIssuer, newStatusSigner]) {
    t.equal(judge(await signedManifest(newer, other)), 'UNSIGNED')
    t.equal(judge(await signedManifest(newer, { ...other, kid: statusSigner.kid })), 'UNSIGNED')
  }
})

t.test('attack: a status key outside its window', async t => {
  const keys = [trustKey('status', statusSigner, { to: NOW }), ...KEYS.filter(k => k !== signer)]
  const bounded = trustOf({ keys })
  t.equal(judge(await signedManifest({ version: NOW + 1 }), held, bounded), 'UNSIGNED')
  const before = await signedManifest({ version: NOW + 1, iat: NOW - 1, exp: NOW + 60 })
  t.equal(judge(before, held, bounded), 'CHANGED')
})

t.test('a manifest that knows a newer trust asks for it first', async t => {
  const newer = { version: NOW + 1, trustVersion: 2 }
  t.equal(judge(await signedManifest(newer)), 'TRUST_GAP')
  t.equal(judge(await signedManifest(newer, newStatusSigner)), 'TRUST_GAP', 'or its key is new')
})

t.test('attack: fast-forward by a stolen status key, recovered by rotating it', async t => {
  const stolen: SignedManifest = { manifest: manifestOf({ version: 2 ** 47 }), signer }
  const keys = [...KEYS.filter(key => key !== signer), trustKey('status', newStatusSigner)]
  const rotated = trustOf({ version: 2, keys })
  const honest = await signedManifest({ version: NOW + 1, trustVersion: 2 }, newStatusSigner)
  t.equal(judge(honest, stolen, trustOf({ keys: [...keys, signer] })), 'TRUST_GAP')
  t.equal(judge(honest, stolen, trustOf({ version: 2, keys: [...keys, signer] })), 'ROLLBACK')
  t.equal(judge(honest, stolen, rotated), 'CHANGED', 'its version binds no more')
  const more = await signedManifest({ version: 2 ** 47 + 1, trustVersion: 2 })
  t.equal(judge(more, stolen, rotated), 'UNSIGNED', 'and it signs no more')
})

t.test('attack: a stolen issuer key, ended by revokedKids', async t => {
  const result = verifyManifest(
    trust,
    await signedManifest({ version: NOW + 1, revokedKids: [phoneIssuer.kid] }),
    nodeVerifier,
    { nowMs, current: held },
  )
  t.ok(result.ok)
  if (!result.ok) return
  const { revokedKids } = result.manifest
  const view = {
    ...viewOf(goldenFile()),
    kidRevoked: (kid: Uint8Array) => revokedKids.some(revoked => equalBytes(revoked, kid)),
  }
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 4 })
  const policy = { purpose: 'entry', expiredByMaxMs: 0, staleByMaxMs: 0 } as const
  t.match(verifier.verify(textOf(), view, policy, nowMs), { ok: false, code: 'UNKNOWN_ISSUER' })
})

t.test('bytes that are no manifest', async t => {
  const good = await signedManifest({ version: NOW + 1 })
  t.equal(judge(new Uint8Array(MANIFEST_BYTES_MAX + 1)), 'LENGTH')
  t.equal(judge(new Uint8Array(MANIFEST_BYTES_MAX)), 'MALFORMED')
  t.equal(judge(good.subarray(0, -1)), 'MALFORMED', 'cut off')
  t.equal(judge(concatBytes(good, Uint8Array.of(0))), 'MALFORMED')
  t.equal(judge(good.subarray(1)), 'WRONG_TYPE', 'without its tag')
  const empty = await signDocument(DOCUMENT_TYPE.manifest, fromHex('a0'), statusSigner)
  t.equal(judge(empty), 'MALFORMED', 'signed, yet no manifest')
  t.throws(() => decodeManifest(good.subarray(1)), { code: 'MALFORMED' })
  t.equal(judge(await signedTrust()), 'WRONG_TYPE', 'a trust document')
})

t.test('what isn’t within its limits is not signed', async t => {
  const kid = phoneIssuer.kid
  const wrong: Partial<Manifest>[] = [
    { exp: NOW + DAY + 1 },
    { exp: NOW },
    { version: -1 },
    { revokedKids: [new Uint8Array(5)] },
    { revokedKids: Array.from({ length: 1025 }, () => kid) },
    { lists: [LIST, LIST] },
    { lists: [{ ...LIST, sha256: new Uint8Array(31) }] },
  ]
  for (const over of wrong) {
    await t.rejects(signManifest(manifestOf(over), statusSigner), { code: 'INVALID_ARGUMENT' })
  }
})
