/**
 * Transactions. PostgreSQL may refuse one because of others beside it: `serialization_failure` and
 * `deadlock_detected` (its manual, appendix A). Such a one left nothing behind and is tried again.
 * A lost connection isn't: nobody knows whether its commit arrived.
 */
import { sleep } from '../../clock.ts'
import type { Database, Tx } from '../schema/schema.ts'
import { handleOf } from './handle.ts'
import { TRANSACTION_TRIES_MAX } from './limits.ts'

const TRY_AGAIN = new Set(['40001', '40P01'])

/** Whether PostgreSQL gave it up because of others beside it: nothing was done. */
export const isLostToOthers = (error: unknown): boolean => TRY_AGAIN.has(codeOf(error))

/** Waits grow with each try, by chance, so that two don't meet again. */
const WAIT_STEP_MS = 10

/**
 * Runs `work` in one transaction and gives what it gave. `work` may run several times, so it must do
 * nothing but use its handle. Throws what `work` throws, or the database's error.
 */
export async function transact<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (tries >= TRANSACTION_TRIES_MAX || !isLostToOthers(error)) throw error
    }
    const { timers, random } = handleOf(db)
    await sleep(timers, random.integer(WAIT_STEP_MS * tries * tries) + 1)
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')

/** `character_not_in_repertoire`: text from a path or query that PostgreSQL can't hold, such as U+0000. */
export const isUnstorableText = (error: unknown): boolean => codeOf(error) === '22021'
