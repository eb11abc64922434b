/** What many samples come to, and how far they lie apart within one run. Pure. */

export interface Spread {
  readonly mid: number
  /** A figure of another run that lies between these is the same. */
  readonly low: number
  readonly high: number
}

/** A number alone is one whose noise nobody knows. */
export type Measure = number | Spread

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** `share`: 0.99 for the value that 99 % are below. NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/**
 * So many quartiles, by the root of their number, lie between medians of one and the same. Of two runs of
 * 7 to 20 samples each less than one in a hundred is then told apart; by the quartiles alone one in twenty.
 */
const OF_FEW = 5

/** The median, and the quartiles; of fewer than 25 samples more than these, in proportion. */
export function spreadOf(values: readonly number[]): Spread {
  const mid = median(values)
  const power = Math.max(1, OF_FEW / Math.sqrt(values.length))
  const beyond = (quartile: number) => (mid > 0 ? mid * (quartile / mid) ** power : quartile)
  return { mid, low: beyond(quantile(values, 0.25)), high: beyond(quantile(values, 0.75)) }
}

const PARTS = 5

/** A tail of one run is made of a few events: that of the next may be larger by so much. */
const TAIL = 1.5

/** A high quantile of samples in the order in which they came, and beyond its extremes over fifths of these. */
export function tailSpread(values: readonly number[], share: number): Spread {
  const { mid, low, high } = overParts(values, part => quantile(part, share))
  return { mid, low: low / TAIL, high: high * TAIL }
}

/** The least of samples, where all that disturbs them adds to them; and the least of each fifth. */
export const leastSpread = (values: readonly number[]): Spread =>
  overParts(values, part => Math.min(...part))

function overParts(values: readonly number[], of: (part: readonly number[]) => number): Spread {
  const size = Math.ceil(values.length / PARTS)
  const parts = Array.from({ length: PARTS }, (_, i) => values.slice(i * size, (i + 1) * size))
  const each = parts.filter(part => part.length > 0).map(of)
  const mid = of(values)
  return { mid, low: Math.min(mid, ...each), high: Math.max(mid, ...each) }
}

/** In units of `by`. */
export function inUnits({ mid, low, high }: Spread, by: Measure): Spread {
  const unit = typeof by === 'number' ? { mid: by, low: by, high: by } : by
  return { mid: mid / unit.mid, low: low / unit.high, high: high / unit.low }
}

export const midOf = (measure: Measure): number =>
  typeof measure === 'number' ? measure : measure.mid
