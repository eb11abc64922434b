/**
 * Applications. What must not happen twice (a sixth challenge, a second certificate of one
 * application) is one statement each.
 */

import { toHex } from '../../../pass/bytes.ts'
import { APPLICATION_MS, APPLICATION_TRIES_MAX } from '../../limits.ts'
import type { Secrets } from '../../secrets.ts'
import { handleOf } from '../engine/handle.ts'
import type { Identity } from '../people/people.ts'
import type { Database, Tx } from '../schema/schema.ts'

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
  const id = toHex(handleOf(tx).random.bytes(16))
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
  /** `triesLeft`: challenges that it may still ask for. */
  | { readonly state: 'open'; readonly identity: Identity; readonly triesLeft: number }
  /** `done`: it became a certificate; `unknown`: also one of another phone, or too old. */
  | { readonly state: 'done' | 'unknown' }

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
  const triesLeft = Math.max(0, APPLICATION_TRIES_MAX - row.tries)
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
  return row.checked === 0 ? 'untried' : identityIn(secrets, row)
}

/** Counts a try: a challenge that was asked for. False when there is none left. */
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

/** Gives a try back whose challenge can't be opened again. */
export async function returnTry(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('applications')
    .set(eb => ({ tries: eb('tries', '-', 1) }))
    .where('id', '=', id)
    .where('tries', '>', 0)
    .execute()
}

/** Counts a face check of it, or takes one back that came to nothing. */
export async function countCheck(tx: Tx, id: string, by: 1 | -1): Promise<void> {
  await tx
    .updateTable('applications')
    .set(eb => ({ checked: eb('checked', '+', by) }))
    .where('id', '=', id)
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
