/** Trust documents, judged as the next one after a document that is believed. */

import { type SeededSigner, seededEs256 } from '../../fixtures/passes/signers.ts'
import {
  DAY,
  newRoots,
  roots,
  statusSigner,
  timeSigner,
  trustKey,
} from '../../fixtures/passes/trust-world.ts'
import { NOW } from '../../fixtures/passes/world.ts'
import { toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import {
  type TrustDocument,
  type TrustKey,
  verifyFirstTrust,
  verifyTrustUpdate,
} from '../../pass/documents/trust.ts'
import type { Random } from '../fuzz/random.ts'
import { BELIEVED, believedTrust, KEY_SETS, negativeRoot } from './key-sets.ts'
import { bytesOf, crowded, type Kind, padding, rarely, refused, usually } from './kind.ts'
import { type Signing, signOf } from './signed.ts'
import { fields, type Item } from './tree.ts'

const TYPE = 'application/vnd.wicketgate.trust+cbor'

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

/** The last one thrice: its roots end at one of the dates that the next document may have. */
const CURRENT = [...BELIEVED, ...BELIEVED.slice(-1), ...BELIEVED.slice(-1)]
const spare = trustKey('release', seededEs256('spare'))

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
    keys: crowded(random, 512, usually(random, 3, current.keys, KEY_SETS), () => spare),
  }
}

const [a, b, c] = roots as [SeededSigner, SeededSigner, SeededSigner]
const [d, e] = newRoots as [SeededSigner, SeededSigner]
const USUAL_SIGNERS: readonly Signing[] = [{ signer: a }, { signer: b }]
const SIGNER_SETS: readonly (readonly Signing[])[] = [
  ...[[a, b], [a, b, c], [a, b, c, d, e], [a, b, c, d, e], [b, a, d], [a], [a, a], [d, e], []].map(
    set => set.map(signer => ({ signer })),
  ),
  ...[16, 17].map(count => Array.from({ length: count }, (_, i) => ({ signer: i === 0 ? b : a }))),
  [{ signer: a }, { signer: negativeRoot, kid: a.kid }],
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
    const trust = usually(random, 2, BELIEVED[0] as string, CURRENT)
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
