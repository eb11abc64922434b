/**
 * The gates' journals: rows stored exactly once, chain and cursor moved in one transaction, so that
 * an upload may be cut off and repeated at any point.
 */
import { CHAIN_START } from '../../../gate/contract/chain.ts'
import type { JournalRow, Upload } from '../../../gate/contract/events.ts'
import { follows } from '../../domain/journal.ts'
import { EPOCHS_PER_GATE_MAX, GAPS_PER_GATE_MAX } from '../../limits.ts'
import type { Database, Tx } from '../schema/schema.ts'
import { insertEvents } from './event-rows.ts'
import { countGaps, type Gap, keepGap } from './gate-gaps.ts'

export type IngestResult =
  | { readonly ok: true; readonly next: number; readonly stored: number }
  | { readonly ok: false; readonly code: 'CHAIN_GAP'; readonly next: number }
  | { readonly ok: false; readonly code: 'CHAIN_FORK' | 'TOO_MANY_EPOCHS' | 'TOO_MANY_GAPS' }

/**
 * Stores what is new of a batch whose own chain was found good. Rows stored before must be the very
 * same (`CHAIN_FORK`), and nothing may be missing before them (`CHAIN_GAP`, send from `next`) but
 * what the gate declares as a gap. `next` of what went well is never past the rows of this batch: a
 * gate believes nothing beyond what it sent.
 */
export async function ingest(
  tx: Tx,
  gate: string,
  upload: Upload,
  now: number,
): Promise<IngestResult> {
  const { epoch, rows } = upload
  const cursor = await tx
    .selectFrom('gate_epochs')
    .select(['next', 'last_hash'])
    .where('gate', '=', gate)
    .where('epoch', '=', epoch)
    .executeTakeFirst()
  const next = cursor?.next ?? 1
  const first = rows[0] as JournalRow
  const gap = gapBefore(upload, next, now)
  if (first.seq > next && gap === undefined) return { ok: false, code: 'CHAIN_GAP', next }
  if (gap !== undefined && (await countGaps(tx, gate)) >= GAPS_PER_GATE_MAX) {
    return { ok: false, code: 'TOO_MANY_GAPS' }
  }
  if (cursor === undefined && (await epochsOf(tx, gate)) >= EPOCHS_PER_GATE_MAX) {
    return { ok: false, code: 'TOO_MANY_EPOCHS' }
  }
  const before = await hashBefore(tx, gate, epoch, first.seq, next, cursor?.last_hash)
  if (before !== undefined && !fitsBehind(before, upload)) return { ok: false, code: 'CHAIN_FORK' }
  if (await differsFromStored(tx, gate, epoch, rows, next)) return { ok: false, code: 'CHAIN_FORK' }

  const fresh = rows.filter(row => row.seq >= next)
  const last = fresh.at(-1)
  if (last === undefined) return { ok: true, next: first.seq + rows.length, stored: 0 }
  if (gap !== undefined) await keepGap(tx, gate, gap)
  await insertEvents(tx, gate, fresh, now)
  const moved = { next: last.seq + 1, last_hash: last.hash }
  await tx
    .insertInto('gate_epochs')
    .values({ gate, epoch, ...moved, opened_at: now })
    .onConflict(c => c.columns(['gate', 'epoch']).doUpdateSet(moved))
    .execute()
  return { ok: true, next: moved.next, stored: fresh.length }
}

/** What the gate declares as never coming, as far as it is not stored: it must begin there. */
function gapBefore({ epoch, gap, rows }: Upload, next: number, now: number): Gap | undefined {
  const first = rows[0] as JournalRow
  if (gap === undefined || gap.from > next || first.seq <= next) return undefined
  return { epoch, from: next, to: first.seq - 1, why: gap.why, toldAt: now }
}

/** Whether the batch goes on behind a stored row with this hash. */
function fitsBehind(before: string, { previousHash, rows }: Upload): boolean {
  return previousHash === null ? follows(before, rows[0] as JournalRow) : previousHash === before
}

/** The stored hash of the row before `seq`; undefined when that row never came. */
async function hashBefore(
  tx: Tx,
  gate: string,
  epoch: string,
  seq: number,
  next: number,
  lastHash: string | undefined,
): Promise<string | undefined> {
  if (seq === 1) return CHAIN_START
  if (seq === next) return lastHash
  const row = await tx
    .selectFrom('gate_events')
    .select('hash')
    .where('gate', '=', gate)
    .where('epoch', '=', epoch)
    .where('seq', '=', seq - 1)
    .executeTakeFirst()
  return row?.hash
}

/** Whether any row that is stored already is another one than the batch says. */
async function differsFromStored(
  tx: Tx,
  gate: string,
  epoch: string,
  rows: readonly JournalRow[],
  next: number,
): Promise<boolean> {
  const first = rows[0] as JournalRow
  if (first.seq >= next) return false
  const stored = await tx
    .selectFrom('gate_events')
    .select(['seq', 'hash'])
    .where('gate', '=', gate)
    .where('epoch', '=', epoch)
    .where('seq', '>=', first.seq)
    .where('seq', '<', first.seq + rows.length)
    .execute()
  return stored.some(row => rows[row.seq - first.seq]?.hash !== row.hash)
}

async function epochsOf(tx: Tx, gate: string): Promise<number> {
  const { n } = await tx
    .selectFrom('gate_epochs')
    .select(eb => eb.fn.countAll<number>().as('n'))
    .where('gate', '=', gate)
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** One page of a gate's rows after `after`, and the cursor of the next page, null at the end. */
export async function readEvents(
  db: Database,
  query: { gate: string; epoch: string; after: number; limit: number },
): Promise<{ rows: (JournalRow & { receivedAt: number })[]; next: number | null }> {
  const found = await db
    .selectFrom('gate_events')
    .selectAll()
    .where('gate', '=', query.gate)
    .where('epoch', '=', query.epoch)
    .where('seq', '>', query.after)
    .orderBy('seq')
    .limit(query.limit)
    .execute()
  const rows = found.map(row => ({
    epoch: row.epoch,
    seq: row.seq,
    at: row.at,
    clock: row.clock,
    lane: row.lane,
    kind: row.kind as JournalRow['kind'],
    bodyHash: row.body_hash,
    body: row.body,
    hash: row.hash,
    receivedAt: row.received_at,
  }))
  return { rows, next: rows.length === query.limit ? (rows.at(-1)?.seq ?? null) : null }
}

/** The newest epoch of a gate; undefined when it has sent nothing. */
export async function latestEpoch(db: Database, gate: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('gate_epochs')
    .select('epoch')
    .where('gate', '=', gate)
    .orderBy('opened_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.epoch
}
