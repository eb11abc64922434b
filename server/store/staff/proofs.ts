/**
 * Proofs that were used: each `jti` counts once a key, while the nonce it came with is accepted. For
 * a phone's POST it is kept longer, with the answer, so that a lost answer can be asked for again.
 */
import { NONCE_LIFE_MS } from '../../limits.ts'
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
  const row = await db
    .insertInto('proofs')
    .values({
      jti: keyOf(proof),
      expires_at: now + keptMs,
      input_hash: proof.inputHash,
      request_hash: proof.requestHash,
    })
    .onConflict(c => c.column('jti').doNothing())
    .returning('jti')
    .executeTakeFirst()
  return row !== undefined
}

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
