/** Gates: enrolment by a one-time code, and the key each one proves. */
import type { Selectable } from 'kysely'
import { STATION_GATES_MAX } from '../../../pass/limits.ts'
import { ENROLMENT_MS, GATES_MAX } from '../../limits.ts'
import type { GatesTable } from '../schema/gate-schema.ts'
import type { Database, Tx } from '../schema/schema.ts'

export type Gate = Selectable<GatesTable>

export async function addEnrolment(
  tx: Tx,
  enrolment: { codeHash: string; gate: string; station: string },
  now: number,
): Promise<{ expiresAt: number }> {
  const expiresAt = now + ENROLMENT_MS
  await tx
    .insertInto('enrolments')
    .values({
      code_hash: enrolment.codeHash,
      gate: enrolment.gate,
      station: enrolment.station,
      expires_at: expiresAt,
      used_at: null,
    })
    .execute()
  return { expiresAt }
}

export interface EnrolmentClaim {
  readonly codeHash: string
  readonly name: string
  /** As its config has it; left out by one that does not say. */
  readonly station?: string | undefined
  readonly thumbprint: string
  readonly publicKey: string
  readonly now: number
}

/** `replaced`: the gate was known with another key, which counts no more. */
export interface EnrolledGate {
  readonly gate: Gate
  readonly replaced: boolean
}

/**
 * Uses the code and stores the gate's key. A gate that is known gets the new key instead of its old
 * one: the operator made the code for it; every other code for it ends. Whoever lost the answer asks
 * again with the same code and key, and gets it, as long as the code would have been good.
 * `unknown`: never made, used, or too old; `mismatch`, `other-station`: made for a gate of another
 * name or station (and not used up by this); `key-taken`: another gate has this key.
 */
export async function enrolGate(
  tx: Tx,
  claim: EnrolmentClaim,
): Promise<EnrolledGate | 'unknown' | 'mismatch' | 'other-station' | 'key-taken' | 'full'> {
  const { codeHash, name, station = '', thumbprint, publicKey, now } = claim
  const made = await tx
    .selectFrom('enrolments')
    .select(['gate', 'station', 'used_at'])
    .where('code_hash', '=', codeHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  if (made === undefined) return 'unknown'
  const { used_at: usedAt, ...open } = made
  const before = await findGate(tx, name)
  if (usedAt !== null) {
    const again = before?.key_thumbprint === thumbprint && before.enrolled_at === usedAt
    return again && open.gate === name ? { gate: before, replaced: false } : 'unknown'
  }
  if (open.gate !== name) return 'mismatch'
  if (station !== '' && open.station !== station) return 'other-station'
  const other = await tx
    .selectFrom('gates')
    .select('id')
    .where('key_thumbprint', '=', thumbprint)
    .where('id', '!=', name)
    .executeTakeFirst()
  if (other !== undefined) return 'key-taken'
  if (await isFull(tx, open.station, name)) return 'full'
  const used = await tx
    .updateTable('enrolments')
    .set({ used_at: now })
    .where('code_hash', '=', codeHash)
    .where('used_at', 'is', null)
    .returning('gate')
    .executeTakeFirst()
  if (used === undefined) return 'unknown'
  const key = {
    station: open.station,
    key_thumbprint: thumbprint,
    public_key: publicKey,
    enrolled_at: now,
    retired_at: null,
  }
  await tx.deleteFrom('enrolments').where('gate', '=', name).where('used_at', 'is', null).execute()
  const gate = await tx
    .insertInto('gates')
    .values({ id: name, ...key, seen_at: null })
    .onConflict(c => c.column('id').doUpdateSet(key))
    .returningAll()
    .executeTakeFirstOrThrow()
  const replaced = before !== undefined && before.key_thumbprint !== thumbprint
  return { gate, replaced }
}

/**
 * Takes a gate out of service for good: its key counts no more, its siblings forget it, and codes made
 * for it end. Its journals stay. Gives when that was, also of one that is retired already; undefined
 * when there is no such gate.
 */
export async function retireGate(tx: Tx, id: string, now: number): Promise<number | undefined> {
  const known = await findGate(tx, id)
  if (known === undefined || known.retired_at !== null) return known?.retired_at ?? undefined
  await tx
    .updateTable('gates')
    .set({ key_thumbprint: `retired:${id}`, public_key: '', retired_at: now })
    .where('id', '=', id)
    .execute()
  await tx.deleteFrom('enrolments').where('gate', '=', id).where('used_at', 'is', null).execute()
  await tx.deleteFrom('gate_health').where('gate', '=', id).execute()
  await tx.deleteFrom('gates_ahead').where('gate', '=', id).execute()
  return now
}

async function isFull(tx: Tx, station: string, name: string): Promise<boolean> {
  const { all, here } = await tx
    .selectFrom('gates')
    .where('id', '!=', name)
    .where('retired_at', 'is', null)
    .select(eb => [
      eb.fn.countAll<number>().as('all'),
      eb.fn.countAll<number>().filterWhere('station', '=', station).as('here'),
    ])
    .executeTakeFirstOrThrow()
  return Number(all) >= GATES_MAX || Number(here) >= STATION_GATES_MAX
}

/** A gate and its Ed25519 public key, base64url. */
export interface SiblingGate {
  readonly name: string
  readonly key: string
}

/** Gates of one station that have a key, by name. */
export async function gatesOf(db: Database | Tx, station: string): Promise<SiblingGate[]> {
  const rows = await db
    .selectFrom('gates')
    .select(['id', 'public_key'])
    .where('station', '=', station)
    .where('public_key', '!=', '')
    .orderBy('id')
    .limit(STATION_GATES_MAX)
    .execute()
  return rows.map(({ id, public_key }) => ({ name: id, key: public_key }))
}

export function findGate(db: Database | Tx, id: string): Promise<Gate | undefined> {
  return db.selectFrom('gates').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Remembers that the gate was in touch. */
export async function sawGate(tx: Tx, id: string, now: number): Promise<void> {
  await tx.updateTable('gates').set({ seen_at: now }).where('id', '=', id).execute()
}

/** All gates with the length of each of their journals, by name; those that are retired, if wanted. */
export async function listGates(db: Database, { retired }: { readonly retired: boolean }) {
  const all = db
    .selectFrom('gates')
    .select(['id', 'station', 'enrolled_at', 'seen_at', 'retired_at'])
  const gates = await (retired ? all : all.where('retired_at', 'is', null))
    .orderBy('id')
    .limit(GATES_MAX)
    .execute()
  const epochs = await db
    .selectFrom('gate_epochs')
    .select(['gate', 'epoch', 'next', 'opened_at'])
    .orderBy('opened_at')
    .execute()
  const byGate = Map.groupBy(epochs, row => row.gate)
  return gates.map(gate => ({
    gate: gate.id,
    station: gate.station,
    enrolledAt: gate.enrolled_at,
    seenAt: gate.seen_at,
    retiredAt: gate.retired_at,
    epochs: (byGate.get(gate.id) ?? []).map(({ epoch, next }) => ({ epoch, next })),
  }))
}
