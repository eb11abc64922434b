/** The order of moments, for as many as memory holds: at a start half a million are sorted. Pure. */

/** A moment's bits that are sorted at a time: so many values fit the processor's nearest cache. */
const DIGIT_BITS = 11
const DIGITS = 2 ** DIGIT_BITS
/** Moments within 49 days are sorted by digits. */
const SPAN_MS = 2 ** 32

/** Places, with how long after the first moment each is, milliseconds. */
interface Sorted {
  readonly places: Uint32Array
  readonly afterMs: Uint32Array
}

/**
 * The places of `ats`, whole milliseconds, from the oldest to the youngest; those of one moment as they
 * stand. By digits, the lowest first: a fifth of the time that comparing takes.
 */
export function byTime(ats: Float64Array): Uint32Array {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  const places = new Uint32Array(ats.length)
  for (let place = 0; place < ats.length; place++) {
    first = Math.min(first, ats[place] as number)
    last = Math.max(last, ats[place] as number)
    places[place] = place
  }
  const spanMs = last - first
  if (spanMs >= SPAN_MS) return places.sort((a, b) => (ats[a] as number) - (ats[b] as number))
  let sorted: Sorted = { places, afterMs: new Uint32Array(ats.map(at => at - first)) }
  let other: Sorted = { places: places.slice(), afterMs: sorted.afterMs.slice() }
  for (let shift = 0; spanMs / 2 ** shift >= 1; shift += DIGIT_BITS) {
    sortByDigit(sorted, other, shift)
    ;[sorted, other] = [other, sorted]
  }
  return sorted.places
}

/** Into `to`, by the digit above `shift` bits; what is equal there stays as it was. */
function sortByDigit(from: Sorted, to: Sorted, shift: number): void {
  const next = new Uint32Array(DIGITS + 1)
  for (let i = 0; i < from.afterMs.length; i++) {
    const digit = ((from.afterMs[i] as number) >>> shift) & (DIGITS - 1)
    next[digit + 1] = (next[digit + 1] as number) + 1
  }
  for (let digit = 1; digit < DIGITS; digit++) {
    next[digit] = (next[digit] as number) + (next[digit - 1] as number)
  }
  for (let i = 0; i < from.afterMs.length; i++) {
    const afterMs = from.afterMs[i] as number
    const digit = (afterMs >>> shift) & (DIGITS - 1)
    const place = next[digit] as number
    next[digit] = place + 1
    to.afterMs[place] = afterMs
    to.places[place] = from.places[i] as number
  }
}
