/** How long each kind is kept, and how far an ordered history is past its time. Pure. */
import { shanghaiMonth } from './certificate.ts'

const DAY_MS = 24 * 3600_000

/** Days, from the config. */
export interface Kept {
  readonly certificateDays: number
  readonly ticketDays: number
  readonly journalDays: number
  readonly auditDays: number
}

/** What is older is past its time; Unix milliseconds. */
export interface Cutoffs {
  readonly now: number
  readonly certificates: number
  readonly tickets: number
  readonly journals: number
  readonly audit: number
  /** Quota of months before this one counts no more. */
  readonly month: string
}

export function cutoffsAt(now: number, kept: Kept): Cutoffs {
  const before = (days: number) => now - days * DAY_MS
  return {
    now,
    certificates: before(kept.certificateDays),
    tickets: before(kept.ticketDays),
    journals: before(kept.journalDays),
    audit: before(kept.auditDays),
    month: shanghaiMonth(now),
  }
}

/**
 * How many rows at the beginning of a history are past their time. Its order counts, not the times
 * alone: rows written while a clock was behind stand after younger ones and go with those. Times
 * ahead of the clock were written by one that was ahead: such rows stop nothing, but go only with a
 * later one that is due.
 */
export function dueRows(times: readonly number[], cutoff: number, now: number): number {
  let due = 0
  for (const [i, time] of times.entries()) {
    if (time >= cutoff && time <= now) break
    if (time < cutoff) due = i + 1
  }
  return due
}
