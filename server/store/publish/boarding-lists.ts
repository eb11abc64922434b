/** Boarding lists as they were made: one that holds a station, and those that gates may still ask for. */
import type { Selectable } from 'kysely'
import { OLD_BOARDING_MS } from '../../limits.ts'
import type { Database, Tx } from '../schema/schema.ts'
import type { BoardingListsTable } from '../schema/ticket-schema.ts'

export type BoardingListRow = Selectable<BoardingListsTable>

/** The list that holds, without its bytes, and their length. */
export type HeldList = Omit<BoardingListRow, 'bytes' | 'superseded_at'> & {
  readonly length: number
}

export async function heldList(db: Database | Tx, station: string): Promise<HeldList | undefined> {
  return db
    .selectFrom('boarding_lists')
    .select(['station', 'sha256', 'basis', 'made_at', 'looked_at'])
    .select(eb => eb.fn<number>('length', ['bytes']).as('length'))
    .where('station', '=', station)
    .where('superseded_at', 'is', null)
    .executeTakeFirst()
}

/** The list that holds was looked at, and holds. */
export async function sawList(tx: Tx, station: string, now: number): Promise<void> {
  await tx
    .updateTable('boarding_lists')
    .set({ looked_at: now })
    .where('station', '=', station)
    .where('superseded_at', 'is', null)
    .execute()
}

/** Takes the place of the list before it, and drops those that nobody asks for any more. */
export async function keepList(
  tx: Tx,
  list: Pick<BoardingListRow, 'station' | 'sha256' | 'bytes' | 'basis'>,
  now: number,
): Promise<void> {
  await tx
    .updateTable('boarding_lists')
    .set({ superseded_at: now })
    .where('station', '=', list.station)
    .where('superseded_at', 'is', null)
    .execute()
  const dates = { made_at: now, looked_at: now, superseded_at: null }
  await tx
    .insertInto('boarding_lists')
    .values({ ...list, ...dates })
    .onConflict(c => c.columns(['station', 'sha256']).doUpdateSet(dates))
    .execute()
  await tx
    .deleteFrom('boarding_lists')
    .where('station', '=', list.station)
    .where('superseded_at', '<', now - OLD_BOARDING_MS)
    .execute()
}

/** The bytes of a station's list by its hash, hex. */
export async function boardingListBytes(
  db: Database,
  station: string,
  sha256: string,
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('boarding_lists')
    .select('bytes')
    .where('station', '=', station)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  return row?.bytes
}
