/** The journal as GateControl reads it. What a disk or a change of config keeps from it is an answer. */
import type { ExportOrder, JournalControl, Refused } from '../contract/control.ts'
import { explainRow } from '../contract/explain-row.ts'
import { WALK_ROWS } from '../limits.ts'
import { WALK_START, type WalkPlace } from '../store/integrity.ts'
import type { Journal } from '../store/journal.ts'
import { JournalError } from '../store/journal-error.ts'
import { type ExportParts, exportJournal } from '../support/journal-export.ts'
import { byFault, refuse } from './control-answers.ts'

export type ReadJournal = Pick<Journal, 'readRows' | 'readRow' | 'readRun' | 'walk' | 'room'>

/** What an export needs beside the rows; of the gate that runs. */
export interface ExportingGate extends Pick<ExportParts, 'dataDir' | 'head'> {
  record(order: ExportOrder): Promise<void>
}

export function createJournalControl(
  journal: () => ReadJournal | undefined,
  exporting: () => ExportingGate | undefined,
): JournalControl {
  let busy = false

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
    export: order =>
      read(async of => {
        const gate = exporting()
        if (gate === undefined) return refuse('NOT_RUNNING')
        const fault = byFault(order.by)
        if (fault !== undefined) return fault
        if (busy) return refuse('EXPORT_RUNNING')
        busy = true
        try {
          const record = () => gate.record(order)
          return await exportJournal({ ...gate, journal: of, record }, order)
        } finally {
          busy = false
        }
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
