/**
 * Challenges of face checks. A subject has one open at a time; what must not happen twice (two that
 * are open, one answered again) is settled while the subject's row is held.
 */

import { toHex } from '../../../pass/bytes.ts'
import type { ChallengePlan } from '../../face/challenge.ts'
import { CHALLENGE_MS } from '../../limits.ts'
import { handleOf } from '../engine/handle.ts'
import type { Tx } from '../schema/schema.ts'

/** What a challenge is about, and the phone. */
export interface ChallengeOf {
  readonly kind: 'application' | 'certificate'
  readonly id: string
  readonly deviceKey: string
}

export interface OpenChallenge extends ChallengePlan {
  readonly id: string
  /** Unix ms. */
  readonly expiresAt: number
}

const subjectOf = ({ kind, id }: ChallengeOf): string => `${kind} ${id}`

/** Until the transaction ends nobody else asks for or gives back a challenge of this subject. */
export async function holdSubject(tx: Tx, { kind, id }: ChallengeOf): Promise<void> {
  if (kind === 'application') {
    await tx
      .updateTable('applications')
      .set(eb => ({ tries: eb.ref('tries') }))
      .where('id', '=', id)
      .execute()
  } else {
    await tx
      .updateTable('certificates')
      .set(eb => ({ valid_until: eb.ref('valid_until') }))
      .where('id', '=', id)
      .execute()
  }
}

/** The one that may still be answered. */
export async function openChallenge(
  tx: Tx,
  of: ChallengeOf,
  now: number,
): Promise<OpenChallenge | undefined> {
  const row = await tx
    .selectFrom('challenges')
    .select(['id', 'prompts', 'expires_at'])
    .where('subject', '=', subjectOf(of))
    .where('device_key', '=', of.deviceKey)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && { id: row.id, expiresAt: row.expires_at, ...planIn(row.prompts) }
}

const planIn = (json: string): ChallengePlan => JSON.parse(json) as ChallengePlan

export async function addChallenge(
  tx: Tx,
  of: ChallengeOf,
  plan: ChallengePlan,
  now: number,
): Promise<OpenChallenge> {
  const id = toHex(handleOf(tx).random.bytes(16))
  const expiresAt = now + CHALLENGE_MS
  const { prompts, pictures } = plan
  await tx
    .insertInto('challenges')
    .values({
      id,
      subject: subjectOf(of),
      device_key: of.deviceKey,
      prompts: JSON.stringify({ prompts, pictures }),
      expires_at: expiresAt,
      used_at: null,
    })
    .execute()
  return { id, expiresAt, prompts, pictures }
}

/** What it asked for, once; undefined for one that is unknown, used, too old, or another's. */
export async function useChallenge(
  tx: Tx,
  id: string,
  of: ChallengeOf,
  now: number,
): Promise<ChallengePlan | undefined> {
  const row = await tx
    .updateTable('challenges')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('subject', '=', subjectOf(of))
    .where('device_key', '=', of.deviceKey)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('prompts')
    .executeTakeFirst()
  return row && planIn(row.prompts)
}

/**
 * Opens one again whose answer was never judged, for as long as a new one. False when another was
 * asked for since, or it is gone.
 */
export async function reopenChallenge(
  tx: Tx,
  id: string,
  of: ChallengeOf,
  now: number,
): Promise<boolean> {
  await holdSubject(tx, of)
  if ((await openChallenge(tx, of, now)) !== undefined) return false
  const row = await tx
    .updateTable('challenges')
    .set({ used_at: null, expires_at: now + CHALLENGE_MS })
    .where('id', '=', id)
    .where('subject', '=', subjectOf(of))
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}
