/** Which window a presented code serves, and for what: settled by one statement for all replicas. */
import { CODE_SERVES_MS } from '../../limits.ts'
import type { Tx } from '../schema/schema.ts'

export interface Serving {
  /** Keyed hash of the code. */
  readonly code: string
  /** The staff session whose window it is. */
  readonly session: string
  readonly purpose: string
}

/**
 * The code serves this window and purpose from now on. `other window`, `other purpose`: it serves
 * those until its time is over.
 */
export async function serveCode(
  tx: Tx,
  { code, session, purpose }: Serving,
  now: number,
): Promise<'served' | 'other window' | 'other purpose'> {
  const row = { session, purpose, expires_at: now + CODE_SERVES_MS }
  const taken = await tx
    .insertInto('served_codes')
    .values({ code, ...row })
    .onConflict(c =>
      c
        .column('code')
        .doUpdateSet(row)
        .where(eb =>
          eb.or([
            eb('served_codes.expires_at', '<=', now),
            eb.and([
              eb('served_codes.session', '=', session),
              eb('served_codes.purpose', '=', purpose),
            ]),
          ]),
        ),
    )
    .returning('code')
    .executeTakeFirst()
  if (taken !== undefined) return 'served'
  const served = await tx
    .selectFrom('served_codes')
    .select('session')
    .where('code', '=', code)
    .executeTakeFirst()
  return served?.session === session ? 'other purpose' : 'other window'
}
