/** Status lists in the database: opening them, handing out places, and what is ended in each. */

import type { Selectable } from 'kysely'
import { permuteIndex } from '../../../pass/documents/status-list.ts'
import { dayOf, daysToOpen, dropAt, FULL_AT } from '../../domain/status-days.ts'
import { LIST_ENTRIES } from '../../limits.ts'
import { handleOf } from '../engine/handle.ts'
import type { Database, StatusListsTable, Tx } from '../schema/schema.ts'

export type StatusListRow = Selectable<StatusListsTable>

/** Days that need a list opened now. */
export async function missingDays(db: Database | Tx, now: number): Promise<number[]> {
  const open = await db
    .selectFrom('status_lists')
    .select('day')
    .where('day', '>=', dayOf(now))
    .where('next', '<', FULL_AT)
    .execute()
  return daysToOpen(new Set(open.map(row => row.day)), now)
}

/** Opens the lists that the day needs. */
export async function openLists(tx: Tx, now: number): Promise<void> {
  for (const day of await missingDays(tx, now)) await openList(tx, day, FULL_AT)
}

/**
 * Opens a list for the day unless one with room under `full` is there. Replicas may come to this in
 * the same moment: the newest number is read first, so that all but one find its successor taken.
 */
async function openList(tx: Tx, day: number, full: number, gap = 1): Promise<void> {
  const { last } = await tx
    .selectFrom('status_lists')
    .select(eb => eb.fn.max('number').as('last'))
    .executeTakeFirstOrThrow()
  const open = await tx
    .selectFrom('status_lists')
    .select('number')
    .where('day', '=', day)
    .where('next', '<', full)
    .limit(1)
    .executeTakeFirst()
  if (open !== undefined) return
  await tx
    .insertInto('status_lists')
    .values({
      number: Number(last ?? 0) + gap,
      day,
      next: 0,
      permutation_key: handleOf(tx).random.bytes(16),
      revision: 0,
      drop_at: dropAt(day),
    })
    .onConflict(c => c.column('number').doNothing())
    .execute()
}

/**
 * Closes every list and opens one for today: its number is higher by `numbers`, and the revisions of
 * the lists that gates still need by `revisions`. Gives how many were closed.
 */
export async function closeLists(
  tx: Tx,
  now: number,
  gap: { readonly numbers: number; readonly revisions: number },
): Promise<number> {
  const closed = await tx
    .updateTable('status_lists')
    .set({ next: LIST_ENTRIES })
    .where('next', '<', LIST_ENTRIES)
    .returning('number')
    .execute()
  await tx
    .updateTable('status_lists')
    .set(eb => ({ revision: eb('revision', '+', gap.revisions) }))
    .where('drop_at', '>', now)
    .execute()
  await openList(tx, dayOf(now), LIST_ENTRIES, gap.numbers)
  return closed.length
}

export interface StatusPlace {
  readonly list: number
  readonly index: number
}

/** The next place in today's list, in an order that tells nothing. Opens a list when none has room. */
export async function takePlace(tx: Tx, now: number): Promise<StatusPlace> {
  return (await takePlaces(tx, now, 1))[0] as StatusPlace
}

/** The next places in today's list: `count`, or as many as it has left, and at least one. */
export async function takePlaces(tx: Tx, now: number, count: number): Promise<StatusPlace[]> {
  const day = dayOf(now)
  for (;;) {
    const row = await tx
      .updateTable('status_lists')
      .set(eb => ({ next: eb('next', '+', count) }))
      .where('next', '<', LIST_ENTRIES)
      .where('number', '=', eb =>
        eb
          .selectFrom('status_lists')
          .select(inner => inner.fn.min('number').as('number'))
          .where('day', '=', day)
          .where('next', '<', LIST_ENTRIES),
      )
      .returning(['number', 'next', 'permutation_key'])
      .executeTakeFirst()
    if (row !== undefined) {
      const { number, next, permutation_key } = row
      const has = Math.min(next, LIST_ENTRIES) - (next - count)
      return Array.from({ length: has }, (_, i) => ({
        list: number,
        index: permuteIndex(next - count + i, permutation_key, LIST_ENTRIES),
      }))
    }
    await openList(tx, day, LIST_ENTRIES)
  }
}

/** Lists that gates still need, oldest first. */
export function liveLists(db: Database | Tx, now: number): Promise<StatusListRow[]> {
  return db
    .selectFrom('status_lists')
    .selectAll()
    .where('drop_at', '>', now)
    .orderBy('number')
    .execute()
}

/** Indices of the certificates of a list that were ended. */
export async function endedIndices(db: Database | Tx, list: number): Promise<number[]> {
  const rows = await db
    .selectFrom('status_ended')
    .select('status_index')
    .where('list', '=', list)
    .execute()
  return rows.map(row => row.status_index)
}
