/**
 * Approvals by a second member of staff. What must not happen twice (two that wait for one person, a
 * decision after a decision, one by who asked, one after its time) is one statement each.
 */

import type { Secrets } from '../../secrets.ts'
import { handleOf } from '../engine/handle.ts'
import { makeTimeId } from '../engine/time-id.ts'
import type { Identity } from '../people/people.ts'
import type { Approval, ApprovalState } from '../schema/desk-schema.ts'
import type { Database, Tx } from '../schema/schema.ts'

export interface NewApproval {
  readonly person: string
  readonly identity: Identity
  readonly askedBy: string
  readonly reason: string
  readonly replaces: string | undefined
  readonly expiresAt: number
}

/** Its id; undefined when one waits for this person already. */
export async function addApproval(
  tx: Tx,
  secrets: Secrets,
  asked: NewApproval,
  now: number,
): Promise<string | undefined> {
  const { person } = asked
  await tx
    .updateTable('approvals')
    .set({ open_person: null })
    .where('open_person', '=', person)
    .where('expires_at', '<=', now)
    .execute()
  const id = makeTimeId(handleOf(tx).random, now)
  const row = await tx
    .insertInto('approvals')
    .values({
      id,
      person,
      open_person: person,
      asked_by: asked.askedBy,
      decided_by: null,
      reason: asked.reason,
      replaces: asked.replaces ?? null,
      sealed: secrets.seal(JSON.stringify(asked.identity), `approval ${id}`),
      state: 'waiting',
      asked_at: now,
      expires_at: asked.expiresAt,
      decided_at: null,
      certificate: null,
      claim: null,
    })
    .onConflict(c => c.column('open_person').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

export const identityOf = (secrets: Secrets, { id, sealed }: Approval): Identity =>
  JSON.parse(secrets.open(sealed, `approval ${id}`)) as Identity

/** Decides one that waits, by somebody else than who asked for it. Or why it can't be decided. */
export async function decideApproval(
  tx: Tx,
  decision: { readonly id: string; readonly by: string; readonly to: 'approved' | 'declined' },
  now: number,
): Promise<Approval | 'unknown' | 'own' | 'decided' | 'expired'> {
  const { id, by, to } = decision
  const row = await tx
    .updateTable('approvals')
    .set({ state: to, decided_by: by, decided_at: now, open_person: null })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .where('expires_at', '>', now)
    .where('asked_by', '!=', by)
    .returningAll()
    .executeTakeFirst()
  if (row !== undefined) return row
  const found = await findApproval(tx, id)
  if (found === undefined) return 'unknown'
  if (found.asked_by === by) return 'own'
  return found.state === 'waiting' ? 'expired' : 'decided'
}

/** What came of one that was approved; the code is sealed for who asked. */
export async function keepIssued(
  tx: Tx,
  secrets: Secrets,
  issued: {
    readonly approval: string
    readonly certificate: string
    readonly claim: IssuedClaim
  },
): Promise<void> {
  const { approval, certificate, claim } = issued
  await tx
    .updateTable('approvals')
    .set({ certificate, claim: secrets.seal(JSON.stringify(claim), `claim ${approval}`) })
    .where('id', '=', approval)
    .execute()
}

export interface IssuedClaim {
  readonly code: string
  /** Unix ms. */
  readonly codeExpiresAt: number
}

/** The code of an approved one; undefined for others, and when its time is over. */
export function claimOf(secrets: Secrets, row: Approval, now: number): IssuedClaim | undefined {
  if (row.claim === null) return undefined
  const claim = JSON.parse(secrets.open(row.claim, `claim ${row.id}`)) as IssuedClaim
  return claim.codeExpiresAt > now ? claim : undefined
}

export function findApproval(db: Database | Tx, id: string): Promise<Approval | undefined> {
  return db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The one that waits for this person. */
export async function waitingApproval(
  tx: Tx,
  person: string,
  now: number,
): Promise<{ readonly id: string; readonly expiresAt: number } | undefined> {
  const row = await tx
    .selectFrom('approvals')
    .select(['id', 'expires_at'])
    .where('open_person', '=', person)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && { id: row.id, expiresAt: row.expires_at }
}

export const APPROVAL_SHOWN = ['waiting', 'approved', 'declined', 'expired'] as const
export type ShownApproval = (typeof APPROVAL_SHOWN)[number]

export const shownState = (row: Pick<Approval, 'state' | 'expires_at'>, now: number) =>
  row.state === 'waiting' && row.expires_at <= now ? 'expired' : row.state

/** One page, newest first: of one state, or asked by one member of staff, if so wished. */
export async function listApprovals(
  db: Database,
  page: {
    readonly before: string | undefined
    readonly limit: number
    readonly state: ShownApproval | undefined
    readonly askedBy: string | undefined
  },
  now: number,
): Promise<{ readonly rows: readonly Approval[]; readonly next: string | null }> {
  const { before, limit, state, askedBy } = page
  const stored: ApprovalState | undefined = state === 'expired' ? 'waiting' : state
  let query = db.selectFrom('approvals').selectAll().orderBy('id', 'desc').limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  if (askedBy !== undefined) query = query.where('asked_by', '=', askedBy)
  if (stored !== undefined) query = query.where('state', '=', stored)
  if (state === 'waiting') query = query.where('expires_at', '>', now)
  if (state === 'expired') query = query.where('expires_at', '<=', now)
  const rows = await query.execute()
  return { rows, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
}
