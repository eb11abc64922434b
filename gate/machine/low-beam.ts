/**
 * A low beam beside D, at the height of an ankle, separates a case from a person who follows. A
 * rigid object interrupts both for the same time; legs show as two short pulses, or as one long one
 * where a foot stands on the beam. A garment down to the floor looks like a case. Pure.
 */

/** One interruption, monotonic milliseconds; `offMs` is undefined while it lasts. */
export interface Pulse {
  readonly onMs: number
  readonly offMs: number | undefined
}

/** Pulses remembered of a beam: enough for the feet of three people. */
const PULSES_MAX = 8
/** How far two beams may differ for one rigid thing: a share of the time, but at least the steps of the board. */
const SAME_SHARE = 0.12
const SAME_MS = 15

export function addPulse(pulses: readonly Pulse[], on: boolean, nowMs: number): readonly Pulse[] {
  const last = pulses.at(-1)
  const open = last !== undefined && last.offMs === undefined
  if (on) return open ? pulses : [...pulses, { onMs: nowMs, offMs: undefined }].slice(-PULSES_MAX)
  return open ? [...pulses.slice(0, -1), { ...last, offMs: nowMs }] : pulses
}

/** Until when the low beam may still speak of what interrupted D. Undefined while D is interrupted. */
export function spokenUntilMs({ onMs, offMs }: Pulse): number | undefined {
  return offMs === undefined
    ? undefined
    : offMs + Math.min(Math.max(1.5 * (offMs - onMs), 150), 1500)
}

/**
 * Whether what interrupted D was one rigid thing: the low beam was interrupted once in that time
 * and for as long, no sooner and not much later (a case may lean).
 */
export function isThing(low: readonly Pulse[], main: Pulse): boolean {
  const until = spokenUntilMs(main)
  if (until === undefined || main.offMs === undefined) return false
  const lasted = main.offMs - main.onMs
  const same = Math.max(SAME_SHARE * lasted, SAME_MS)
  const within = low.filter(
    ({ onMs, offMs }) => onMs < until && (offMs === undefined || offMs > main.onMs + same),
  )
  const [only] = within
  if (only === undefined || within.length > 1 || only.offMs === undefined) return false
  const later = only.onMs - main.onMs
  return (
    Math.abs(only.offMs - only.onMs - lasted) <= same && later >= -same && later <= 1.2 * lasted
  )
}
