/**
 * Proofs that were used: each `jti` counts once a key, while the nonce it came with is accepted. For
 * a phone's POST it is kept longer, with the answer, so that a lost answer can be asked for again.
 */

import { CompiledQuery } from 'kysely'
import { NONCE_LIFE_MS } from '../../limits.ts'
import { engineOf } from '../engine/engines.ts'
import type { Database, Tx } from '../schema/schema.ts'

export interface UsedProof {
  readonly thumbprint: string
  readonly jti: string
  readonly inputHash: string
  readonly requestHash: string
}

const keyOf = ({ thumbprint, jti }: UsedProof) => `${thumbprint} ${jti}`

/** False when this key has used this `jti` before. */
export async function takeProof(
  db: Database | Tx,
  proof: UsedProof,
  now: number,
  keptMs: number = NONCE_LIFE_MS,
): Promise<boolean> {
  const jti = keyOf(proof)
  const hashes = { input_hash: proof.inputHash, request_hash: proof.requestHash }
  if (engineOf(db) === 'postgres' && !db.isTransaction) {
    const values = [jti, now + keptMs, proof.inputHash, proof.requestHash]
    return (await db.executeQuery(CompiledQuery.raw(UNSYNCED, values))).rows.length > 0
  }
  const row = await db
    .insertInto('proofs')
    .values({ jti, expires_at: now + keptMs, ...hashes })
    .onConflict(c => c.column('jti').doNothing())
    .returning('jti')
    .executeTakeFirst()
  return row !== undefined
}

/**
 * On PostgreSQL, as on SQLite (sqlite.ts), a proof alone doesn't wait for the disk: its log is written
 * in order, so whatever is committed under a proof takes the proof's row along. What a power cut may
 * take is a proof under which nothing was done (its manual, "Asynchronous Commit").
 */
const UNSYNCED = `insert into proofs (jti, expires_at, input_hash, request_hash)
  select $1::text, $2::bigint, $3::text, $4::text
  where set_config('synchronous_commit', 'off', true) = 'off'
  on conflict (jti) do nothing returning jti`

/** Keeps the answer, or that there is none to keep. */
export async function keepAnswer(
  db: Database,
  proof: UsedProof,
  status: number,
  sealed: Uint8Array | undefined,
): Promise<void> {
  await db
    .updateTable('proofs')
    .set({ status, answer: sealed ?? null })
    .where('jti', '=', keyOf(proof))
    .execute()
}

/**
 * The answer to the first request with this `jti`. `not yet`: it is still being worked on. `none`:
 * it failed, was another request, or this proof is a copy of the first.
 */
export async function findAnswer(
  db: Database,
  proof: UsedProof,
): Promise<{ readonly status: number; readonly sealed: Uint8Array } | 'none' | 'not yet'> {
  const row = await db
    .selectFrom('proofs')
    .select(['input_hash', 'request_hash', 'status', 'answer'])
    .where('jti', '=', keyOf(proof))
    .executeTakeFirst()
  const again =
    row !== undefined &&
    row.request_hash === proof.requestHash &&
    row.input_hash !== proof.inputHash
  if (!again) return 'none'
  if (row.status === null) return 'not yet'
  return row.answer === null ? 'none' : { status: row.status, sealed: row.answer }
}
