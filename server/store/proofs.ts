/** Proofs that were used: each `jti` counts once while the nonce it came with is accepted. */
import { NONCE_LIFE_MS } from '../limits.ts'
import type { Database, Tx } from './schema.ts'

/** False when this key has used this `jti` before. */
export async function takeProof(
  db: Database | Tx,
  thumbprint: string,
  jti: string,
  now: number,
): Promise<boolean> {
  const row = await db
    .insertInto('proofs')
    .values({ jti: `${thumbprint} ${jti}`, expires_at: now + NONCE_LIFE_MS })
    .onConflict(c => c.column('jti').doNothing())
    .returning('jti')
    .executeTakeFirst()
  return row !== undefined
}

/** Forgets those whose nonce is no longer accepted. */
export async function dropOldProofs(db: Database, now: number): Promise<void> {
  await db.deleteFrom('proofs').where('expires_at', '<', now).execute()
}
