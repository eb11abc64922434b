/** The gate's journal as the page shows it: rows in sentences, the last ones first, then each new one. */
import { existsSync } from 'node:fs'
import {
  type JournalPlace,
  readJournalAfter,
  type SeenRow,
} from '../../../fixtures/gate-journal.ts'
import { ALARMS, VERDICTS } from '../../../gate/contract/codes.ts'
import { explainRow } from '../../../gate/contract/explain-row.ts'
import type { Sign } from '../../../gate/contract/sign.ts'
import type { RowState, Tone } from '../../../server/web/station/protocol.ts'

/** How many rows a page has at first, and how many come at once. */
export const ROWS_MAX = 60

const TONES: Readonly<Record<Sign, Tone>> = {
  pass: 'pass',
  open: 'retry',
  retry: 'retry',
  service: 'retry',
  refuse: 'refuse',
  fraud: 'refuse',
  intrusion: 'refuse',
  none: 'calm',
}

function toneOf({ kind, body }: SeenRow): Tone {
  const code = String(body.code ?? '')
  if (kind === 'passage') return 'pass'
  if (kind === 'annulled') return 'retry'
  if (kind === 'alarm') return body.on === true ? (toneOfSign(ALARMS, code) ?? 'retry') : 'calm'
  if (kind === 'scan' || kind === 'grant') return toneOfSign(VERDICTS, code) ?? 'refuse'
  return 'calm'
}

const toneOfSign = (
  table: Readonly<Record<string, { readonly sign: Sign }>>,
  code: string,
): Tone | undefined => (Object.hasOwn(table, code) ? TONES[table[code]?.sign ?? 'none'] : undefined)

export function rowState(row: SeenRow): RowState {
  const { epoch, seq, at, lane, kind, body } = row
  return {
    ...{ id: `${epoch}/${seq}`, seq, at, lane, kind },
    code: String(body.code ?? (kind === 'annulled' ? body.reason : '')),
    tone: toneOf(row),
    means: explainRow({ kind, body: JSON.stringify(body) }),
  }
}

export interface JournalRows {
  /** What came since the last call; at first the last ones. Nothing where the file can't be read. */
  next(): readonly RowState[]
}

export function followJournal(file: string): JournalRows {
  let place: JournalPlace = { ordinal: 0, seq: 0 }
  return {
    next() {
      if (!existsSync(file)) return []
      try {
        const found = readJournalAfter(file, place, ROWS_MAX)
        place = found.place
        return found.rows.map(rowState)
      } catch {
        // It is being replaced, or held: the next call reads it.
        return []
      }
    },
  }
}
