/** Sets of keys that stand in trust documents, and the documents that are believed. */

import { p256 } from '@noble/curves/nist.js'
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
import {
  decodeTrust,
  signTrust,
  type TrustDocument,
  type TrustKey,
} from '../../pass/documents/trust.ts'

const [a] = roots as [SeededSigner]

/** The root `a` by its negative: who has the one private key has the other. */
export const negativeRoot: SeededSigner = negated(a)

function negated(signer: SeededSigner): SeededSigner {
  const order = p256.Point.Fn.ORDER
  const number = order - BigInt(`0x${toHex(signer.secret)}`)
  const secret = fromHex(number.toString(16).padStart(64, '0'))
  const key = signer.publicKey
  const publicKey = key.kty === 'EC2' ? { ...key, y: !key.y } : key
  return { ...signer, publicKey, secret, sign: m => p256.sign(m, secret, { lowS: false }) }
}

/** As in a document of the old shape. */
function withoutScope({ purposes: _, ...key }: TrustKey): TrustKey {
  return key
}

/** A status key whose x is no point, under the kid of the one after it. */
const noPoint: TrustKey = {
  ...trustKey('status', statusSigner),
  key: { ...statusSigner.publicKey, x: new Uint8Array(32).fill(1) },
}
const crowd = Array.from({ length: 9 }, (_, i) =>
  trustKey('status', seededEs256(`crowd ${i}`), { kid: statusSigner.kid }),
)

const rest = [...KEYS.filter(key => key.role !== 'root'), trustKey('config', configSigner)]
const restButStatus = rest.filter(key => key.role !== 'status')
const old = roots.map(root => trustKey('root', root))
const fresh = newRoots.map(root => trustKey('root', root))
const newStatus = trustKey('status', newStatusSigner)
/** Roots whose window begins or ends at that of the next document, or a second away from it. */
const rootsWithin = (from: number, to: number) =>
  roots.map(root => trustKey('root', root, { from, to }))

const SETS = {
  ordinary: [...old, ...rest],
  newRoots: [...fresh, ...rest],
  allRoots: [...old, ...fresh, ...rest],
  rootTwice: [...old, trustKey('root', a, { kid: Uint8Array.of(1, 2, 3, 4) }), ...rest],
  rootNegated: [...old, { ...trustKey('root', a), key: negativeRoot.publicKey }, ...rest],
  rootsEnding: [...rootsWithin(NOW - DAY, NOW), ...fresh, ...rest],
  rootsEnded: [...rootsWithin(NOW - 2 * DAY, NOW - 3600), ...rest],
  rootsBeginning: [...rootsWithin(NOW - 3600, NOW + DAY), ...rest],
  rootsToBegin: [...rootsWithin(NOW - 3599, NOW + DAY), ...rest],
  newStatus: [...old, ...restButStatus, newStatus],
  statusEnded: [
    ...old,
    ...restButStatus,
    newStatus,
    trustKey('status', statusSigner, { to: NOW - DAY }),
  ],
  statusForTime: [...old, ...restButStatus, newStatus, trustKey('time', statusSigner)],
  statusCrowd: [...old, ...crowd, ...rest],
  noPoint: [...old, noPoint, ...rest],
  release: [...old, ...rest, trustKey('release', seededEdDsa('release'))],
  noWindow: [...old, ...rest, trustKey('time', timeSigner, { from: NOW, to: NOW })],
  oldShape: [...old, ...rest.map(withoutScope)],
  halfShape: [...old, ...rest.map(key => (key.kid[0] === 0xa0 ? withoutScope(key) : key))],
} satisfies Record<string, readonly TrustKey[]>

/** Every set, among them two that no document may have. */
export const KEY_SETS: readonly (readonly TrustKey[])[] = Object.values(SETS)

async function believed(keys: readonly TrustKey[], version: number, threshold: number) {
  const document = { version, iat: SIGNED, exp: SIGNED + 90 * DAY, threshold, keys }
  return toHex(await signTrust(document, roots.slice(0, threshold)))
}

/** Documents that are believed, in hexadecimal. The first is the ordinary one, of version 1. */
export const BELIEVED: readonly string[] = await Promise.all([
  believed(SETS.ordinary, 1, 2),
  believed(SETS.ordinary, 7, 1),
  believed(SETS.allRoots, 1, 3),
  believed(SETS.rootTwice, 1, 2),
  believed(SETS.rootNegated, 1, 2),
  believed(SETS.newStatus, 1, 2),
  believed(SETS.statusEnded, 2, 2),
  believed(SETS.statusForTime, 1, 2),
  believed(SETS.statusCrowd, 1, 2),
  believed(SETS.noPoint, 1, 2),
  believed(SETS.rootsEnding, 1, 2),
])

const decoded = new Map(BELIEVED.map(hex => [hex, decodeTrust(fromHex(hex))]))

/** One of `BELIEVED` as a document. */
export function believedTrust(hex: unknown): TrustDocument {
  const trust = decoded.get(hex as string)
  if (trust === undefined) throw new Error('not a document of BELIEVED')
  return trust
}
