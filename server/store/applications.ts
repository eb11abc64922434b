/**
 * Applications and the challenges of their face checks. What must not happen twice (a challenge
 * answered again, a sixth try, a second certificate of one application) is one statement each.
 */
import { randomBytes } from 'node:crypto'
import { toHex } from '../../pass/bytes.ts'
import type { Prompt } from '../face/port.ts'
import { APPLICATION_MS, APPLICATION_TRIES_MAX, CHALLENGE_MS } from '../limits.ts'
import type { Secrets } from '../secrets.ts'
import type { Identity } from './people.ts'
import type { Database, Tx } from './schema.ts'

export interface NewApplication {
  readonly identity: Identity
  readonly deviceKey: string
  readonly guardianConsent: boolean
}

/** Its id and its end, Unix ms. */
export async function addApplication(
  tx: Tx,
  secrets: Secrets,
  { identity, deviceKey, guardianConsent }: NewApplication,
  now: number,
): Promise<{ readonly id: string; readonly expiresAt: number }> {
  const id = toHex(randomBytes(16))
  const expiresAt = now + APPLICATION_MS
  await tx
    .insertInto('applications')
    .values({
      id,
      device_key: deviceKey,
      sealed: secrets.seal(JSON.stringify(identity), `application ${id}`),
      state: 'open',
      tries: 0,
      consent_at: now,
      guardian_consent: guardianConsent ? 1 : 0,
      expires_at: expiresAt,
      certificate: null,
    })
    .execute()
  return { id, expiresAt }
}

export type OpenApplication =
  | { readonly state: 'open'; readonly identity: Identity; readonly triesLeft: number }
  /** `done`: it became a certificate; `unknown`: also one of another phone, or too old. */
  | { readonly state: 'done' | 'unknown' | 'used up' }

/** The application of this phone. */
export async function findApplication(
  db: Database | Tx,
  secrets: Secrets,
  of: { readonly id: string; readonly deviceKey: string },
  now: number,
): Promise<OpenApplication> {
  const row = await liveApplication(db, of, now)
  if (row === undefined) return { state: 'unknown' }
  if (row.state === 'done') return { state: 'done' }
  const triesLeft = APPLICATION_TRIES_MAX - row.tries
  if (triesLeft <= 0) return { state: 'used up' }
  return { state: 'open', identity: identityIn(secrets, row), triesLeft }
}

function liveApplication(
  db: Database | Tx,
  of: { readonly id: string; readonly deviceKey: string },
  now: number,
) {
  return db
    .selectFrom('applications')
    .selectAll()
    .where('id', '=', of.id)
    .where('device_key', '=', of.deviceKey)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

const identityIn = (
  secrets: Secrets,
  { id, sealed }: { readonly id: string; readonly sealed: Uint8Array },
): Identity => JSON.parse(secrets.open(sealed, `application ${id}`)) as Identity

/**
 * Who applied on this phone and has a face check behind them that made no certificate. `unknown`:
 * also one of another phone, or too old; `untried`: no face check yet.
 */
export async function triedApplication(
  db: Database | Tx,
  secrets: Secrets,
  of: { readonly id: string; readonly deviceKey: string },
  now: number,
): Promise<Identity | 'unknown' | 'done' | 'untried'> {
  const row = await liveApplication(db, of, now)
  if (row === undefined) return 'unknown'
  if (row.state === 'done') return 'done'
  return row.tries === 0 ? 'untried' : identityIn(secrets, row)
}

/** Counts a try. False when there is none left. */
export async function takeTry(tx: Tx, id: string): Promise<boolean> {
  const row = await tx
    .updateTable('applications')
    .set(eb => ({ tries: eb('tries', '+', 1) }))
    .where('id', '=', id)
    .where('state', '=', 'open')
    .where('tries', '<', APPLICATION_TRIES_MAX)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Gives a try back that was no fault of the person's. */
export async function returnTry(db: Database, id: string): Promise<void> {
  await db
    .updateTable('applications')
    .set(eb => ({ tries: eb('tries', '-', 1) }))
    .where('id', '=', id)
    .where('tries', '>', 0)
    .execute()
}

/** False when it was settled before: an application becomes one certificate. */
export async function settleApplication(tx: Tx, id: string, certificate: string): Promise<boolean> {
  const row = await tx
    .updateTable('applications')
    .set({ state: 'done', certificate })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** What a challenge is about: the application or certificate, and the phone. */
export interface ChallengeOf {
  readonly subject: `application ${string}` | `certificate ${string}`
  readonly deviceKey: string
}

export async function addChallenge(
  db: Database | Tx,
  { subject, deviceKey }: ChallengeOf,
  prompts: readonly Prompt[],
  now: number,
): Promise<{ readonly id: string; readonly expiresAt: number }> {
  const id = toHex(randomBytes(16))
  const expiresAt = now + CHALLENGE_MS
  await db
    .insertInto('challenges')
    .values({
      id,
      subject,
      device_key: deviceKey,
      prompts: JSON.stringify(prompts),
      expires_at: expiresAt,
      used_at: null,
    })
    .execute()
  return { id, expiresAt }
}

/** Its prompts, once; undefined for one that is unknown, used, too old, or another's. */
export async function useChallenge(
  tx: Tx,
  id: string,
  { subject, deviceKey }: ChallengeOf,
  now: number,
): Promise<readonly Prompt[] | undefined> {
  const row = await tx
    .updateTable('challenges')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('subject', '=', subject)
    .where('device_key', '=', deviceKey)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('prompts')
    .executeTakeFirst()
  return row === undefined ? undefined : (JSON.parse(row.prompts) as Prompt[])
}
