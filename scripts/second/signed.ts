/** Documents that are signed after they were spoilt, so that more than their signature is read. */

import type { SeededSigner } from '../../fixtures/passes/signers.ts'
import { concatBytes } from '../../pass/bytes.ts'
import { signatureStructure, sigStructure } from '../../pass/cose.ts'
import { spoil } from '../fuzz/mutate.ts'
import type { Random } from '../fuzz/random.ts'
import { rarely, usually } from './kind.ts'
import { spoilItem } from './spoil-tree.ts'
import { encodeItem, fields, type Item, inside, itemOf, type Value } from './tree.ts'

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** How its signer is named in the header: its own kid and algorithm unless a case says otherwise. */
export interface Signing {
  readonly signer: SeededSigner
  readonly kid?: Uint8Array | undefined
  readonly alg?: number | undefined
}

/** A tree, spoilt in no place, in one, or now and then in two. */
export function perhapsSpoilt(item: Item, random: Random, onceIn: number): Item {
  if (!rarely(random, onceIn)) return item
  const once = spoilItem(item, random)
  return rarely(random, 4) ? spoilItem(once, random) : once
}

/** The algorithm number that a key signs under: either of its two, seldom another. */
export function algorithmNumber({ signer, alg }: Signing, random: Random): number {
  if (alg !== undefined) return alg
  if (rarely(random, 25)) return random.pick([-7, -8, -9, -19, -35, 0, 1])
  return random.pick(signer.alg === 'ES256' ? [-7, -7, -9] : [-8, -8, -19])
}

/** A signature, seldom a wrong one or the other one that ECDSA allows. */
export function signatureOf(signer: SeededSigner, message: Uint8Array, random: Random): Uint8Array {
  const signature = signer.sign(message)
  if (!rarely(random, 15)) return signature
  switch (random.below(5)) {
    case 0:
      return signer.alg === 'ES256' ? mirrored(signature) : signature
    case 1:
      return new Uint8Array(64)
    case 2:
      return concatBytes(signature.subarray(32), signature.subarray(0, 32))
    case 3:
      return concatBytes(numberBytes(P256_ORDER), signature.subarray(32))
    default:
      return spoil(signature, random, [signature]).slice(0, 70)
  }
}

function mirrored(signature: Uint8Array): Uint8Array {
  let s = 0n
  for (const byte of signature.subarray(32)) s = (s << 8n) | BigInt(byte)
  return concatBytes(signature.subarray(0, 32), numberBytes(P256_ORDER - s))
}

function numberBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 0xffn))
}

/** The bytes of a whole document, seldom spoilt as bytes. */
export function finished(item: Item, random: Random): Uint8Array {
  const bytes = encodeItem(perhapsSpoilt(item, random, 16))
  return rarely(random, 40) ? spoil(bytes, random, [bytes]) : bytes
}

/** `sign1<type, document>`: what its payload says is spoilt before it is signed. */
export function sign1Of(
  type: string,
  payload: Item,
  signing: Signing,
  random: Random,
  more: Readonly<Record<string, Value>> = {},
): Uint8Array {
  const document = inside(perhapsSpoilt(payload, random, 4))
  const labels = fields({
    1: algorithmNumber(signing, random),
    4: signing.kid ?? signing.signer.kid,
    16: usually(random, 40, type, ['application/vnd.wicketgate.trust+cbor']),
    ...more,
  })
  const header = inside(perhapsSpoilt(labels, random, 20))
  const message = sigStructure(heldBytes(header), heldBytes(document))
  const signature = itemOf(signatureOf(signing.signer, message, random))
  const unprotected = usually<Record<string, Value>>(random, 40, {}, [
    { 2: [16] },
    { 4: signing.signer.kid },
    { 99: 1 },
  ])
  const message4 = itemOf([header, fields(unprotected), document, signature])
  return finished({ body: { kind: 'tag', number: 18n, item: message4 } }, random)
}

/** A COSE_Sign with several signatures, as trust has. */
export function signOf(
  type: string,
  payload: Item,
  signings: readonly Signing[],
  random: Random,
): Uint8Array {
  const document = inside(perhapsSpoilt(payload, random, 4))
  const header = inside(perhapsSpoilt(fields({ 16: type }), random, 30))
  const signatures = signings.map(signing => {
    const kid = signing.kid ?? signing.signer.kid
    const labels = fields({ 1: algorithmNumber(signing, random), 4: kid })
    const own = inside(perhapsSpoilt(labels, random, 40))
    const message = signatureStructure(heldBytes(header), heldBytes(own), heldBytes(document))
    return itemOf([own, fields({}), signatureOf(signing.signer, message, random)])
  })
  const message4 = itemOf([header, fields({}), document, signatures])
  return finished({ body: { kind: 'tag', number: 98n, item: message4 } }, random)
}

/** What a byte string of `inside` holds. */
export function heldBytes({ body }: Item): Uint8Array {
  if (body.kind !== 'inside') throw new Error('not a byte string with an item')
  return encodeItem(body.item)
}
