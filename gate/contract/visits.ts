/** Which journal rows change where a certificate is. Pure. */
import type { AnnulledBody, Direction, GrantBody } from './events.ts'

/** Flag of a grant that fare-free gave to what would have been refused. */
export const FARE_FREE = 'FARE_FREE'

/**
 * Whether whoever goes through on this settles the visit of the certificate shown. What would have
 * been refused may be anybody's copy: it changes nobody's visit.
 */
export function settlesVisit({ cti, flags }: Pick<GrantBody, 'cti' | 'flags'>): boolean {
  return cti !== undefined && !flags.includes(FARE_FREE)
}

/** How a grant ended without a passage that was seen. */
export type Annulment = Pick<AnnulledBody, 'reason' | 'unknown'>

/**
 * Whether a grant counts as used although no passage was seen: somebody may have gone through. An
 * emergency is tolerated: it opened the barrier for everyone.
 */
export function mayHaveWalked({ reason, unknown }: Annulment): boolean {
  return unknown === true && reason !== 'FIRE' && reason !== 'EMERGENCY'
}

/** Where a certificate is in an area. `unsure`: it may have left by now. */
export interface Whereabouts {
  readonly inside: boolean
  readonly unsure?: true | undefined
}

/**
 * After somebody went through, or may have: then who came counts as inside, and who left counts as
 * still there to a lane that lets people out, and as gone to one that lets them in.
 */
export function whereAfter(direction: Direction, seen: boolean): Whereabouts {
  if (direction === 'entry') return { inside: true }
  return seen ? { inside: false } : { inside: true, unsure: true }
}
