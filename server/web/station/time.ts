/** Times as they stand beside rows. */

const format = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** A time from a start, as `1:05`. */
export function minutesOf(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Of the person's own clock, as `14:05:07`. `at`: Unix milliseconds. */
export const clockOf = (at: number): string => format.format(at)
