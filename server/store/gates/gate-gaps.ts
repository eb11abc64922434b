/**
 * Rows of gates' journals that never come: the gate dropped them once they were acknowledged and
 * this database lost them since (`dropped`), or they were refused here and the gate has set them
 * aside (`refused`). A gate declares them with the rows that follow.
 */
import type { Kysely } from 'kysely'
import type { GapReason } from '../../../gate/contract/events.ts'
import { int, type Table, text } from '../engine/columns.ts'
import type { Database, Tx } from '../schema/schema.ts'

export interface Gap {
  readonly epoch: string
  readonly from: number
  readonly to: number
  readonly why: GapReason
  /** Unix ms. */
  readonly toldAt: number
}

/** A step of the schema's history. */
export async function gateGapsTable(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.createTable('gate_gaps') as unknown as Table
  await int(text(table, 'gate', 'epoch', 'why'), 'from_seq', 'to_seq', 'told_at')
    .addPrimaryKeyConstraint('gate_gaps_pk', ['gate', 'epoch', 'from_seq'])
    .execute()
}

export async function keepGap(tx: Tx, gate: string, gap: Gap): Promise<void> {
  const { epoch, from, to, why, toldAt } = gap
  await tx
    .insertInto('gate_gaps')
    .values({ gate, epoch, from_seq: from, to_seq: to, why, told_at: toldAt })
    .execute()
}

export async function countGaps(tx: Tx, gate: string): Promise<number> {
  const { n } = await tx
    .selectFrom('gate_gaps')
    .select(eb => eb.fn.countAll<number>().as('n'))
    .where('gate', '=', gate)
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** By gate, in the order in which they were told. */
export async function gapsOfGates(db: Database): Promise<ReadonlyMap<string, readonly Gap[]>> {
  const rows = await db
    .selectFrom('gate_gaps')
    .selectAll()
    .orderBy('told_at')
    .orderBy('epoch')
    .orderBy('from_seq')
    .execute()
  const gaps = Map.groupBy(rows, row => row.gate)
  return new Map(
    [...gaps].map(([gate, found]) => [
      gate,
      found.map(({ epoch, from_seq: from, to_seq: to, why, told_at: toldAt }) => ({
        epoch,
        from,
        to,
        why,
        toldAt,
      })),
    ]),
  )
}
