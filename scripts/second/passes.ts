/** Passes: every field near its limits, signed by issuers of every kind, presented by anybody. */

import { type GoldenFile, type IssuerKeyJson, viewOf } from '../../fixtures/passes/golden.ts'
import { seededEs256 } from '../../fixtures/passes/signers.ts'
import {
  deskIssuer,
  edIssuer,
  holder,
  ISSUER_KEYS,
  issuerKeyJson,
  NOW,
  otherHolder,
  paperIssuer,
  phoneIssuer,
  revokedIssuer,
  strangerIssuer,
  testIssuer,
  twinIssuer,
} from '../../fixtures/passes/world.ts'
import { toHex } from '../../pass/bytes.ts'
import { countersignStructure, sigStructure } from '../../pass/cose.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import type { IssuerKey } from '../../pass/keys.ts'
import { PURPOSES, type Purpose } from '../../pass/purpose.ts'
import { encodePassText } from '../../pass/text.ts'
import { createPassVerifier } from '../../pass/verify.ts'
import { anyText, spoilText } from '../fuzz/mutate.ts'
import type { Random } from '../fuzz/random.ts'
import { type Kind, type Request, rarely, refused, usually, type Verdict } from './kind.ts'
import {
  algorithmNumber,
  finished,
  heldBytes,
  perhapsSpoilt,
  type Signing,
  signatureOf,
} from './signed.ts'
import { fields, type Item, inside, itemOf } from './tree.ts'

/** What a pass is judged with. */
interface PassWorld {
  readonly kind: 'pass'
  readonly issuerKeys: readonly IssuerKeyJson[]
  readonly revokedKids: readonly string[]
  readonly environment: 'production' | 'test'
  readonly purpose: Purpose
  readonly forgivesScope: boolean
  readonly lists: GoldenFile['lists']
  readonly nowMs: number
  readonly aheadByMaxMs: number
  readonly expiredByMaxMs: number
  readonly staleByMaxMs: number
}

const json = (keys: typeof ISSUER_KEYS) =>
  keys.map(key => issuerKeyJson(key) as unknown as IssuerKeyJson)
const USUAL = json(ISSUER_KEYS)
/** Strangers' keys under the phone issuer's kid, before its own: seven, or eight and so too many. */
const [, phone] = ISSUER_KEYS
const crowd = (count: number, over: Partial<IssuerKey> = {}) =>
  json([
    ...Array.from({ length: count }, (_, i) => {
      const { publicKey } = seededEs256(`crowd ${i}`)
      return { ...(phone as IssuerKey), key: publicKey, ...over }
    }),
    ...ISSUER_KEYS.slice(1),
  ])
const CROWDS = [
  crowd(7),
  crowd(8),
  crowd(8, { environment: 'test' }),
  crowd(8, { purposes: ['refund'] }),
  // The same key twice, with two scopes.
  json([{ ...(phone as IssuerKey), purposes: ['exit'] }, ...ISSUER_KEYS]),
]

/** An issuer and the kid that its passes name. */
const USUAL_ISSUER: Signing = { signer: phoneIssuer }
const ISSUERS: readonly Signing[] = [
  ...[edIssuer, edIssuer, paperIssuer, paperIssuer, paperIssuer].map(signer => ({ signer })),
  ...[deskIssuer, deskIssuer, testIssuer, revokedIssuer, strangerIssuer].map(signer => ({
    signer,
  })),
  { signer: twinIssuer, kid: phoneIssuer.kid },
  { signer: strangerIssuer, kid: phoneIssuer.kid },
]

const LISTS = {
  'tsl:0': { entries: 1024, revoked: [7, 1023] },
  'tsl:zzz': { entries: 1 << 20, revoked: [(1 << 20) - 2] },
}

interface Times {
  readonly iat: number
  readonly exp: number
  readonly presentedAt: number
}

function timesOf(random: Random, paper: boolean): Times {
  const window = [-8 * 3600, -8 * 3600 - 1, 16 * 3600 - 1, 16 * 3600]
  const issued = [-1, 0, 119, 120, 121, -1800, ...window]
  const iat = NOW + usually(random, 4, -600, issued)
  const [usual, others] = paper ? [86_400, [86_401, 3600]] : [1800, [1801, 1200, 1]]
  const life = usually(random, 5, usual, [...others, ...others, 0, -1, 86_400])
  const shown = [-5, -30, -31, 4, 5, 6, 30, 31, -60, -90, -91]
  const exp = usually(random, 60, iat + life, [2 ** 32 - 1, 2 ** 32])
  return { iat, exp, presentedAt: NOW + usually(random, 3, 0, shown) }
}

const INDEXES = [7, 6, 8, 1022, 1023, 1024, (1 << 20) - 2, (1 << 20) - 1, 1 << 20]
const URIS = ['tsl:zzz', 'tsl:zzz', 'tsl:zzz', 'tsl:zzz', 'tsl:9', 'tsl:zzzzzz'].concat([
  'tsl:zzzzzzz',
  'tsl:',
  'tsl:0\n',
  'tsl:00',
  'tsl:Z',
  ' tsl:0',
  'tsl:0 ',
])
/** No point of P-256, one whose x is over the field's prime, and the point of x = 0. */
const ODD_POINTS = [1, 0xff, 0].map(byte => new Uint8Array(32).fill(byte))

function claimsOf(random: Random, { iat, exp }: Times, withHolder: boolean): Item {
  const idx = usually(random, 4, 42, INDEXES)
  const uri = usually(random, 6, 'tsl:0', URIS)
  const { x, y } = holder.publicKey
  const point = usually(random, 25, x, ODD_POINTS)
  const key = fields({ 1: 2, '-1': 1, '-2': point, '-3': y })
  return fields({
    4: exp,
    6: iat,
    7: new Uint8Array(16).fill(3),
    ...(withHolder ? { 8: fields({ 1: key }) } : {}),
    65535: fields({ status_list: fields({ idx, uri }) }),
  })
}

/** The unprotected header: presented by the holder, by somebody else, or not at all. */
function presentation(
  random: Random,
  presentedAt: number,
  [header, payload, signature]: readonly [Uint8Array, Uint8Array, Uint8Array],
): Item {
  if (rarely(random, 15)) return fields({})
  const by: Signing = { signer: rarely(random, 25) ? otherHolder : holder }
  const labels = fields({ 1: algorithmNumber(by, random), 15: fields({ 6: presentedAt }) })
  const own = inside(perhapsSpoilt(labels, random, 15))
  const message = rarely(random, 40)
    ? sigStructure(heldBytes(own), payload)
    : countersignStructure(header, heldBytes(own), payload, signature)
  const proof = signatureOf(by.signer, message, random)
  return fields({ 11: [own, fields({}), proof] })
}

function makeBytes(random: Random): { bytes: Uint8Array; times: Times } {
  const signing = usually(random, 2, USUAL_ISSUER, ISSUERS)
  const paper = signing.signer === paperIssuer
  const times = timesOf(random, paper)
  const withHolder = rarely(random, 20) ? paper : !paper
  const payload = inside(perhapsSpoilt(claimsOf(random, times, withHolder), random, 7))
  const kid = signing.kid ?? signing.signer.kid
  const labels = fields({ 1: algorithmNumber(signing, random), 4: kid })
  const header = inside(perhapsSpoilt(labels, random, 25))
  const [protectedBytes, claims] = [heldBytes(header), heldBytes(payload)]
  const signature = signatureOf(signing.signer, sigStructure(protectedBytes, claims), random)
  const unprotected =
    withHolder || rarely(random, 20)
      ? presentation(random, times.presentedAt, [protectedBytes, claims, signature])
      : fields({})
  const parts = itemOf([header, unprotected, payload, signature])
  const bytes = finished({ body: { kind: 'tag', number: 18n, item: parts } }, random)
  return { bytes, times }
}

function contextOf(random: Random, { iat, exp, presentedAt }: Times): PassWorld {
  const aheadByMaxMs = random.pick([0, 5000, 5000, 5000, 29_999, 30_000, 40_000])
  const expiredByMaxMs = random.pick([0, 0, 0, 600_000])
  const staleByMaxMs = random.pick([0, 0, 0, 60_000])
  const edges = [
    iat * 1000 - 120_000,
    exp * 1000 + expiredByMaxMs,
    presentedAt * 1000 - Math.min(aheadByMaxMs, 30_000),
    presentedAt * 1000 + 30_000 + staleByMaxMs,
  ]
  const edge = random.pick(edges) + random.pick([-1, 0, 1])
  return {
    kind: 'pass',
    issuerKeys: usually(random, 6, USUAL, CROWDS),
    revokedKids: [toHex(revokedIssuer.kid)],
    environment: rarely(random, 12) ? 'test' : 'production',
    purpose: usually(random, 4, 'entry', PURPOSES),
    forgivesScope: rarely(random, 8),
    lists: LISTS,
    nowMs: usually(random, 3, NOW * 1000, [edge]),
    aheadByMaxMs,
    expiredByMaxMs,
    staleByMaxMs,
  }
}

const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })

function judge(request: Request): Verdict {
  const { text, environment, nowMs, ...world } = request as unknown as PassWorld & {
    readonly text: string
  }
  const { purpose, forgivesScope, expiredByMaxMs, staleByMaxMs } = world
  const policy = { purpose, forgivesScope, expiredByMaxMs, staleByMaxMs }
  const view = viewOf({ about: '', cases: [], ...world }, environment)
  const result = verifier.verify(text, view, policy, nowMs)
  if (!result.ok) return refused(result.code)
  const { ctiHex: cti, iat, inScope, presentedAt } = result.pass
  return { verdict: 'OK', cti, iat, inScope, presented: presentedAt ?? null }
}

/** A text about as long as one may be, some of one character that counts as two. */
function longText(random: Random): string {
  const filling = random.pick(['A', '\u{1f600}'])
  const length = Math.floor(random.pick([1019, 1020, 1021, 1022]) / filling.length)
  return random.pick(['RP1:', 'RP2:', 'RP100:', 'RP1234:']) + filling.repeat(length)
}

export const PASS: Kind = {
  name: 'pass',
  make(random) {
    const { bytes, times } = makeBytes(random)
    const context = contextOf(random, times)
    const whole = encodePassText(bytes)
    if (rarely(random, 50)) return { ...context, text: spoilText(whole, random) }
    if (rarely(random, 60)) return { ...context, text: longText(random) }
    return { ...context, text: rarely(random, 40) ? anyText(random) : whole }
  },
  judge,
}
