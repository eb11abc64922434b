/**
 * The usual upload, which goes on where the last one ended: rows, passages, cursor and when the gate
 * was in touch. On PostgreSQL it is one statement, since each one sent waits for an answer, and so
 * many of them were most of an upload; on SQLite a transaction of statements that ask nothing first.
 */
import { CompiledQuery } from 'kysely'
import type { JournalRow, Upload } from '../../../gate/contract/events.ts'
import type { Passage } from '../../domain/duplicates.ts'
import { engineOf } from '../engine/engines.ts'
import { isLostToOthers, transact } from '../engine/transact.ts'
import type { Database } from '../schema/schema.ts'
import { insertEvents } from './event-rows.ts'
import { MOVE_STATEMENT, UPLOAD_STATEMENT } from './event-statements.ts'
import { type Gate, sawGate } from './gates.ts'
import { insertPassages, passagesAmong } from './passages.ts'

export interface StoredAtOnce {
  /** First seq that is not stored. */
  readonly next: number
  readonly passages: readonly Passage[]
}

/** An upload that may be the usual one. */
interface Usual {
  readonly gate: Pick<Gate, 'id' | 'station'>
  readonly upload: Upload
  readonly first: JournalRow
  readonly last: JournalRow
  readonly passages: readonly Passage[]
  readonly now: number
}

/**
 * As `ingest` and what goes with it, for a batch whose own chain was found good. Undefined, and
 * nothing is stored, for whatever is not so usual: a new epoch, a gap, rows that were sent before, or
 * another upload of this gate at the same time. Not to be called inside a transaction.
 */
export async function ingestAtOnce(
  db: Database,
  gate: Pick<Gate, 'id' | 'station'>,
  upload: Upload,
  now: number,
): Promise<StoredAtOnce | undefined> {
  const { rows, previousHash, gap } = upload
  const [first, last] = [rows[0] as JournalRow, rows.at(-1) as JournalRow]
  if (gap !== undefined || previousHash === null) return undefined
  const passages = await passagesAmong(db, gate, rows)
  const usual = { gate, upload, first, last, passages, now }
  const run = engineOf(db) === 'postgres' ? inOneStatement : inOneTransaction
  return (await run(db, usual)) ? { next: last.seq + 1, passages } : undefined
}

async function inOneStatement(db: Database, usual: Usual): Promise<boolean> {
  const { gate, upload, first, last, passages, now } = usual
  const { epoch, rows, previousHash } = upload
  const values = [gate.id, epoch, now, JSON.stringify(rows), first.seq, previousHash, last.seq + 1]
  values.push(last.hash, gate.station, JSON.stringify(passages))
  try {
    const done = await db.executeQuery(CompiledQuery.raw(UPLOAD_STATEMENT, values))
    return Number(done.numAffectedRows ?? 0) > 0
  } catch (error) {
    if (isLostToOthers(error)) return false
    throw error
  }
}

function inOneTransaction(db: Database, usual: Usual): Promise<boolean> {
  const { gate, upload, first, last, passages, now } = usual
  const { epoch, rows, previousHash } = upload
  const from = [gate.id, epoch, first.seq, previousHash]
  const move = CompiledQuery.raw(MOVE_STATEMENT, [last.seq + 1, last.hash, ...from])
  return transact(db, async tx => {
    const moved = await tx.executeQuery(move)
    if (moved.rows.length === 0) return false
    await sawGate(tx, gate.id, now)
    await insertEvents(tx, gate.id, rows, now)
    await insertPassages(tx, passages)
    return true
  })
}
