/**
 * Whether the database takes writes: a row that is written and kept, not a guess from a read. As
 * large as an ordinary request's rows, since a full disk often takes one small page more.
 */
import { type Timers, within } from '../../clock.ts'
import type { Database } from '../schema/schema.ts'
import { handleOf } from './handle.ts'
import { PROBE_BYTES, PROBE_MS, READY_MS_MAX } from './limits.ts'

export interface WriteProbe {
  /** Throws the database's error when nothing can be written. Writes every PROBE_MS at most. */
  check(): Promise<void>
  /** A write has failed: the next check writes, whenever the last one was. */
  doubt(): void
}

export function createWriteProbe(db: Database): WriteProbe {
  const { timers } = handleOf(db)
  let last: { readonly at: number; readonly result: Promise<void> } | undefined
  let doubted = false
  return {
    check() {
      const now = timers.monotonic()
      if (last === undefined || doubted || now - last.at >= PROBE_MS) {
        doubted = false
        last = { at: now, result: write(db) }
        // Whoever asked hears of it.
        last.result.catch(() => {})
      }
      return answered(timers, last.result)
    },
    doubt() {
      doubted = true
    },
  }
}

/** A network that hangs gives no answer at all. */
async function answered(timers: Timers, result: Promise<void>): Promise<void> {
  if (!(await within(timers, READY_MS_MAX, result, true))) return
  throw Object.assign(new Error('the database gave no answer'), { code: 'ETIMEDOUT' })
}

/** One row for all replicas, beside the leases; random, so that no engine packs it. */
async function write(db: Database): Promise<void> {
  const row = {
    owner: handleOf(db)
      .random.bytes(PROBE_BYTES / 2)
      .toString('hex'),
    until: 0,
  }
  await db
    .insertInto('leases')
    .values({ name: 'probe', ...row })
    .onConflict(c => c.column('name').doUpdateSet(row))
    .execute()
}
