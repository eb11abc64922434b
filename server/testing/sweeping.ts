/** Deletes what is past its time of one kind, for tests. */
import { cutoffsAt } from '../domain/retention.ts'
import { transact } from '../store/engine/transact.ts'
import { SWEEPS } from '../store/retention/retention.ts'
import type { Database } from '../store/schema/schema.ts'

const KEPT = { certificateDays: 62, ticketDays: 62, journalDays: 90, auditDays: 730 }

export async function sweepAway(db: Database, kind: string, now: number): Promise<void> {
  const sweep = SWEEPS.find(one => one.kind === kind)
  if (sweep === undefined) throw new Error(`nothing is deleted as ${kind}`)
  await transact(db, tx => sweep.remove(tx, cutoffsAt(now, KEPT), 100))
}
