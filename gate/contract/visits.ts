/** Which rows of the journal say where a certificate is. Pure. */
import type { GrantBody } from './events.ts'

/** Flag of a grant that fare-free gave to what would have been refused. */
export const FARE_FREE = 'FARE_FREE'

/**
 * Whether whoever goes through on this settles the visit of the certificate shown. What would have
 * been refused may be anybody's copy: it changes nobody's visit.
 */
export function settlesVisit({ cti, flags }: Pick<GrantBody, 'cti' | 'flags'>): boolean {
  return cti !== undefined && !flags.includes(FARE_FREE)
}
