/** Ends a certificate for good: revoked by staff, or cancelled by the phone that holds it. */
import type { EndReason } from '../domain/certificate.ts'
import { Problem } from '../errors.ts'
import { PUBLISH_WAIT_MS } from '../limits.ts'
import { type AuditEntry, writeAudit } from '../store/audit/audit.ts'
import {
  endCertificate,
  findCertificate,
  type StatusRevision,
} from '../store/certificates/certificates.ts'
import { transact } from '../store/engine/transact.ts'
import type { Certificate } from '../store/schema/schema.ts'
import type { Service } from './context.ts'

/** The manifest that tells the gates, or undefined when it comes later than in one second. */
export interface Ended {
  readonly manifestVersion: number | undefined
}

/**
 * Also after its end, as long as exits take its passes. Throws Problem `CERTIFICATE_UNKNOWN` or
 * `CERTIFICATE_ENDED`.
 */
export function revokeCertificate(
  service: Service,
  revocation: { readonly id: string; readonly reason: string; readonly by: string },
): Promise<Ended> {
  const { id, reason, by } = revocation
  const actor = `staff:${by}` as const
  const audit = { actor, action: 'certificate.revoke', subject: id, detail: { reason } } as const
  return end(service, id, 'revoked', audit)
}

/**
 * The certificate with this id, if it is on this phone. Throws Problem `CERTIFICATE_UNKNOWN` also for
 * one that is on another: a phone learns nothing of others.
 */
export async function certificateOfPhone(
  service: Service,
  id: string,
  deviceKey: string,
): Promise<Certificate> {
  const certificate = await findCertificate(service.db, id)
  if (certificate === undefined || certificate.device_key !== deviceKey) {
    throw new Problem('CERTIFICATE_UNKNOWN')
  }
  return certificate
}

/** Throws Problem `CERTIFICATE_UNKNOWN` or `CERTIFICATE_ENDED`. */
export async function cancelCertificate(
  service: Service,
  id: string,
  deviceKey: string,
): Promise<Ended> {
  await certificateOfPhone(service, id, deviceKey)
  const audit = { actor: 'phone', action: 'certificate.cancel', subject: id } as const
  return end(service, id, 'cancelled', audit)
}

async function end(
  service: Service,
  id: string,
  reason: EndReason,
  audit: AuditEntry,
): Promise<Ended> {
  const { db, clock, publisher } = service
  const now = clock.now()
  const change = await transact(db, async (tx): Promise<StatusRevision> => {
    const ended = await endCertificate(tx, id, reason, now)
    if (ended === undefined) {
      const known = await findCertificate(tx, id)
      throw new Problem(known === undefined ? 'CERTIFICATE_UNKNOWN' : 'CERTIFICATE_ENDED')
    }
    await writeAudit(tx, audit, now)
    return ended
  })
  return { manifestVersion: await publisher.published(change, PUBLISH_WAIT_MS) }
}
