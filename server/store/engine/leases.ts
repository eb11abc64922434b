/** Rows by which replicas take turns: for a transaction, or for a while. */
import { LEASE_MS } from '../../limits.ts'
import type { Database, Tx } from '../schema/schema.ts'
import { engineOf } from './engines.ts'
import { REPLICA_SKEW_MS_MAX } from './limits.ts'

/**
 * Makes this transaction the only one that does `name` until it ends. Over SQLite each is the only one
 * that writes from its beginning on (sqlite.ts).
 */
export async function lockFor(
  tx: Tx,
  name: 'publishing' | 'sealing' | 'retention' | `station ${string}` | `config ${string}`,
): Promise<void> {
  if (engineOf(tx) === 'sqlite') return
  await tx
    .insertInto('leases')
    .values({ name, owner: '', until: 0 })
    .onConflict(c => c.column('name').doUpdateSet({ until: 0 }))
    .execute()
}

/**
 * Takes or keeps a lease. It is written only when half of it is over. One that seems to last too long
 * is of a replica whose clock is ahead; only beyond what clocks may differ is it of no worth.
 */
export async function holdLease(
  db: Database,
  name: string,
  owner: string,
  now: number,
): Promise<boolean> {
  const longest = now + LEASE_MS + REPLICA_SKEW_MS_MAX
  const held = await db
    .selectFrom('leases')
    .select(['owner', 'until'])
    .where('name', '=', name)
    .executeTakeFirst()
  if (held !== undefined && held.until > now && held.until <= longest) {
    if (held.owner !== owner) return false
    if (held.until > now + LEASE_MS / 2) return true
  }
  const row = await db
    .insertInto('leases')
    .values({ name, owner, until: now + LEASE_MS })
    .onConflict(c =>
      c
        .column('name')
        .doUpdateSet({ owner, until: now + LEASE_MS })
        .where(eb =>
          eb.or([
            eb('leases.owner', '=', owner),
            eb('leases.until', '<=', now),
            eb('leases.until', '>', longest),
          ]),
        ),
    )
    .returning('owner')
    .executeTakeFirst()
  return row !== undefined
}

export async function dropLease(db: Database, name: string, owner: string): Promise<void> {
  await db.deleteFrom('leases').where('name', '=', name).where('owner', '=', owner).execute()
}
