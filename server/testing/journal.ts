/** Journals as a gate writes them, for tests. */
import { createHash } from 'node:crypto'
import { CHAIN_START, chainInput } from '../../gate/contract/chain.ts'
import type { JournalRow, Upload } from '../../gate/contract/events.ts'

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

/** `count` chained rows of one epoch from seq 1 on. `salt` makes another history. */
export function makeJournal(epoch: string, count: number, salt = ''): JournalRow[] {
  const body = (_: unknown, i: number) => ({ code: 'DOOR', n: i + 1, salt })
  return chainRows(epoch, 'alarm', Array.from({ length: count }, body))
}

/** A row for each body, chained from seq 1 on. */
export function chainRows(
  epoch: string,
  kind: JournalRow['kind'],
  bodies: readonly object[],
): JournalRow[] {
  let previous = CHAIN_START
  return bodies.map((of, i) => {
    const body = JSON.stringify(of)
    const clock = 'TRUSTED' as const
    const row = {
      epoch,
      seq: i + 1,
      at: 1_001 + i,
      clock,
      lane: 'e1',
      kind,
      bodyHash: sha256(body),
    }
    previous = sha256(chainInput(previous, row))
    return { ...row, body, hash: previous }
  })
}

/** The upload of rows `from` to `to`, both included. */
export function uploadOf(rows: readonly JournalRow[], from: number, to: number): Upload {
  const epoch = (rows[0] as JournalRow).epoch
  const previousHash = from === 1 ? CHAIN_START : (rows[from - 2] as JournalRow).hash
  return { epoch, previousHash, rows: rows.slice(from - 1, to) }
}
