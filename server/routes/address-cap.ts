/**
 * A cap on the requests of one address in one second, in this process's memory alone: it sheds load
 * and protects nobody's secret, since a station's whole Wi-Fi may be one address.
 */
import { ADDRESSES_MAX } from '../limits.ts'

export interface AddressCap {
  /** Counts a request; false when this second's are used up. `now`: Unix ms. */
  take(address: string, now: number): boolean
}

/** `perSecond`: 1 and up. Addresses past the most that are counted are let through. */
export function createAddressCap(perSecond: number): AddressCap {
  const counts = new Map<string, number>()
  let second = 0
  return {
    take(address, now) {
      const current = Math.floor(now / 1000)
      if (current !== second) {
        second = current
        counts.clear()
      }
      const n = (counts.get(address) ?? 0) + 1
      if (n > perSecond) return false
      if (n > 1 || counts.size < ADDRESSES_MAX) counts.set(address, n)
      return true
    },
  }
}
