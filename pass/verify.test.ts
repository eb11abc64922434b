import type { KeyObject } from 'node:crypto'
import t from 'tap'
import { goldenFile, viewOf } from '../fixtures/passes/golden.ts'
import {
  holder,
  NOW,
  PAPER_CLAIMS,
  PHONE_CLAIMS,
  paperIssuer,
  phoneIssuer,
  textOf,
  withBitTurned,
} from '../fixtures/passes/world.ts'
import { nodeVerifier } from './cose-node.ts'
import type { SignatureVerifier } from './crypto.ts'
import { PassError } from './errors.ts'
import type { IssuerKey } from './keys.ts'
import { KEYS_PER_KID_MAX } from './limits.ts'
import { createPassVerifier, type TrustView, type VerifyResult } from './verify.ts'

const view = viewOf(goldenFile())
const strict = { purpose: 'entry', expiredByMaxMs: 0, staleByMaxMs: 0 } as const
const nowMs = NOW * 1000

/** node:crypto with the calls counted. */
function counted(): { crypto: SignatureVerifier<KeyObject>; verified: number; imported: number } {
  const counts = {
    verified: 0,
    imported: 0,
    crypto: {
      importKey(key) {
        counts.imported++
        return nodeVerifier.importKey(key)
      },
      verify(...args) {
        counts.verified++
        return nodeVerifier.verify(...args)
      },
    } satisfies SignatureVerifier<KeyObject>,
  }
  return counts
}

const codeOf = (result: VerifyResult): string => (result.ok ? 'OK' : result.code)

t.test('an accepted pass says what it is and how late', async t => {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
  const claims = { ...PHONE_CLAIMS, iat: NOW - 2000, exp: NOW - 300 }
  const text = textOf({ claims, presentedAt: NOW - 75 })
  const exit = { purpose: 'exit', expiredByMaxMs: 600_000, staleByMaxMs: 60_000 } as const
  const result = verifier.verify(text, view, exit, nowMs + 250)
  t.match(result, {
    ok: true,
    pass: {
      cti: PHONE_CLAIMS.cti,
      ctiHex: Buffer.from(PHONE_CLAIMS.cti).toString('hex'),
      iat: claims.iat,
      exp: claims.exp,
      passClass: 'phone',
      inScope: true,
      presentedAt: NOW - 75,
      statusList: 'tsl:0',
      statusIndex: 42,
      expiredByMs: 300_250,
      staleByMs: 45_250,
    },
  })
  const inTime = verifier.verify(textOf(), view, strict, nowMs)
  t.match(inTime, { ok: true, pass: { expiredByMs: 0, staleByMs: 0 } })
})

t.test('a code that waited its turn is as fresh as it was when it was read', async t => {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
  const judge = (ageS: number, waitedMs: number, staleByMaxMs = 0) =>
    verifier.verify(
      textOf({ presentedAt: NOW - ageS }),
      view,
      { ...strict, staleByMaxMs, waitedMs },
      nowMs,
    )
  t.equal(codeOf(judge(31, 0)), 'STALE_CODE')
  t.equal(codeOf(judge(31, 1000)), 'OK')
  t.equal(codeOf(judge(31, 999)), 'STALE_CODE')
  t.match(judge(40, 2000, 60_000), { ok: true, pass: { staleByMs: 8000 } })
})

t.test('paper has no proof and is never stale', async t => {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
  const text = textOf({ issuer: paperIssuer, claims: PAPER_CLAIMS, presentedAt: null })
  const policy = { ...strict, waitedMs: 5000 }
  t.match(verifier.verify(text, view, policy, nowMs), {
    ok: true,
    pass: { passClass: 'paper', presentedAt: undefined, staleByMs: 0 },
  })
  const early = (PAPER_CLAIMS.iat - 600) * 1000
  t.equal(codeOf(verifier.verify(text, view, strict, early)), 'NOT_YET_VALID')
  const unsure = verifier.verify(text, view, { ...strict, unsureClock: true }, early)
  t.equal(codeOf(unsure), 'OK', 'by a clock that may be wrong: as of its issue')
})

t.test('a proof of a pass that names no key for it is told as such', async t => {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
  const text = textOf({ claims: { ...PHONE_CLAIMS, holderKey: undefined } })
  t.same(verifier.verify(text, view, strict, nowMs), {
    ...{ ok: false, code: 'MALFORMED' },
    seen: { detail: 'a countersignature without cnf' },
  })
})

t.test('a refreshed code costs one signature check and no import', async t => {
  const counts = counted()
  const verifier = createPassVerifier({ crypto: counts.crypto, cacheEntriesMax: 8 })
  t.ok(verifier.verify(textOf(), view, strict, nowMs).ok)
  counts.verified = 0
  counts.imported = 0
  const refreshed = textOf({ presentedAt: NOW + 15 })
  t.ok(verifier.verify(refreshed, view, strict, nowMs + 15_000).ok)
  t.same([counts.verified, counts.imported], [1, 0])
  verifier.flush()
  t.ok(verifier.verify(refreshed, view, strict, nowMs + 15_000).ok)
  t.same([counts.verified, counts.imported], [1 + 3, 1], 'after a flush all is checked again')
})

t.test('what a verdict keeps of a pass holds no chunk of brief bytes', async t => {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
  const text = textOf({ claims: PHONE_CLAIMS })
  const late = nowMs + 86_400_000
  for (const at of [nowMs, nowMs, late]) {
    const result = verifier.verify(text, view, strict, at)
    const cti = result.ok ? result.pass.cti : result.cti
    t.equal(result.ok, at === nowMs)
    t.same(cti, PHONE_CLAIMS.cti)
    t.ok((cti as Uint8Array).buffer.byteLength < 200)
  }
})

t.test('the cache never lets a changed byte through', async t => {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
  t.ok(verifier.verify(textOf(), view, strict, nowMs).ok)
  const signature = withBitTurned(new Uint8Array(64).fill(7), 3)
  t.equal(codeOf(verifier.verify(textOf({ signature }), view, strict, nowMs)), 'BAD_SIGNATURE')
  const other = textOf({ claims: { ...PHONE_CLAIMS, statusIndex: 41 }, signature })
  t.equal(codeOf(verifier.verify(other, view, strict, nowMs)), 'BAD_SIGNATURE')
})

t.test('a refused issuer half is never remembered', async t => {
  const counts = counted()
  const verifier = createPassVerifier({ crypto: counts.crypto, cacheEntriesMax: 8 })
  const forged = textOf({ issuer: holder, kid: phoneIssuer.kid })
  for (let i = 0; i < 2; i++) {
    counts.verified = 0
    t.equal(codeOf(verifier.verify(forged, view, strict, nowMs)), 'BAD_SIGNATURE')
    t.equal(counts.verified, 2, 'both keys of the kid are tried each time')
  }
})

t.test('trust is asked anew for cached halves, even without a flush', async t => {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
  const text = textOf()
  t.ok(verifier.verify(text, view, strict, nowMs).ok)
  const changes: [Partial<TrustView>, string][] = [
    [{ kidRevoked: () => true }, 'UNKNOWN_ISSUER'],
    [{ issuerKeys: () => [] }, 'UNKNOWN_ISSUER'],
    [{ environment: 'test' }, 'UNKNOWN_ISSUER'],
    [{ status: () => 'invalid' }, 'REVOKED'],
    [{ status: () => 'unknown' }, 'STATUS_UNKNOWN'],
    [{ issuerKeys: kid => view.issuerKeys(kid).slice(0, 1) }, 'BAD_SIGNATURE'],
  ]
  for (const [change, code] of changes) {
    t.equal(codeOf(verifier.verify(text, { ...view, ...change }, strict, nowMs)), code)
  }
  t.ok(verifier.verify(text, view, strict, nowMs).ok, 'and it still passes with the old trust')
})

t.test('keys that can’t be used are passed over', async t => {
  const [, good] = view.issuerKeys(phoneIssuer.kid) as [IssuerKey, IssuerKey]
  const bad: IssuerKey = { ...good, key: { ...good.key, x: new Uint8Array(32).fill(255) } }
  const confused: IssuerKey = { ...good, alg: 'EdDSA' }
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })
  const trust = (...keys: IssuerKey[]): TrustView => ({ ...view, issuerKeys: () => keys })
  t.ok(verifier.verify(textOf(), trust(bad, confused, good), strict, nowMs).ok)
  t.equal(codeOf(verifier.verify(textOf(), trust(bad, confused), strict, nowMs)), 'BAD_SIGNATURE')
  t.equal(
    codeOf(verifier.verify(textOf({ alg: -8 }), trust(confused), strict, nowMs)),
    'BAD_SIGNATURE',
  )
})

t.test('at most so many keys of one kid are tried', async t => {
  const [twin, good] = view.issuerKeys(phoneIssuer.kid) as [IssuerKey, IssuerKey]
  const twins = (count: number): IssuerKey[] => Array.from({ length: count }, () => ({ ...twin }))
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })
  const trust = (count: number): TrustView => ({
    ...view,
    issuerKeys: () => [...twins(count), good],
  })
  t.ok(verifier.verify(textOf(), trust(KEYS_PER_KID_MAX - 1), strict, nowMs).ok)
  const over = verifier.verify(textOf(), trust(KEYS_PER_KID_MAX), strict, nowMs)
  t.equal(codeOf(over), 'BAD_SIGNATURE')
})

t.test(
  'an unknown status is refused, or forgiven and told; a revocation is never forgiven',
  async t => {
    const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
    const forgiving = { ...strict, forgivesUnknownStatus: true }
    const judge = (status: 'valid' | 'invalid' | 'unknown', policy = strict) => {
      const found = verifier.verify(textOf(), { ...view, status: () => status }, policy, nowMs)
      return found.ok ? `OK, ${found.pass.statusKnown ? 'known' : 'unknown'}` : found.code
    }
    t.equal(judge('unknown'), 'STATUS_UNKNOWN')
    t.equal(judge('unknown', forgiving), 'OK, unknown')
    t.equal(judge('valid', forgiving), 'OK, known')
    t.equal(judge('invalid', forgiving), 'REVOKED')
  },
)

t.test('a reader whose clock may be wrong takes the word of a pass that lies ahead', async t => {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
  const unsure = { ...strict, unsureClock: true }
  const at = (offsetS: number, policy: typeof strict) =>
    codeOf(verifier.verify(textOf({ presentedAt: NOW }), view, policy, nowMs + offsetS * 1000))
  t.equal(at(-60, strict), 'CODE_FROM_FUTURE')
  t.equal(at(-60, unsure), 'OK')
  t.equal(at(-86_400, strict), 'NOT_YET_VALID')
  t.equal(at(-86_400, unsure), 'OK')
  t.equal(at(60, unsure), 'STALE_CODE', 'what lies behind is judged by the clock')
  const revoked: TrustView = { ...view, status: () => 'invalid' }
  const found = verifier.verify(textOf(), revoked, unsure, nowMs - 86_400_000)
  t.equal(codeOf(found), 'REVOKED', 'nothing else is forgiven')
})

t.test('no code may lie farther ahead than 30 s', async t => {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
  const generous = { ...view, aheadByMaxMs: 3_600_000 }
  const ahead = (seconds: number): string =>
    codeOf(verifier.verify(textOf({ presentedAt: NOW + seconds }), generous, strict, nowMs))
  t.equal(ahead(30), 'OK')
  t.equal(ahead(31), 'CODE_FROM_FUTURE')
})

t.test(
  'a refusal names what was seen, and the certificate only once its issuer is sure',
  async t => {
    const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 8 })
    const { iat, exp, cti } = PHONE_CLAIMS
    const stale = verifier.verify(textOf({ presentedAt: NOW - 60 }), view, strict, nowMs)
    const kid = Buffer.from(phoneIssuer.kid).toString('hex')
    const seen = { kid, iat, exp, statusList: 'tsl:0', statusIndex: 42, presentedAt: NOW - 60 }
    t.same(stale, { ok: false, code: 'STALE_CODE', seen, cti })
    const forged = verifier.verify(textOf({ signature: new Uint8Array(64) }), view, strict, nowMs)
    t.notOk('cti' in forged)
    const garbage = verifier.verify('RP1:garbage', view, strict, nowMs)
    t.match(garbage, { ok: false, code: 'MALFORMED', seen: { detail: String } })
  },
)

t.test('a defect of the platform is not taken for a bad pass', async t => {
  for (const error of [new RangeError('out of memory'), new PassError('INVALID_ARGUMENT', 'x')]) {
    const crypto: SignatureVerifier<KeyObject> = {
      ...nodeVerifier,
      importKey() {
        throw error
      },
    }
    const verifier = createPassVerifier({ crypto, cacheEntriesMax: 0 })
    t.throws(() => verifier.verify(textOf(), view, strict, nowMs), error)
    const nothing = undefined as unknown as string
    t.throws(() => verifier.verify(nothing, view, strict, nowMs), TypeError)
  }
})
