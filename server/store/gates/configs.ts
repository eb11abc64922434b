/** Configs that operators gave to gates: each revision as it was signed, the newest few of each gate. */
import { sql } from 'kysely'
import { givenSha256 } from '../../domain/given-config.ts'
import { CONFIGS_KEPT } from '../../limits.ts'
import type { GateConfigsTable } from '../schema/gate-schema.ts'
import type { Database, Tx } from '../schema/schema.ts'

export type GateConfigRow = Readonly<GateConfigsTable>

/** A config as a station manifest names it. */
export interface NamedConfig {
  readonly gate: string
  readonly revision: number
  /** Hex, of the signed bytes, and their length. */
  readonly sha256: string
  readonly length: number
}

/** The newest of a gate, or an older one by its number. */
export function findConfig(
  db: Database | Tx,
  gate: string,
  revision?: number,
): Promise<GateConfigRow | undefined> {
  const rows = db.selectFrom('gate_configs').selectAll().where('gate', '=', gate)
  const wanted = revision === undefined ? rows : rows.where('revision', '=', revision)
  return wanted.orderBy('revision', 'desc').limit(1).executeTakeFirst()
}

/** What became of a gate's config, newest first, without the configs. `name`: as in `AuditRow`. */
export function listConfigs(db: Database, gate: string) {
  return db
    .selectFrom('gate_configs')
    .leftJoin('staff', join => join.on(sql<boolean>`gate_configs.actor = 'staff:' || staff.id`))
    .select(['revision', 'made_at', 'actor', 'staff.name as name'])
    .select(['reason', 'confirm_minutes', 'sha256'])
    .where('gate', '=', gate)
    .orderBy('revision', 'desc')
    .limit(CONFIGS_KEPT)
    .execute()
}

/** The revision whose config has this hash, as the gate tells it; null: none that is kept. */
export async function revisionOf(
  db: Database,
  gate: string,
  sha256: string,
): Promise<number | null> {
  const rows = await db
    .selectFrom('gate_configs')
    .select(['revision', 'text'])
    .where('gate', '=', gate)
    .orderBy('revision', 'desc')
    .limit(CONFIGS_KEPT)
    .execute()
  return rows.find(({ text }) => givenSha256(text) === sha256)?.revision ?? null
}

/** Stores one more revision and drops the oldest. Its number must be above all others. */
export async function addConfig(tx: Tx, row: GateConfigRow): Promise<void> {
  await tx.insertInto('gate_configs').values(row).execute()
  const oldest = await tx
    .selectFrom('gate_configs')
    .select('revision')
    .where('gate', '=', row.gate)
    .orderBy('revision', 'desc')
    .offset(CONFIGS_KEPT - 1)
    .limit(1)
    .executeTakeFirst()
  if (oldest === undefined) return
  await tx
    .deleteFrom('gate_configs')
    .where('gate', '=', row.gate)
    .where('revision', '<', oldest.revision)
    .execute()
}

/** The signed bytes of a gate's config by their hash. */
export async function configBytes(
  db: Database,
  gate: string,
  sha256: string,
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('gate_configs')
    .select('bytes')
    .where('gate', '=', gate)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  return row?.bytes
}

/** The newest config of each gate of a station that has one, by the gate's name. */
export function configsOf(db: Database | Tx, station: string): Promise<NamedConfig[]> {
  return db
    .selectFrom('gates')
    .innerJoin('gate_configs', 'gate_configs.gate', 'gates.id')
    .select(['gate', 'revision', 'sha256', 'length'])
    .where('station', '=', station)
    .where('retired_at', 'is', null)
    .where('revision', '=', eb =>
      eb
        .selectFrom('gate_configs as other')
        .select(c => c.fn.max('other.revision').as('newest'))
        .whereRef('other.gate', '=', 'gates.id'),
    )
    .orderBy('gate')
    .execute()
}
