/**
 * Appeals against face checks. What the person wrote, and who it is about, is sealed; one that is
 * open an application, one member of staff at work on it, and one end are one statement each.
 */

import { APPEAL_TAKEN_MS, APPEALS_KEPT_MS } from '../../limits.ts'
import type { Secrets } from '../../secrets.ts'
import { handleOf } from '../engine/handle.ts'
import { makeTimeId } from '../engine/time-id.ts'
import type { Identity } from '../people/people.ts'
import type { Appeal, AppealOutcome } from '../schema/desk-schema.ts'
import type { Database, Tx } from '../schema/schema.ts'

/** What is sealed in an appeal. */
export interface AppealText {
  readonly text: string
  readonly contact?: string
  /** As typed in the application. */
  readonly identity: Identity
}

/** Its id; undefined when one is open for this application. */
export async function addAppeal(
  tx: Tx,
  secrets: Secrets,
  { application, ...written }: AppealText & { readonly application: string },
  now: number,
): Promise<string | undefined> {
  const id = makeTimeId(handleOf(tx).random, now)
  const row = await tx
    .insertInto('appeals')
    .values({
      id,
      application,
      open_application: application,
      sealed: secrets.seal(JSON.stringify(written), `appeal ${id}`),
      made_at: now,
      taken_by: null,
      taken_at: null,
      outcome: null,
      note: null,
      resolved_at: null,
      drop_at: now + APPEALS_KEPT_MS,
    })
    .onConflict(c => c.column('open_application').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

export const textOf = (secrets: Secrets, { id, sealed }: Appeal): AppealText =>
  JSON.parse(secrets.open(sealed, `appeal ${id}`)) as AppealText

/** Gives it to one member of staff, or again to the same; after a while to another. Or why not. */
export async function takeAppeal(
  tx: Tx,
  { id, by }: { readonly id: string; readonly by: string },
  now: number,
): Promise<Appeal | 'unknown' | 'resolved' | 'taken'> {
  const row = await tx
    .updateTable('appeals')
    .set({ taken_by: by, taken_at: now })
    .where('id', '=', id)
    .where('resolved_at', 'is', null)
    .where(eb =>
      eb.or([
        eb('taken_by', 'is', null),
        eb('taken_by', '=', by),
        eb('taken_at', '<=', now - APPEAL_TAKEN_MS),
      ]),
    )
    .returningAll()
    .executeTakeFirst()
  if (row !== undefined) return row
  const found = await findAppeal(tx, id)
  if (found === undefined) return 'unknown'
  return found.resolved_at === null ? 'taken' : 'resolved'
}

/** Ends it, by who has taken it. Or why not. */
export async function resolveAppeal(
  tx: Tx,
  secrets: Secrets,
  end: {
    readonly id: string
    readonly by: string
    readonly outcome: AppealOutcome
    readonly note: string
  },
  now: number,
): Promise<'resolved now' | 'unknown' | 'resolved' | 'taken' | 'not taken'> {
  const { id, by, outcome } = end
  const row = await tx
    .updateTable('appeals')
    .set({
      outcome,
      note: secrets.seal(end.note, `note ${id}`),
      resolved_at: now,
      open_application: null,
      drop_at: now + APPEALS_KEPT_MS,
    })
    .where('id', '=', id)
    .where('resolved_at', 'is', null)
    .where('taken_by', '=', by)
    .returning('id')
    .executeTakeFirst()
  if (row !== undefined) return 'resolved now'
  const found = await findAppeal(tx, id)
  if (found === undefined) return 'unknown'
  if (found.resolved_at !== null) return 'resolved'
  return found.taken_by === null ? 'not taken' : 'taken'
}

function findAppeal(tx: Tx, id: string): Promise<Appeal | undefined> {
  return tx.selectFrom('appeals').selectAll().where('id', '=', id).executeTakeFirst()
}

export const APPEAL_STATES = ['open', 'taken', 'resolved'] as const
export type AppealState = (typeof APPEAL_STATES)[number]

/** `open` again when who took it has not come back to it for an hour. */
export function appealState(
  { resolved_at, taken_at }: Pick<Appeal, 'resolved_at' | 'taken_at'>,
  now: number,
): AppealState {
  if (resolved_at !== null) return 'resolved'
  return taken_at !== null && taken_at > now - APPEAL_TAKEN_MS ? 'taken' : 'open'
}

/** One page, newest first; `resolved`: only those that are, or are not. */
export async function listAppeals(
  db: Database,
  page: {
    readonly before: string | undefined
    readonly limit: number
    readonly resolved: boolean | undefined
  },
): Promise<{ readonly rows: readonly Appeal[]; readonly next: string | null }> {
  const { before, limit, resolved } = page
  let query = db.selectFrom('appeals').selectAll().orderBy('id', 'desc').limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  if (resolved === true) query = query.where('resolved_at', 'is not', null)
  if (resolved === false) query = query.where('resolved_at', 'is', null)
  const rows = await query.execute()
  return { rows, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
}
