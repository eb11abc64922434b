/** Journals as a gate writes them, for tests. */
import { createHash } from 'node:crypto'
import { CHAIN_START, chainInput } from '../../gate/contract/chain.ts'
import type { JournalRow, Upload } from '../../gate/contract/events.ts'

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

/** `count` chained rows of one epoch from seq 1 on. `salt` makes another history. */
export function makeJournal(epoch: string, count: number, salt = ''): JournalRow[] {
  const rows: JournalRow[] = []
  let previous = CHAIN_START
  for (let seq = 1; seq <= count; seq++) {
    const body = JSON.stringify({ code: 'DOOR', n: seq, salt })
    const row = {
      epoch,
      seq,
      at: 1_000 + seq,
      clock: 'TRUSTED' as const,
      lane: 'e1',
      kind: 'alarm' as const,
      bodyHash: sha256(body),
    }
    const hash = sha256(chainInput(previous, row))
    rows.push({ ...row, body, hash })
    previous = hash
  }
  return rows
}

/** The upload of rows `from` to `to`, both included. */
export function uploadOf(rows: readonly JournalRow[], from: number, to: number): Upload {
  const epoch = (rows[0] as JournalRow).epoch
  const previousHash = from === 1 ? CHAIN_START : (rows[from - 2] as JournalRow).hash
  return { epoch, previousHash, rows: rows.slice(from - 1, to) }
}
