/** Trust documents, judged as the next one after a document that is believed. */

import { type SeededSigner, seededEdDsa, seededEs256 } from '../../fixtures/passes/signers.ts'
import {
  configSigner,
  DAY,
  KEYS,
  newRoots,
  newStatusSigner,
  roots,
  SIGNED,
  statusSigner,
  timeSigner,
  trustKey,
} from '../../fixtures/passes/trust-world.ts'
import { NOW } from '../../fixtures/passes/world.ts'
import { fromHex, toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import type { CoseKey } from '../../pass/crypto.ts'
import {
  decodeTrust,
  signTrust,
  type TrustDocument,
  type TrustKey,
  verifyFirstTrust,
  verifyTrustUpdate,
} from '../../pass/trust.ts'
import type { Random } from '../fuzz/random.ts'
import { bytesOf, type Kind, padding, rarely, refused, usually } from './kind.ts'
import { type Signing, signOf } from './signed.ts'
import { fields, type Item } from './tree.ts'

const TYPE = 'application/vnd.wicketgate.trust+cbor'

/** Two keys that are one: the point and its negative. */
const negative = (signer: SeededSigner): CoseKey => {
  const key = signer.publicKey
  return key.kty === 'EC2' ? { ...key, y: !key.y } : key
}
const rest = [...KEYS.filter(key => key.role !== 'root'), trustKey('config', configSigner)]
const rootKeys = roots.map(root => trustKey('root', root))
const crowd = Array.from({ length: 9 }, (_, i) =>
  trustKey('status', seededEs256(`crowd ${i}`), { kid: statusSigner.kid }),
)

/** As in a document of the old shape. */
function withoutScope({ purposes: _, ...key }: TrustKey): TrustKey {
  return key
}

/** A status key whose x is no point, under the kid of the one after it. */
const noPoint: TrustKey = {
  ...trustKey('status', statusSigner),
  key: { ...statusSigner.publicKey, x: new Uint8Array(32).fill(1) },
}

/** Sets of keys that stand in documents, believed or next. */
const KEY_SETS: readonly (readonly TrustKey[])[] = [
  [...rootKeys, ...rest],
  [...newRoots.map(root => trustKey('root', root)), ...rest],
  [...rootKeys, ...newRoots.map(root => trustKey('root', root)), ...rest],
  [
    ...rootKeys,
    trustKey('root', roots[0] as SeededSigner, { kid: Uint8Array.of(1, 2, 3, 4) }),
    ...rest,
  ],
  [
    ...rootKeys,
    { ...trustKey('root', roots[0] as SeededSigner), key: negative(roots[0] as SeededSigner) },
    ...rest,
  ],
  [
    ...rootKeys.map(key => ({ ...key, to: NOW })),
    trustKey('root', newRoots[0] as SeededSigner),
    ...rest,
  ],
  [...rootKeys, ...rest.filter(key => key.role !== 'status'), trustKey('status', newStatusSigner)],
  [
    ...rootKeys,
    ...rest.filter(key => key.role !== 'status'),
    trustKey('status', newStatusSigner),
    trustKey('status', statusSigner, { to: NOW - DAY }),
  ],
  [...rootKeys, ...crowd, ...rest],
  [...rootKeys, noPoint, ...rest],
  [...rootKeys, ...rest, trustKey('release', seededEdDsa('release'))],
  // Of the old shape, and half of it.
  [...rootKeys, ...rest.map(withoutScope)],
  [...rootKeys, ...rest.map(key => (key.kid[0] === 0xa0 ? withoutScope(key) : key))],
]

async function believed(keys: readonly TrustKey[], version: number, threshold: number) {
  const document = { version, iat: SIGNED, exp: SIGNED + 90 * DAY, threshold, keys }
  return toHex(await signTrust(document, roots.slice(0, threshold)))
}

/** Documents that are believed, in hexadecimal. The first is the ordinary one, of version 1. */
export const BELIEVED: readonly string[] = await Promise.all([
  believed(KEY_SETS[0] as TrustKey[], 1, 2),
  believed(KEY_SETS[0] as TrustKey[], 7, 1),
  believed(KEY_SETS[2] as TrustKey[], 1, 3),
  believed(KEY_SETS[3] as TrustKey[], 1, 2),
  believed(KEY_SETS[6] as TrustKey[], 1, 2),
  believed(KEY_SETS[7] as TrustKey[], 2, 2),
  believed(KEY_SETS[8] as TrustKey[], 1, 2),
  believed(KEY_SETS[9] as TrustKey[], 1, 2),
])

const decoded = new Map(BELIEVED.map(hex => [hex, decodeTrust(fromHex(hex))]))

/** One of `BELIEVED` as a document. */
export function believedTrust(hex: unknown): TrustDocument {
  const trust = decoded.get(hex as string)
  if (trust === undefined) throw new Error('not a document of BELIEVED')
  return trust
}

function keyItem({
  role,
  kid,
  alg,
  key,
  from,
  to,
  passClass,
  environment,
  purposes,
}: TrustKey): Item {
  const cose =
    key.kty === 'EC2'
      ? fields({ 1: 2, '-1': 1, '-2': key.x, '-3': key.y })
      : fields({ 1: 1, '-1': 6, '-2': key.x })
  return fields({
    ...{ 1: role, 2: kid, 3: alg === 'ES256' ? -7 : -8, 4: cose, 5: from, 6: to },
    ...(passClass === undefined ? {} : { 7: passClass }),
    ...(environment === undefined ? {} : { 8: environment }),
    ...(purposes === undefined ? {} : { 9: purposes }),
  })
}

const documentItem = ({ version, iat, exp, threshold, keys }: TrustDocument): Item =>
  fields({ 1: version, 2: iat, 3: exp, 4: threshold, 5: keys.map(keyItem) })

/** The next document: often good, else near a limit in one field or another. */
function nextOf(current: TrustDocument, random: Random): TrustDocument {
  if (rarely(random, 10)) return current
  const iat = NOW + usually(random, 3, -3600, [-DAY, 0, 1, 120, 121])
  const life = usually(random, 3, 90 * DAY, [DAY, 3600, 3601, 90 * DAY + 1, 0, -1])
  return {
    version: current.version + usually(random, 3, 1, [0, 2, -1]),
    iat,
    exp: iat + life,
    threshold: usually(random, 3, 2, [0, 1, 1, 3, 4, 5, 6]),
    keys: usually(random, 3, current.keys, KEY_SETS),
  }
}

const [a, b, c] = roots as [SeededSigner, SeededSigner, SeededSigner]
const [d, e] = newRoots as [SeededSigner, SeededSigner]
const USUAL_SIGNERS: readonly Signing[] = [{ signer: a }, { signer: b }]
const SIGNER_SETS: readonly (readonly Signing[])[] = [
  ...[[a, b], [a, b, c], [a, b, c, d, e], [a, b, c, d, e], [b, a, d], [a], [a, a], [d, e], []].map(
    set => set.map(signer => ({ signer })),
  ),
  [{ signer: a }, { signer: statusSigner }],
  [{ signer: a }, { signer: a, kid: Uint8Array.of(1, 2, 3, 4) }],
  [{ signer: a }, { signer: timeSigner }, { signer: b }],
  [
    { signer: a, kid: b.kid },
    { signer: b, kid: a.kid },
  ],
]

export const TRUST: Kind = {
  name: 'trust',
  make(random) {
    const trust = rarely(random, 2) ? (BELIEVED[0] as string) : random.pick(BELIEVED)
    const next = nextOf(believedTrust(trust), random)
    const edge = random.pick([-1, 0, 1])
    const edges = [next.iat * 1000 - 120_000 + edge, next.exp * 1000 + edge]
    const nowMs = rarely(random, 4) ? random.pick(edges) : NOW * 1000
    const bytes = signOf(
      TYPE,
      documentItem(next),
      usually(random, 2, USUAL_SIGNERS, SIGNER_SETS),
      random,
    )
    return { kind: 'trust', bytes: toHex(bytes), ...padding(random, 262_144), trust, nowMs }
  },
  judge(request) {
    const current = believedTrust(request.trust)
    const nowMs = request.nowMs as number
    const result = verifyTrustUpdate(current, bytesOf(request), nodeVerifier, nowMs)
    if (!result.ok) return refused(result.code)
    return result.expired ? refused('EXPIRED') : { verdict: 'OK', version: result.trust.version }
  },
}

/** Factory trust, as a gate judges it: whatever its clock says. */
export const FIRST: Kind = {
  name: 'first',
  make(random) {
    const next = nextOf(believedTrust(random.pick(BELIEVED)), random)
    const signers = usually(random, 2, USUAL_SIGNERS, SIGNER_SETS)
    const bytes = toHex(signOf(TYPE, documentItem(next), signers, random))
    return { kind: 'first', bytes, ...padding(random, 262_144) }
  },
  judge(request) {
    const result = verifyFirstTrust(bytesOf(request), nodeVerifier, Number.POSITIVE_INFINITY)
    return result.ok ? { verdict: 'OK', version: result.trust.version } : refused(result.code)
  },
}
