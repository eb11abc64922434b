/** The entry is strict, the exit forgives lateness and what is the gate's own lack. */

import t from 'tap'
import { generateSigningKey, nodeVerifier } from '../../pass/cose-node.ts'
import type { Ec2Key } from '../../pass/crypto.ts'
import { issuePassSync } from '../../pass/issue.ts'
import { presentPass } from '../../pass/present.ts'
import { PURPOSES, type Purpose } from '../../pass/purpose.ts'
import { encodePassText } from '../../pass/text.ts'
import { createPassVerifier, type TrustView } from '../../pass/verify.ts'
import type { ClockState } from '../contract/events.ts'
import { type Side, verifyForSide } from './verify-scan.ts'

type StatusAnswer = ReturnType<TrustView['status']>

const NOW_S = 1_800_000_000
const DAY_S = 86_400
const issuer = generateSigningKey('ES256')
const holder = generateSigningKey('ES256')
const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })

/** The text of a pass that is good for half an hour from `iat`, presented at `shown`. */
async function code(iat: number, shown: number): Promise<string> {
  const claims = {
    cti: new Uint8Array(16).fill(1),
    iat,
    exp: iat + 1800,
    holderKey: holder.publicKey as Ec2Key,
    statusIndex: 3,
    statusList: 'tsl:1',
  }
  const pass = issuePassSync({ claims, kid: issuer.kid, alg: 'ES256', sign: issuer.sign })
  return encodePassText(await presentPass({ pass, presentedAt: shown, sign: holder.sign }))
}

function trustWith(status: StatusAnswer, purposes: readonly Purpose[]): TrustView {
  const key = {
    kid: issuer.kid,
    alg: issuer.alg,
    key: issuer.publicKey,
    passClass: 'phone',
    environment: 'production',
    purposes,
    from: NOW_S - 30 * DAY_S,
    to: NOW_S + 30 * DAY_S,
  } as const
  return {
    issuerKeys: () => [key],
    kidRevoked: () => false,
    environment: 'production',
    aheadByMaxMs: 5000,
    status: () => status,
  }
}

interface Case {
  readonly iat?: number
  readonly shown?: number
  readonly status?: StatusAnswer
  readonly purposes?: readonly Purpose[]
  readonly state?: ClockState
  readonly timeFree?: boolean
  readonly forgivesStale?: boolean
  readonly forgivesStatus?: boolean
}

async function said(direction: Side['direction'], one: Case): Promise<string> {
  const { iat = NOW_S - 60, shown = NOW_S, status = 'valid', state = 'TRUSTED' } = one
  const {
    timeFree = false,
    forgivesStale = false,
    forgivesStatus = false,
    purposes = PURPOSES,
  } = one
  const side = { direction, timeFree, forgivesStale, forgivesStatus, waitedMs: 0 }
  const now = { nowMs: NOW_S * 1000, state }
  const text = await code(iat, shown)
  const trust = trustWith(status, purposes)
  const { found, statusKnown } = verifyForSide(verifier, text, side, trust, now)
  const good = found.ok && !found.pass.inScope ? 'good, out of scope' : 'good'
  return `${found.ok ? good : found.code}${statusKnown ? '' : ', list unknown'}`
}

const CASES: readonly [string, Case, string, string][] = [
  ['a good code', {}, 'good', 'good'],
  ['revoked', { status: 'invalid' }, 'REVOKED', 'REVOKED'],
  [
    'no status list at hand',
    { status: 'unknown' },
    'STATUS_UNKNOWN, list unknown',
    'good, list unknown',
  ],
  [
    'no status list at hand, past the end of the documents',
    { status: 'unknown', forgivesStatus: true },
    'good, list unknown',
    'good, list unknown',
  ],
  [
    'revoked, past the end of the documents',
    { status: 'invalid', forgivesStatus: true },
    'REVOKED',
    'REVOKED',
  ],
  ['good for both ways alone', { purposes: ['entry', 'exit'] }, 'good', 'good'],
  ['good for entry alone', { purposes: ['entry'] }, 'good', 'good, out of scope'],
  ['good for exit alone', { purposes: ['exit'] }, 'OUT_OF_SCOPE', 'good'],
  ['good for the desk alone', { purposes: ['sale'] }, 'OUT_OF_SCOPE', 'good, out of scope'],
  [
    'good for the desk alone, and revoked',
    { purposes: ['sale'], status: 'invalid' },
    'OUT_OF_SCOPE',
    'REVOKED',
  ],
  [
    'good for the desk alone, expired, at a time when trains are late',
    { purposes: ['sale'], iat: NOW_S - 5400, timeFree: true },
    'OUT_OF_SCOPE',
    'good, out of scope',
  ],
  ['expired an hour ago', { iat: NOW_S - 5400 }, 'EXPIRED', 'good'],
  ['expired a day ago, less a second', { iat: NOW_S - 1800 - DAY_S + 1 }, 'EXPIRED', 'good'],
  ['expired a day ago', { iat: NOW_S - 1800 - DAY_S }, 'EXPIRED', 'EXPIRED'],
  ['expired, trains are late', { iat: NOW_S - 5400, timeFree: true }, 'good', 'good'],
  ['shown 40 s ago', { shown: NOW_S - 40 }, 'STALE_CODE', 'STALE_CODE'],
  [
    'shown 40 s ago, where the exit forgives it',
    { shown: NOW_S - 40, forgivesStale: true },
    'STALE_CODE',
    'good',
  ],
  [
    'shown 40 s ago and revoked, where the exit forgives it',
    { shown: NOW_S - 40, forgivesStale: true, status: 'invalid' },
    'STALE_CODE',
    'REVOKED',
  ],
  [
    'shown an hour ago, to a clock that is not sure',
    { iat: NOW_S - 3660, shown: NOW_S - 3600, state: 'UNCERTAIN' },
    'EXPIRED',
    'good',
  ],
  [
    'shown a day ago, to a clock that is not sure',
    { iat: NOW_S - DAY_S - 60, shown: NOW_S - DAY_S - 40, state: 'UNCERTAIN' },
    'EXPIRED',
    'STALE_CODE',
  ],
  [
    'shown ahead of a clock that is not sure',
    { iat: NOW_S + 3540, shown: NOW_S + 3600, state: 'UNCERTAIN' },
    'NOT_YET_VALID',
    'good',
  ],
  [
    'shown ahead of a clock that is sure',
    { iat: NOW_S - 60, shown: NOW_S + 3600 },
    'CODE_FROM_FUTURE',
    'CODE_FROM_FUTURE',
  ],
  [
    'revoked, ahead of a clock that is not sure',
    { iat: NOW_S + 3540, shown: NOW_S + 3600, state: 'UNCERTAIN', status: 'invalid' },
    'NOT_YET_VALID',
    'REVOKED',
  ],
]

for (const [name, one, atEntry, atExit] of CASES) {
  t.test(name, async t => {
    t.equal(await said('entry', one), atEntry, 'entry')
    t.equal(await said('exit', one), atExit, 'exit')
  })
}
