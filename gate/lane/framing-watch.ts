/** Readers whose codes are dropped one after the other: `SCANNER_FRAMING`, until one is read. */
import type { ReadFault } from '../../hardware/ports.ts'
import { FRAMING_BYTES_MIN, FRAMING_DROPS } from '../limits.ts'
import type { Runner } from './effect-runner.ts'

export interface FramingWatch {
  /** A reader gave a code. */
  read(reader: string): void
  /** Something came and was dropped: so many bytes, where the reader counts them. */
  dropped(reader: string, fault: ReadFault, bytes?: number): void
}

/** What to look at first, by what most codes of the row had. */
const HINTS: Readonly<Record<ReadFault, string>> = {
  CUT: 'the scanner may send no suffix: set CR on it, or "suffix" in the config; or raise pauseMs',
  REST: 'the scanner may send no suffix: set CR on it, or "suffix" in the config; or raise pauseMs',
  BROKEN: 'see that its speed and prefix are those of the config, and that it sends 8N1',
  TOO_LONG: 'see that its baud rate is that of the config, and set the suffix CR on it',
}

/** The alarm is told once for each set of readers that it is about. */
export function createFramingWatch(feed: Runner['feed']): FramingWatch {
  /** Drops in a row, by reader. */
  const rows = new Map<string, Partial<Record<ReadFault, number>>>()
  const bad = new Map<string, string>()

  function tell(): void {
    const on = bad.size > 0
    const detail = on ? [...bad.values()].join(' · ') : 'codes are read again'
    feed({ type: 'alarm', code: 'SCANNER_FRAMING', on, detail })
  }

  return {
    read(reader) {
      rows.delete(reader)
      if (bad.delete(reader)) tell()
    },
    dropped(reader, fault, bytes = FRAMING_BYTES_MIN) {
      // Less is noise on a line at rest.
      if (bytes < FRAMING_BYTES_MIN || bad.has(reader)) return
      const row = rows.get(reader) ?? {}
      rows.set(reader, row)
      row[fault] = (row[fault] ?? 0) + 1
      const counts = (Object.entries(row) as [ReadFault, number][]).toSorted((a, b) => b[1] - a[1])
      if (counts.reduce((sum, [, count]) => sum + count, 0) < FRAMING_DROPS) return
      const told = counts.map(([why, count]) => `${why} ${count}`).join(', ')
      bad.set(reader, `${reader}: ${told}; ${HINTS[counts[0]?.[0] ?? fault]}`)
      tell()
    },
  }
}
