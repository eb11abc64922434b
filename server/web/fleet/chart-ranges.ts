/** From where to where the axes of a chart go. */

/** An axis of less time would show the same minute again and again. */
export const SPAN_S_MIN = 3600

/**
 * Of the axis of time, in the unit of `times`, Unix seconds: from the earliest to the latest, in whatever
 * order they come, and back over an hour at least. Without any time the hour up to 0.
 */
export function spanOf(times: readonly number[]): [number, number] {
  const [any = 0] = times
  const earliest = times.reduce((a, b) => Math.min(a, b), any)
  const latest = times.reduce((a, b) => Math.max(a, b), any)
  return [Math.min(earliest, latest - SPAN_S_MIN), latest]
}

/**
 * Of the axis of values, from their least to their most, null where none is known: 0 is on it, it is never
 * flat, and there is room over the highest. Of `steps` names, which stand at 0 to `steps` - 1, it is 0.3 of
 * a name wider at both ends.
 */
export function rangeOf(low: number | null, high: number | null, steps?: number): [number, number] {
  if (steps !== undefined) return [-0.3, steps - 0.7]
  const [least, most] = [Math.min(0, low ?? 0), Math.max(high ?? 0, 1)]
  return [least, most + (most - least) / 10]
}
