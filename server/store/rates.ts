/** Rates that hold for all replicas together: one statement counts and refuses. */
import { RATES } from '../limits.ts'
import type { Database, Tx } from './schema.ts'

/** Counts one for `who` in the current window of the rate. False when it was used up. */
export async function takeRate(
  db: Database | Tx,
  rate: keyof typeof RATES,
  who: string,
  now: number,
): Promise<boolean> {
  const { max, windowMs } = RATES[rate]
  const window_start = now - (now % windowMs)
  const row = await db
    .insertInto('rates')
    .values({ key: `${rate} ${who}`, window_start, n: 1 })
    .onConflict(c =>
      c
        .column('key')
        .doUpdateSet(eb => ({
          n: eb
            .case()
            .when('rates.window_start', '=', window_start)
            .then(eb('rates.n', '+', 1))
            .else(1)
            .end(),
          window_start,
        }))
        .where(eb =>
          eb.or([eb('rates.window_start', '!=', window_start), eb('rates.n', '<', max)]),
        ),
    )
    .returning('n')
    .executeTakeFirst()
  return row !== undefined
}
