/** What the clock of a simulated station shows. Pure. */

const SHANGHAI_MS = 8 * 3_600_000

/** `HH:MM:SS` in Shanghai, so many milliseconds after `startMs` (Unix); with its date for `withDay`. */
export const clockOf =
  (startMs: number) =>
  (ms: number, withDay = false): string => {
    const local = new Date(startMs + ms + SHANGHAI_MS).toISOString()
    return withDay ? `${local.slice(0, 10)} ${local.slice(11, 19)}` : local.slice(11, 19)
  }
