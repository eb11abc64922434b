/** The journal as GateControl reads it. What a disk or a change of config keeps from it is an answer. */
import type { JournalControl, Refused } from '../contract/control.ts'
import { explainRow } from '../contract/explain-row.ts'
import { WALK_ROWS } from '../limits.ts'
import { WALK_START, type WalkPlace } from '../store/integrity.ts'
import type { Journal } from '../store/journal.ts'
import { JournalError } from '../store/journal-error.ts'
import { refuse } from './control-answers.ts'

export type ReadJournal = Pick<Journal, 'readRows' | 'readRow' | 'walk'>

export function createJournalControl(journal: () => ReadJournal | undefined): JournalControl {
  async function read<T>(work: (of: ReadJournal) => Promise<T>): Promise<T | Refused> {
    const open = journal()
    if (open === undefined) return refuse('NOT_RUNNING')
    try {
      return await work(open)
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
      if (error.code === 'JOURNAL_CLOSED') return refuse('NOT_RUNNING')
      return refuse('JOURNAL_UNREADABLE', error.message)
    }
  }

  return {
    tail: query => read(async of => ({ ok: true, ...(await of.readRows(query)) })),
    row: (seq, epoch) =>
      read(async of => {
        const row = await of.readRow(seq, epoch)
        if (row === undefined) return refuse('NO_SUCH_ROW')
        return { ok: true, row, meaning: explainRow(row) }
      }),
    verify: () =>
      read(async of => {
        let rows = 0
        for (let place: WalkPlace | undefined = WALK_START; place !== undefined; ) {
          const piece = await of.walk(place, WALK_ROWS)
          rows += piece.rows
          if (piece.broken !== undefined) return { ok: true, rows, broken: piece.broken }
          place = piece.next
        }
        return { ok: true, rows, broken: null }
      }),
  }
}
