/** The newest that each gate has told of itself: one row a gate, with when it came. */
import type { Kysely } from 'kysely'
import { type Health, healthSchema } from '../../../gate/contract/health.ts'
import { healthPoint, slotOf } from '../../domain/health-point.ts'
import { GATE_STALE_MS } from '../../limits.ts'
import { int, type Table, text } from '../engine/columns.ts'
import type { Database, Tx } from '../schema/schema.ts'
import { keepPoint } from './health-points.ts'

/** A step of the schema's history. */
export async function gateHealthTable(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.createTable('gate_health') as unknown as Table
  await int(text(table, 'gate', 'body'), 'received_at')
    .addPrimaryKeyConstraint('gate_health_pk', ['gate'])
    .execute()
}

/** The newest, and the first of each slot of the history. */
export async function keepHealth(tx: Tx, gate: string, health: Health, now: number): Promise<void> {
  const row = { body: JSON.stringify(health), received_at: now }
  const before = await tx
    .selectFrom('gate_health')
    .select('received_at')
    .where('gate', '=', gate)
    .executeTakeFirst()
  if (before === undefined || slotOf(before.received_at) !== slotOf(now)) {
    await keepPoint(tx, gate, healthPoint(health), now)
  }
  await tx
    .insertInto('gate_health')
    .values({ gate, ...row })
    .onConflict(c => c.column('gate').doUpdateSet(row))
    .execute()
}

export interface KeptHealth {
  /** Unix ms, by the service's clock. */
  readonly receivedAt: number
  /** Undefined when a newer or older service kept what this one can't read. */
  readonly health: Health | undefined
}

/** By gate. */
export async function healthOfGates(db: Database): Promise<ReadonlyMap<string, KeptHealth>> {
  const rows = await db.selectFrom('gate_health').selectAll().execute()
  return new Map(
    rows.map(({ gate, body, received_at }) => {
      const health = healthSchema.safeParse(JSON.parse(body)).data
      return [gate, { receivedAt: received_at, health }]
    }),
  )
}

/** Gates that are enrolled, and those of them that have told nothing for `GATE_STALE_MS`. */
export async function countGates(
  db: Database,
  now: number,
): Promise<{ readonly enrolled: number; readonly stale: number }> {
  const since = now - GATE_STALE_MS
  const { enrolled, told } = await db
    .selectFrom('gates')
    .leftJoin('gate_health', 'gate_health.gate', 'gates.id')
    .where('gates.retired_at', 'is', null)
    .select(eb => [
      eb.fn.countAll<number>().as('enrolled'),
      eb.fn.countAll<number>().filterWhere('gate_health.received_at', '>', since).as('told'),
    ])
    .executeTakeFirstOrThrow()
  return { enrolled: Number(enrolled), stale: Number(enrolled) - Number(told) }
}
