/**
 * Verifies a presented pass offline. `verifyAt` reads from top to bottom as the table of checks in
 * specification.md: the first that fails names the verdict. It never throws for anything a
 * scanner can hand it; a thrown error is a defect. No clock and no I/O: both are arguments.
 */

import { briefBytes } from './brief-bytes.ts'
import { toHex } from './bytes.ts'
import { decodeClaims, type PassClaims } from './claims.ts'
import { countersignStructure } from './cose.ts'
import type { SignatureVerifier } from './crypto.ts'
import { decodeEnvelope, type PassEnvelope } from './envelope.ts'
import { PassError } from './errors.ts'
import type { IssuerKey, PassClass } from './keys.ts'
import {
  AHEAD_BY_MAX_MS,
  ISSUED_AHEAD_MAX_S,
  PASS_LIFETIME_MAX_S,
  PRESENTED_AGE_MAX_MS,
} from './limits.ts'
import { readPassText } from './text.ts'
import { type IssuerHalf, IssuerHalfCache } from './verify-cache.ts'
import { candidateKeys, IssuerKeyring, importOrUndefined } from './verify-issuer.ts'
import type { TrustView, VerifyCode, VerifyPolicy, VerifySeen } from './verify-terms.ts'

export type { TrustView, VerifyCode, VerifyPolicy, VerifySeen } from './verify-terms.ts'

declare const verified: unique symbol

/** A pass that passed every check. Only `verify` makes one. */
export interface VerifiedPass {
  readonly [verified]: true
  readonly cti: Uint8Array
  readonly ctiHex: string
  /** Unix seconds. */
  readonly iat: number
  readonly exp: number
  readonly passClass: PassClass
  /** False only where the policy forgives it: its issuer's key is not good for the purpose. */
  readonly inScope: boolean
  /** False only where the policy forgives it: nothing is known of its revocation. */
  readonly statusKnown: boolean
  /** Unix seconds; undefined for paper. With `cti` it names a replay. */
  readonly presentedAt: number | undefined
  readonly statusList: string
  readonly statusIndex: number
  /** How late, milliseconds; zero when in time. */
  readonly expiredByMs: number
  readonly staleByMs: number
}

export type VerifyResult =
  | { readonly ok: true; readonly pass: VerifiedPass }
  | {
      readonly ok: false
      readonly code: VerifyCode
      readonly seen?: VerifySeen
      /** Only when the issuer's signature was good. */
      readonly cti?: Uint8Array
    }

export interface PassVerifier {
  /** `nowMs`: Unix milliseconds of the reader's clock. */
  verify(text: string, trust: TrustView, policy: VerifyPolicy, nowMs: number): VerifyResult
  /** Forgets cached issuer halves; call it whenever trust changes. */
  flush(): void
}

export interface PassVerifierOptions<K> {
  readonly crypto: SignatureVerifier<K>
  /** Passes whose issuer half is remembered; 0 turns the cache off. */
  readonly cacheEntriesMax: number
}

/** A verifier with its own cache. Throws `INVALID_ARGUMENT` for a bad cache size. */
export function createPassVerifier<K>(options: PassVerifierOptions<K>): PassVerifier {
  const { crypto } = options
  const halves = new IssuerHalfCache<K>(options.cacheEntriesMax)
  const keyring = new IssuerKeyring(crypto)

  function verify(
    text: string,
    trust: TrustView,
    policy: VerifyPolicy,
    nowMs: number,
  ): VerifyResult {
    const found = verifyAt(text, trust, policy, nowMs)
    const ownMs = policy.unsureClock === true ? aheadMs(found) : undefined
    return ownMs === undefined ? found : verifyAt(text, trust, policy, ownMs)
  }

  function verifyAt(
    text: string,
    trust: TrustView,
    policy: VerifyPolicy,
    nowMs: number,
  ): VerifyResult {
    // 1. Well-formed, whole, nothing unknown.
    const read = readPass(text, halves)
    if ('code' in read) return { ok: false, ...read }
    const { envelope, claims } = read

    // 2. An issuer key of this kid, valid at iat, not revoked, of our environment.
    const candidates = candidateKeys(envelope.kid, claims, trust, policy.purpose)
    if (typeof candidates === 'string') return denial(candidates, envelope, claims)

    // 3. The issuer's signature, and what its key is good for.
    const half = issuerHalf(read, candidates, policy)
    // rule V3
    if (half === undefined) return denial('BAD_SIGNATURE', envelope, claims)
    if (!isInScope(half.issuerKey, policy) && policy.forgivesScope !== true) {
      // rule V3b
      const { code, seen } = denial('OUT_OF_SCOPE', envelope, claims)
      const scope = { purpose: policy.purpose, scope: half.issuerKey.purposes }
      return { ok: false, code, seen: { ...seen, ...scope }, cti: claims.cti }
    }

    // 4. The pass's time, 5. the holder's proof, 6. its freshness, 7. revocation.
    const code =
      timeFault(half, policy, nowMs) ??
      proofFault(crypto, envelope, half) ??
      freshnessFault(envelope, trust, policy, nowMs - (policy.waitedMs ?? 0)) ??
      statusFault(trust.status(claims.statusList, claims.statusIndex, nowMs))
    const forgiven = code === 'STATUS_UNKNOWN' && policy.forgivesUnknownStatus === true
    if (code !== undefined && !forgiven) {
      return { ...denial(code, envelope, claims), cti: claims.cti }
    }
    // rule V8
    return {
      ok: true,
      pass: verifiedPass(envelope, half, policy, { nowMs, statusKnown: !forgiven }),
    }
  }

  /**
   * The remembered half, or the one of the key whose signature it is. A key may be listed twice, with
   * another scope: where the remembered listing is out of scope, the other one is looked for.
   */
  function issuerHalf(
    { envelope, claims, half }: ReadPass<K>,
    candidates: readonly IssuerKey[],
    policy: VerifyPolicy,
  ): IssuerHalf<K> | undefined {
    const known = half?.issuerKey
    if (known && candidates.includes(known) && isInScope(known, policy)) return half
    const issuerKey = keyring.signerOf(envelope, candidates)
    if (issuerKey === undefined) return undefined
    const found = { claims, ctiHex: toHex(claims.cti), issuerKey, holderKey: undefined }
    halves.add(envelope, found)
    return found
  }

  return { verify, flush: () => halves.clear() }
}

interface ReadPass<K> {
  readonly envelope: PassEnvelope
  readonly claims: PassClaims
  readonly half: IssuerHalf<K> | undefined
}

type Read<K> = ReadPass<K> | { code: VerifyCode; seen: VerifySeen }

/**
 * Check 1. A pass whose exact bytes are in the cache had its claims read before. Claims outlive the text: theirs
 * are a copy of the payload.
 */
function readPass<K>(text: string, halves: IssuerHalfCache<K>): Read<K> {
  try {
    const envelope = decodeEnvelope(readPassText(text, briefBytes))
    const half = halves.find(envelope)
    const claims = half?.claims ?? decodeClaims(envelope.payload.slice())
    if (envelope.presentation !== undefined && claims.holderKey === undefined) {
      // rule K9
      return { code: 'MALFORMED', seen: { detail: 'a countersignature without cnf' } }
    }
    return { envelope, claims, half }
  } catch (error) {
    if (!(error instanceof PassError)) throw error
    // rules T1 T2 T3 E1 K1
    const code = error.code === 'UNSUPPORTED_VERSION' ? error.code : 'MALFORMED'
    return { code, seen: { detail: error.message } }
  }
}

function isInScope({ purposes }: IssuerKey, { purpose }: VerifyPolicy): boolean {
  return purposes.includes(purpose)
}

/** Check 4. */
function timeFault<K>(
  half: IssuerHalf<K>,
  policy: VerifyPolicy,
  nowMs: number,
): VerifyCode | undefined {
  const { iat, exp } = half.claims
  // rule V4a
  if ((iat - ISSUED_AHEAD_MAX_S) * 1000 > nowMs) return 'NOT_YET_VALID'
  // rule V4b
  if (nowMs - exp * 1000 >= policy.expiredByMaxMs) return 'EXPIRED'
  // rule V4c
  if (exp - iat > PASS_LIFETIME_MAX_S[half.issuerKey.passClass]) return 'LIFETIME_TOO_LONG'
  return undefined
}

/** Check 5: the countersignature by the key in `cnf`, which is imported once per cached half. */
function proofFault<K>(
  crypto: SignatureVerifier<K>,
  envelope: PassEnvelope,
  half: IssuerHalf<K>,
): VerifyCode | undefined {
  const { holderKey } = half.claims
  // rule V5a
  if (half.issuerKey.passClass === 'paper') return holderKey === undefined ? undefined : 'MALFORMED'
  const { presentation, protectedBytes, payload, signature } = envelope
  // rule V5b
  if (holderKey === undefined || presentation === undefined) return 'NO_PROOF'
  // rule V5c
  if (presentation.alg !== 'ES256') return 'BAD_PROOF'
  half.holderKey ??= importOrUndefined(crypto, holderKey)
  // rule V5c
  if (half.holderKey === undefined) return 'BAD_PROOF'
  const header = presentation.protectedBytes
  const message = countersignStructure(protectedBytes, header, payload, signature)
  // rule V5c
  return crypto.verify(half.holderKey, 'ES256', message, presentation.signature)
    ? undefined
    : 'BAD_PROOF'
}

/** Check 6. `readMs`: when the code was read. */
function freshnessFault(
  { presentation }: PassEnvelope,
  trust: TrustView,
  policy: VerifyPolicy,
  readMs: number,
): VerifyCode | undefined {
  if (presentation === undefined) return undefined
  const ageMs = readMs - presentation.presentedAt * 1000
  // rule V6a
  if (-ageMs > Math.min(trust.aheadByMaxMs, AHEAD_BY_MAX_MS)) return 'CODE_FROM_FUTURE'
  // rule V6b
  return ageMs - PRESENTED_AGE_MAX_MS > policy.staleByMaxMs ? 'STALE_CODE' : undefined
}

/** Check 7. */
function statusFault(status: ReturnType<TrustView['status']>): VerifyCode | undefined {
  if (status === 'valid') return undefined
  // rules V7a V7b V7c
  return status === 'invalid' ? 'REVOKED' : 'STATUS_UNKNOWN'
}

function verifiedPass<K>(
  { presentation }: PassEnvelope,
  { claims, ctiHex, issuerKey }: IssuerHalf<K>,
  policy: VerifyPolicy,
  { nowMs, statusKnown }: { readonly nowMs: number; readonly statusKnown: boolean },
): VerifiedPass {
  const { cti, iat, exp, statusList, statusIndex } = claims
  const presentedAt = presentation?.presentedAt
  const ageMs = presentedAt === undefined ? 0 : nowMs - (policy.waitedMs ?? 0) - presentedAt * 1000
  const pass: Omit<VerifiedPass, typeof verified> = {
    cti,
    ctiHex,
    iat,
    exp,
    passClass: issuerKey.passClass,
    inScope: isInScope(issuerKey, policy),
    statusKnown,
    presentedAt,
    statusList,
    statusIndex,
    expiredByMs: Math.max(0, nowMs - exp * 1000),
    staleByMs: Math.max(0, ageMs - PRESENTED_AGE_MAX_MS),
  }
  return pass as VerifiedPass
}

/** When a pass that lies ahead of the clock says that it was shown, or issued, Unix milliseconds. */
function aheadMs(found: VerifyResult): number | undefined {
  if (found.ok || (found.code !== 'CODE_FROM_FUTURE' && found.code !== 'NOT_YET_VALID')) {
    return undefined
  }
  const seconds = found.seen?.presentedAt ?? found.seen?.iat
  return seconds === undefined ? undefined : seconds * 1000
}

function denial(
  code: VerifyCode,
  { kid, presentation }: PassEnvelope,
  { iat, exp, statusList, statusIndex }: PassClaims,
): Extract<VerifyResult, { ok: false }> {
  const seen = { kid: toHex(kid), iat, exp, statusList, statusIndex }
  if (presentation === undefined) return { ok: false, code, seen }
  return { ok: false, code, seen: { ...seen, presentedAt: presentation.presentedAt } }
}
