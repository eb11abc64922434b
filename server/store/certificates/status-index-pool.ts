/**
 * Places in today's status list, fetched by the block: so no issue waits for another's on the list's
 * row. A block belongs to this replica alone; what is left of it at midnight or at a stop stays empty.
 */
import { dayOf } from '../../domain/status-days.ts'
import { PLACES_AT_ONCE, PLACES_LOW } from '../engine/limits.ts'
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
    const block = await transact(db, tx => takePlaces(tx, now, PLACES_AT_ONCE))
    left = day === dayOf(now) ? [...left, ...block] : block
    day = dayOf(now)
  }

  function fetch(now: number): Promise<void> {
    fetching ??= fetchBlock(now).finally(() => {
      fetching = undefined
    })
    return fetching
  }

  return {
    async take(now) {
      for (;;) {
        const place = day === dayOf(now) ? left.shift() : undefined
        if (place === undefined) {
          await fetch(now)
          continue
        }
        // Ahead of need; where it fails, whoever finds none left fetches again and hears of it.
        if (left.length < PLACES_LOW) fetch(now).catch(() => {})
        return place
      }
    },
  }
}
