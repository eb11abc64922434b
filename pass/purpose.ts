/**
 * The purposes a pass is presented for, and the scope of an issuer's key: the purposes it is good
 * for. The scope stands in the trust document, signed by the roots, so that it costs a pass no byte. A
 * verifier names one purpose.
 */
import type { CborValue } from './cbor.ts'
import { listOf, malformed } from './cbor-fields.ts'

/**
 * Rail travel and nothing else. `entry`, `exit`: a gate's lane; `sale`, `refund`, `change`: of a
 * ticket, at the desk. In this order a scope is written.
 */
export const PURPOSES = ['entry', 'exit', 'sale', 'refund', 'change'] as const
export type Purpose = (typeof PURPOSES)[number]

/**
 * The scope of an issuer's key in a document of the old shape, which says none: such keys were made
 * for these five. A purpose that is added later is never among them.
 */
export const OLD_SCOPE: readonly Purpose[] = ['entry', 'exit', 'sale', 'refund', 'change']

/** The purpose of this name; undefined when there is none. */
export function purposeOf(name: string): Purpose | undefined {
  return PURPOSES.find(purpose => purpose === name)
}

/** A scope: one purpose at least, in their order, none twice. Throws `MALFORMED`. */
export function readScope(value: CborValue | undefined): readonly Purpose[] {
  const names = listOf(value, PURPOSES.length, 'purposes')
  const scope = PURPOSES.filter(purpose => names.includes(purpose))
  // rules D10 G2a
  if (scope.length === 0 || scope.length !== names.length) throw malformed('purposes')
  // rule G2a
  if (scope.some((purpose, at) => purpose !== names[at])) throw malformed('purposes out of order')
  return scope
}
