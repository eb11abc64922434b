/**
 * The usual upload on PostgreSQL, which goes on where the last one ended: rows, cursor and when the
 * gate was in touch, as one statement. Each one sent waits for an answer, and so many of them were
 * most of an upload.
 */
import { CompiledQuery } from 'kysely'
import type { JournalRow, Upload } from '../../../gate/contract/events.ts'
import { engineOf } from '../engine/engines.ts'
import { isLostToOthers } from '../engine/transact.ts'
import type { Database } from '../schema/schema.ts'
import { UPLOAD_STATEMENT } from './event-statements.ts'
import type { IngestResult } from './journals.ts'

/**
 * As `ingest`, for a batch whose own chain was found good. Undefined, and nothing is stored, for
 * whatever is not so usual: another engine, a new epoch, a gap, rows that were sent before, rows that
 * tell of passages, or another upload of this gate at the same time.
 */
export async function ingestAtOnce(
  db: Database,
  gate: string,
  upload: Upload,
  now: number,
): Promise<IngestResult | undefined> {
  const { epoch, rows, previousHash, gap } = upload
  const [first, last] = [rows[0] as JournalRow, rows.at(-1) as JournalRow]
  if (engineOf(db) !== 'postgres' || gap !== undefined || previousHash === null) return undefined
  if (rows.some(({ kind }) => kind === 'passage')) return undefined
  const next = last.seq + 1
  const values = [gate, epoch, now, JSON.stringify(rows), first.seq, previousHash, next, last.hash]
  try {
    const done = await db.executeQuery(CompiledQuery.raw(UPLOAD_STATEMENT, values))
    const stored = Number(done.numAffectedRows ?? 0)
    return stored === 0 ? undefined : { ok: true, next, stored }
  } catch (error) {
    if (isLostToOthers(error)) return undefined
    throw error
  }
}
