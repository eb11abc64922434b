/**
 * Which status lists a day needs, and how long one lives: its day, the 24 hours of the last
 * certificate issued on it, and the grace in which exits still take its passes. Days are UTC.
 */
import { STATUS_LIST_GRACE_MS } from '../../pass/limits.ts'
import { LIST_ENTRIES } from '../limits.ts'
import { CERTIFICATE_MS } from './certificate.ts'

export const DAY_MS = 24 * 3600_000
/** Tomorrow's list is opened and published this long before midnight. */
export const OPEN_AHEAD_MS = 3600_000
/** When a day's lists are this full, the next is opened, so that no pass names an unknown list. */
export const FULL_AT = Math.floor(LIST_ENTRIES * 0.9)

export const dayOf = (now: number): number => Math.floor(now / DAY_MS)

/** When no gate takes a pass of a list of this day any more, Unix ms. */
export const dropAt = (day: number): number =>
  (day + 1) * DAY_MS + CERTIFICATE_MS + STATUS_LIST_GRACE_MS

/** Days for which a list with room must be open now. `openDays`: days that have one. */
export function daysToOpen(openDays: ReadonlySet<number>, now: number): number[] {
  const wanted = [dayOf(now)]
  if (dayOf(now + OPEN_AHEAD_MS) !== wanted[0]) wanted.push(dayOf(now + OPEN_AHEAD_MS))
  return wanted.filter(day => !openDays.has(day))
}
