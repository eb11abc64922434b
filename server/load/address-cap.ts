/**
 * A cap on the requests of one address in a span of time, in this process's memory alone. It sheds
 * load and protects no secret, since a station's whole Wi-Fi may be one address.
 */
import { ADDRESSES_MAX } from '../limits.ts'

export interface AddressCap {
  /** Counts one; false when this span's are used up. `now`: Unix ms. */
  take(address: string, now: number): boolean
  /** Seconds until the next span begins, 1 and up: for `retry-after`. */
  waitS(now: number): number
}

/** `max`: 1 and up. `spanMs`: a second when left out. Addresses past the most counted are let through. */
export function createAddressCap(max: number, spanMs = 1000): AddressCap {
  const counts = new Map<string, number>()
  let span = 0
  return {
    take(address, now) {
      const current = Math.floor(now / spanMs)
      if (current !== span) {
        span = current
        counts.clear()
      }
      const n = (counts.get(address) ?? 0) + 1
      if (n > max) return false
      if (n > 1 || counts.size < ADDRESSES_MAX) counts.set(address, n)
      return true
    },
    waitS: now => Math.max(1, Math.ceil((spanMs - (now % spanMs)) / 1000)),
  }
}
