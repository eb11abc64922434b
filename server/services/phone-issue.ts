/**
 * What follows a match: the certificate of an application, on the phone that applied. Most people have
 * no certificate that runs, and get theirs at once; for the others one ends or moves.
 */
import { toHex } from '../../pass/bytes.ts'
import { type ApplicationMeans, applicationMeans, lifeFrom } from '../domain/certificate.ts'
import { nextShanghaiMonth } from '../domain/shanghai.ts'
import { Problem } from '../errors.ts'
import { PUBLISH_WAIT_MS } from '../limits.ts'
import { settleApplication } from '../store/applications/applications.ts'
import { type AuditEntry, writeAudit } from '../store/audit/audit.ts'
import {
  addCertificate,
  endCertificate,
  findCertificate,
  type StatusRevision,
  takeActivePlace,
  takeQuota,
} from '../store/certificates/certificates.ts'
import { transact } from '../store/engine/transact.ts'
import { type Identity, savePerson } from '../store/people/people.ts'
import type { Certificate, Tx } from '../store/schema/schema.ts'
import type { Service } from './context.ts'
import { lifeOf } from './sign-pass.ts'

export interface PhoneIssue {
  readonly application: string
  readonly identity: Identity
  /** Thumbprints of the phone's keys. */
  readonly keys: { readonly device: string; readonly holder: string }
}

/**
 * Answers once gates can know of a certificate that ended by it. Throws Problem `QUOTA_USED`,
 * `APPLICATION_DONE` or `CERTIFICATE_ACTIVE`.
 */
export async function issueOnPhone(service: Service, to: PhoneIssue): Promise<Certificate> {
  const { db, clock, places } = service
  const now = clock.now()
  const made = { id: toHex(service.random.bytes(16)), channel: 'phone', ...lifeFrom(now) } as const
  const audit = entryOf(made.id, to, 'first')
  const simple = { ...made, ...to, place: await places.take(now), audit }
  const certificate = await service.issueAtOnce(simple, now)
  if (certificate !== undefined) return certificate
  const { issued, ended } = await transact(db, tx => issueTo(tx, service, to))
  if (ended !== undefined) await service.publisher.published(ended, PUBLISH_WAIT_MS)
  return issued
}

/** One transaction: the certificate that runs ends or moves, the quota counts, a new one begins. */
async function issueTo(
  tx: Tx,
  { secrets, clock, config, random }: Service,
  to: PhoneIssue,
): Promise<{ issued: Certificate; ended: StatusRevision | undefined }> {
  const now = clock.now()
  const id = toHex(random.bytes(16))
  const person = await savePerson(tx, secrets, to.identity, now)
  if (!(await settleApplication(tx, to.application, id))) throw new Problem('APPLICATION_DONE')
  const active = person.activeCertificate
  const running = active === undefined ? undefined : await findCertificate(tx, active)
  const means = applicationMeans(running ? lifeOf(running) : undefined, now)
  const ended = running ? await endCertificate(tx, running.id, 'replaced', now) : undefined
  if (means !== 'move' && !(await takeQuota(tx, person.id, now))) {
    const nextMonthAt = new Date(nextShanghaiMonth(now)).toISOString()
    throw new Problem('QUOTA_USED', { nextMonthAt, window: config.desk.window })
  }
  const life =
    means === 'move' && running
      ? { validFrom: running.valid_from, validUntil: running.valid_until }
      : lifeFrom(now)
  if (!(await takeActivePlace(tx, person.id, id, life.validUntil, now))) {
    throw new Problem('CERTIFICATE_ACTIVE')
  }
  const { keys } = to
  const made = { id, person: person.id, channel: 'phone', ...life, keys } as const
  const issued = await addCertificate(tx, made, now)
  await writeAudit(tx, entryOf(id, to, means, running?.id), now)
  return { issued, ended }
}

function entryOf(
  id: string,
  { application }: PhoneIssue,
  means: ApplicationMeans,
  replaced?: string,
): AuditEntry {
  const detail = { means, application, ...(replaced !== undefined && { replaced }) }
  return { actor: 'phone', action: 'certificate.issue', subject: id, detail }
}
