/** What the fleet's board reads: one short row a gate, and of some what they told and were given. */
import { type Health, healthSchema } from '../../../gate/contract/health.ts'
import { GATES_MAX } from '../../limits.ts'
import type { Database } from '../schema/schema.ts'

/** What a row of the board is made of. */
export const FLEET_TABLES = ['gates', 'gate_health', 'gate_configs'] as const

/** Gates looked up by one statement. */
const AT_ONCE = 200

export interface FleetGate {
  readonly gate: string
  readonly station: string
  readonly enrolledAt: number
  readonly seenAt: number | null
  /** Of its last health report; null: none. */
  readonly receivedAt: number | null
  /** The revision of its newest config; null: it was given none. */
  readonly given: number | null
}

/** All that are not retired, by name. */
export function fleetGates(db: Database): Promise<FleetGate[]> {
  return db
    .selectFrom('gates')
    .leftJoin('gate_health', 'gate_health.gate', 'gates.id')
    .select(eb => [
      'gates.id as gate',
      'gates.station as station',
      'gates.enrolled_at as enrolledAt',
      'gates.seen_at as seenAt',
      'gate_health.received_at as receivedAt',
      eb
        .selectFrom('gate_configs')
        .whereRef('gate_configs.gate', '=', 'gates.id')
        .select(c => c.fn.max('revision').as('newest'))
        .as('given'),
    ])
    .where('gates.retired_at', 'is', null)
    .orderBy('gates.id')
    .limit(GATES_MAX)
    .execute()
}

export interface ReadHealth {
  readonly gate: string
  readonly receivedAt: number
  /** Undefined when another version of the service kept what this one can't read. */
  readonly health: Health | undefined
}

/** What these gates told last. */
export async function healthOf(db: Database, gates: readonly string[]): Promise<ReadHealth[]> {
  const found: ReadHealth[] = []
  for (const some of inParts(gates)) {
    const rows = await db.selectFrom('gate_health').selectAll().where('gate', 'in', some).execute()
    for (const { gate, received_at: receivedAt, body } of rows) {
      found.push({ gate, receivedAt, health: healthSchema.safeParse(JSON.parse(body)).data })
    }
  }
  return found
}

/** The texts of these gates' newest configs. */
export async function newestConfigs(db: Database, gates: readonly string[]) {
  const found: { gate: string; revision: number; text: string }[] = []
  for (const some of inParts(gates)) {
    found.push(
      ...(await db
        .selectFrom('gate_configs')
        .select(['gate', 'revision', 'text'])
        .where('gate', 'in', some)
        .where('revision', '=', eb =>
          eb
            .selectFrom('gate_configs as other')
            .select(c => c.fn.max('other.revision').as('newest'))
            .whereRef('other.gate', '=', 'gate_configs.gate'),
        )
        .execute()),
    )
  }
  return found
}

function inParts(gates: readonly string[]): string[][] {
  const parts = Math.ceil(gates.length / AT_ONCE)
  return Array.from({ length: parts }, (_, n) => gates.slice(n * AT_ONCE, (n + 1) * AT_ONCE))
}
