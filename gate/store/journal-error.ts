/** Why the journal did not do what it was asked. */

export type JournalErrorCode =
  /** More rows wait for the disk than allowed. */
  | 'JOURNAL_BUSY'
  /** The disk does not answer; what is under way may still be written. */
  | 'JOURNAL_SLOW'
  /** The disk has no room for it. */
  | 'JOURNAL_FULL'
  /** The write failed for another reason: the disk is read-only, or it fails. */
  | 'JOURNAL_FAILED'
  /** The journal's thread has ended. */
  | 'JOURNAL_CLOSED'

export class JournalError extends Error {
  readonly code: JournalErrorCode

  constructor(code: JournalErrorCode, message: string) {
    super(message)
    this.name = 'JournalError'
    this.code = code
  }
}
