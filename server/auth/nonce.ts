/**
 * Server nonces for proofs (RFC 9449 §8): a time slot and its MAC, so that every replica can check
 * them and none is stored. With them phones and gates need no right clock.
 */
import { timingSafeEqual } from 'node:crypto'
import { NONCE_SLOT_MS } from '../limits.ts'
import type { Secrets } from '../secrets.ts'

export interface Nonces {
  current(now: number): string
  /** Whether it was given out in this slot or the one before. */
  accepts(nonce: string, now: number): boolean
}

export function createNonces(secrets: Secrets): Nonces {
  let cached = { slot: -1, text: '' }
  const ofSlot = (slot: number) =>
    `${slot.toString(36)}.${secrets.mac('nonce', `slot ${slot}`).subarray(0, 16).toString('base64url')}`
  const slotOf = (now: number) => Math.floor(now / NONCE_SLOT_MS)
  return {
    current(now) {
      const slot = slotOf(now)
      if (cached.slot !== slot) cached = { slot, text: ofSlot(slot) }
      return cached.text
    },
    accepts(nonce, now) {
      const given = Buffer.from(nonce)
      return [slotOf(now), slotOf(now) - 1].some(slot => {
        const known = Buffer.from(ofSlot(slot))
        return known.length === given.length && timingSafeEqual(known, given)
      })
    },
  }
}
