/**
 * Places in today's status list, fetched by the block: so no issue waits for another's on the list's
 * row. A block belongs to this replica alone; what is left of it at midnight or at a stop stays empty.
 */
import { dayOf } from '../../domain/status-days.ts'
import { PLACES_AT_ONCE } from '../engine/limits.ts'
import { transact } from '../engine/transact.ts'
import type { Database } from '../schema/schema.ts'
import { type StatusPlace, takePlaces } from './status.ts'

export interface Places {
  /** A place that nobody else has. Not to be called inside a transaction. */
  take(now: number): Promise<StatusPlace>
}

export function createPlaces(db: Database): Places {
  let day = Number.NaN
  let left: StatusPlace[] = []
  let fetching: Promise<void> | undefined

  async function fetchBlock(now: number): Promise<void> {
    left = await transact(db, tx => takePlaces(tx, now, PLACES_AT_ONCE))
    day = dayOf(now)
  }

  return {
    async take(now) {
      for (;;) {
        const place = day === dayOf(now) ? left.shift() : undefined
        if (place !== undefined) return place
        fetching ??= fetchBlock(now).finally(() => {
          fetching = undefined
        })
        await fetching
      }
    },
  }
}
