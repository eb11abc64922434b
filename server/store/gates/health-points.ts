/** The health history of gates: a ring of slots over the last day, so nothing has to be deleted. */
import { type HealthPoint, healthPointSchema, slotOf } from '../../domain/health-point.ts'
import { HEALTH_POINT_MS, HEALTH_POINTS } from '../../limits.ts'
import type { Database, Tx } from '../schema/schema.ts'

/** Keeps it in the slot of `at`, which may hold one of a day ago. */
export async function keepPoint(
  tx: Tx,
  gate: string,
  point: HealthPoint,
  at: number,
): Promise<void> {
  const row = { at, body: JSON.stringify(point) }
  await tx
    .insertInto('gate_health_points')
    .values({ gate, slot: slotOf(at), ...row })
    .onConflict(c => c.columns(['gate', 'slot']).doUpdateSet(row))
    .execute()
}

/** Of the last day, the oldest first. Those that another version of the service kept may be left out. */
export async function pointsOf(
  db: Database,
  gate: string,
  now: number,
): Promise<(HealthPoint & { readonly at: number })[]> {
  const rows = await db
    .selectFrom('gate_health_points')
    .select(['at', 'body'])
    .where('gate', '=', gate)
    .where('at', '>', now - HEALTH_POINTS * HEALTH_POINT_MS)
    .orderBy('at')
    .execute()
  return rows.flatMap(({ at, body }) => {
    const point = healthPointSchema.safeParse(JSON.parse(body)).data
    return point === undefined ? [] : [{ at, ...point }]
  })
}
