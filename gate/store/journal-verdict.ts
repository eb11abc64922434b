/** What an entry is told when its row could not be written. */
import type { DenyCode } from '../contract/codes.ts'
import { JournalError } from './journal-error.ts'

export type JournalVerdict = Extract<DenyCode, 'JOURNAL_FULL' | 'JOURNAL_FAILED' | 'JOURNAL_SLOW'>

export function verdictOfFault(error: unknown): JournalVerdict {
  if (!(error instanceof JournalError)) return 'JOURNAL_FAILED'
  switch (error.code) {
    case 'JOURNAL_FULL':
    case 'JOURNAL_FAILED':
    case 'JOURNAL_SLOW':
      return error.code
    case 'JOURNAL_BUSY':
      return 'JOURNAL_SLOW'
    case 'JOURNAL_CLOSED':
      return 'JOURNAL_FAILED'
    default:
      return error.code satisfies never
  }
}
