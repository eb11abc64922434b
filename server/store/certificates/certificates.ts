/**
 * Certificates in the database. Each function is one transaction or one part of a caller's; what
 * must never happen twice (a second active certificate, a fourth of the month, a claim used twice)
 * is settled by a single statement each, so that parallel replicas agree.
 */
import { EXIT_GRACE_MS } from '../../../pass/limits.ts'
import { type EndReason, QUOTA_PER_MONTH, shanghaiMonth } from '../../domain/certificate.ts'
import type { Certificate, Database, Tx } from '../schema/schema.ts'
import { takePlace } from './status.ts'

/** A list and its state that holds a change: published once a manifest names it or a later one. */
export interface StatusRevision {
  readonly list: number
  readonly revision: number
}

/** Takes the person's one active place until `until`. False when it is taken. */
export async function takeActivePlace(
  tx: Tx,
  person: string,
  certificate: string,
  until: number,
  now: number,
): Promise<boolean> {
  const row = await tx
    .updateTable('people')
    .set({ active_certificate: certificate, active_until: until, updated_at: now })
    .where('id', '=', person)
    .where(eb => eb.or([eb('active_certificate', 'is', null), eb('active_until', '<=', now)]))
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export interface NewCertificate {
  readonly id: string
  readonly person: string
  readonly channel: Certificate['channel']
  readonly validFrom: number
  readonly validUntil: number
  /** Thumbprints of the phone's keys; absent until a phone claims it. */
  readonly keys?: { readonly device: string; readonly holder: string }
}

/** A certificate with a status index of its own. */
export async function addCertificate(
  tx: Tx,
  { id, person, channel, validFrom, validUntil, keys }: NewCertificate,
  now: number,
): Promise<Certificate> {
  const place = await takePlace(tx, now)
  return tx
    .insertInto('certificates')
    .values({
      id,
      person,
      channel,
      list: place.list,
      status_index: place.index,
      valid_from: validFrom,
      valid_until: validUntil,
      ended_at: null,
      end_reason: null,
      device_key: keys?.device ?? null,
      holder_key: keys?.holder ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Counts one electronic certificate in the month of `now`. False when three are used. */
export async function takeQuota(tx: Tx, person: string, now: number): Promise<boolean> {
  const row = await tx
    .insertInto('quota')
    .values({ person, month: shanghaiMonth(now), n: 1 })
    .onConflict(c =>
      c
        .columns(['person', 'month'])
        .doUpdateSet(eb => ({ n: eb('quota.n', '+', 1) }))
        .where('quota.n', '<', QUOTA_PER_MONTH),
    )
    .returning('n')
    .executeTakeFirst()
  return row !== undefined
}

/** Electronic certificates that were counted in the month of `now`. */
export async function quotaUsed(db: Database | Tx, person: string, now: number): Promise<number> {
  const row = await db
    .selectFrom('quota')
    .select('n')
    .where('person', '=', person)
    .where('month', '=', shanghaiMonth(now))
    .executeTakeFirst()
  return row?.n ?? 0
}

/** How long after its end a certificate can still be ended: a revoked one while exits take it. */
const ENDED_LATE_MS: Record<EndReason, number> = {
  revoked: EXIT_GRACE_MS,
  replaced: 0,
  cancelled: 0,
}

/** Certificates from the window that were issued to this person after `since`, ended ones included. */
export async function issuedAtWindow(tx: Tx, person: string, since: number): Promise<number> {
  const row = await tx
    .selectFrom('certificates')
    .select(eb => eb.fn.countAll<number>().as('n'))
    .where('person', '=', person)
    .where('channel', '=', 'desk')
    .where('valid_from', '>', since)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/**
 * Ends a certificate that still runs, or that is revoked while exits take its passes: marks it, frees
 * the person's place and flips its status bit, in the caller's transaction. Undefined: it is unknown,
 * has been ended, or its time is over.
 */
export async function endCertificate(
  tx: Tx,
  id: string,
  reason: EndReason,
  now: number,
): Promise<StatusRevision | undefined> {
  const row = await tx
    .updateTable('certificates')
    .set({ ended_at: now, end_reason: reason })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .where('valid_until', '>', now - ENDED_LATE_MS[reason])
    .returning(['person', 'list', 'status_index'])
    .executeTakeFirst()
  if (row === undefined) return undefined
  await tx
    .updateTable('people')
    .set({ active_certificate: null, active_until: 0, updated_at: now })
    .where('id', '=', row.person)
    .where('active_certificate', '=', id)
    .execute()
  await tx
    .insertInto('status_ended')
    .values({ list: row.list, status_index: row.status_index, ended_at: now })
    .execute()
  const list = await tx
    .updateTable('status_lists')
    .set(eb => ({ revision: eb('revision', '+', 1) }))
    .where('number', '=', row.list)
    .returning('revision')
    .executeTakeFirstOrThrow()
  return { list: row.list, revision: list.revision }
}

export function findCertificate(db: Database | Tx, id: string): Promise<Certificate | undefined> {
  return db.selectFrom('certificates').selectAll().where('id', '=', id).executeTakeFirst()
}

/** A code from the window for a certificate, good until `codeExpiresAt`. */
export async function addClaim(
  tx: Tx,
  claim: {
    readonly codeHash: string
    readonly certificate: string
    readonly codeExpiresAt: number
  },
): Promise<void> {
  const { codeHash, certificate, codeExpiresAt } = claim
  const row = { code_hash: codeHash, certificate, expires_at: codeExpiresAt, used_at: null }
  await tx.insertInto('claims').values(row).execute()
}

/**
 * Uses a claim once and binds the certificate to the phone's keys.
 * `used` and `unknown` (never made, or too old) say why not; `ended`: its certificate is over.
 */
export async function useClaim(
  tx: Tx,
  claim: { codeHash: string; deviceKey: string; holderKey: string; now: number },
): Promise<Certificate | 'used' | 'unknown' | 'ended'> {
  const { codeHash, deviceKey, holderKey, now } = claim
  const taken = await tx
    .updateTable('claims')
    .set({ used_at: now })
    .where('code_hash', '=', codeHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('certificate')
    .executeTakeFirst()
  if (taken === undefined) {
    const known = await tx
      .selectFrom('claims')
      .select('used_at')
      .where('code_hash', '=', codeHash)
      .executeTakeFirst()
    return known !== undefined && known.used_at !== null ? 'used' : 'unknown'
  }
  const certificate = await tx
    .updateTable('certificates')
    .set({ device_key: deviceKey, holder_key: holderKey })
    .where('id', '=', taken.certificate)
    .where('ended_at', 'is', null)
    .where('valid_until', '>', now)
    .returningAll()
    .executeTakeFirst()
  return certificate ?? 'ended'
}
