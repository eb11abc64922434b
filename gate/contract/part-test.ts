/** What a technician may test of a lane, and for how long. Pure data. */
import type { Direction } from './events.ts'
import type { Sign } from './sign.ts'

/** A relay under test is never energised longer; a sign is never shown longer. Milliseconds. */
export const TEST_MS_MIN = 100
export const TEST_MS_MAX = 5000
/** Unless said: longer than a relay's feedback contact may take, so that both its edges are checked. */
export const TEST_MS = 1500

/**
 * - `relay`: the barrier's relay for one direction is energised; a barrier that it opens, opens.
 * - `sign`: what a lane shows and sounds for this sign, lamps and buzzer.
 */
export type PartTest =
  | { readonly part: 'relay'; readonly relay: Direction; readonly ms: number }
  | { readonly part: 'sign'; readonly sign: Sign; readonly ms: number }

/** How long a code is waited for that somebody is asked to hold up. Milliseconds. */
export const CODE_MS_MAX = 30_000
