/**
 * Rates that hold for all replicas together: one statement counts and refuses. Windows begin at full
 * hours and minutes, those of a day at midnight in Shanghai.
 */
import { SHANGHAI_OFFSET_MS } from '../../domain/certificate.ts'
import { RATES } from '../../limits.ts'
import type { Database, Tx } from '../schema/schema.ts'

const windowAt = (windowMs: number, now: number): number =>
  now - ((now + SHANGHAI_OFFSET_MS) % windowMs)

/** Counts one for `who` in the current window of the rate. False when it was used up. */
export async function takeRate(
  db: Database | Tx,
  rate: keyof typeof RATES,
  who: string,
  now: number,
): Promise<boolean> {
  const { max, windowMs } = RATES[rate]
  const window_start = windowAt(windowMs, now)
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

/** How many were counted in the current window. */
export async function rateUsed(
  db: Database | Tx,
  rate: keyof typeof RATES,
  who: string,
  now: number,
): Promise<number> {
  const row = await db
    .selectFrom('rates')
    .select('n')
    .where('key', '=', `${rate} ${who}`)
    .where('window_start', '=', windowAt(RATES[rate].windowMs, now))
    .executeTakeFirst()
  return row?.n ?? 0
}

/** Counts from none again. False when nothing was counted. */
export async function forgetRate(tx: Tx, rate: keyof typeof RATES, who: string): Promise<boolean> {
  const row = await tx
    .deleteFrom('rates')
    .where('key', '=', `${rate} ${who}`)
    .returning('n')
    .executeTakeFirst()
  return row !== undefined
}
