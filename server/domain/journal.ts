/**
 * Whether uploaded journal rows are a chain: numbers without a gap, each hash made of the one
 * before, each body with the hash of its row (gate/contract/events.ts).
 *
 * Where the gate has no row before the first any more, the first is accepted as it stands: what is
 * stored decides whether it follows.
 */
import { hash } from 'node:crypto'
import { CHAIN_START, chainInput } from '../../gate/contract/chain.ts'
import type { JournalRow, Upload } from '../../gate/contract/events.ts'

const sha256Hex = (text: string) => hash('sha256', text, 'hex')

/** True when the batch is one unbroken piece of one epoch's chain, and its gap lies before it. */
export function isChain(upload: Upload): boolean {
  const first = upload.rows[0] as JournalRow
  if (first.seq === 1 && upload.previousHash !== CHAIN_START) return false
  if (upload.gap !== undefined && upload.gap.from >= first.seq) return false
  let previousHash = upload.previousHash
  let seq = first.seq
  for (const row of upload.rows) {
    if (row.epoch !== upload.epoch || row.seq !== seq) return false
    if (row.body !== null && sha256Hex(row.body) !== row.bodyHash) return false
    if (previousHash !== null && !follows(previousHash, row)) return false
    previousHash = row.hash
    seq += 1
  }
  return true
}

/** Whether the row's hash is made of this one before it. */
export function follows(previousHash: string, row: JournalRow): boolean {
  return sha256Hex(chainInput(previousHash, row)) === row.hash
}
