/**
 * A person looked up at the desk by the document at hand: what staff need to help, and no more. The
 * name is masked, since the document has it; each look-up is audited and counted.
 */
import { QUOTA_PER_MONTH, shanghaiMonth } from '../domain/certificate.ts'
import type { DocumentType } from '../domain/document-type.ts'
import { maskName } from '../domain/name.ts'
import { Problem } from '../errors.ts'
import { takeRate } from '../store/applications/rates.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { findCertificate, quotaUsed } from '../store/certificates/certificates.ts'
import { waitingApproval } from '../store/desk/approvals.ts'
import { transact } from '../store/engine/transact.ts'
import {
  documentHash,
  documentsOf,
  type KnownPerson,
  knownPerson,
  writtenName,
} from '../store/people/people.ts'
import type { Certificate, Tx } from '../store/schema/schema.ts'
import type { Service } from './context.ts'
import { type FaceChecks, faceChecksOf } from './face-lock.ts'
import { checkDocument, type Remarks } from './identity.ts'

export interface Look {
  readonly documentType: DocumentType
  readonly documentNumber: string
  /** Id of the member of staff. */
  readonly by: string
}

export interface LookedUp extends Remarks {
  /** In the registry, so that they can apply by phone. */
  readonly onFile: boolean
  /** Documents that are known to be this person's; 0 for nobody known. */
  readonly documents: number
  /** By the registry, or as staff last wrote it; undefined for nobody known. */
  readonly maskedName: string | undefined
  readonly running: Certificate | undefined
  readonly quota: { readonly month: string; readonly used: number; readonly max: number }
  /** An approval that waits for this person. */
  readonly approval: { readonly id: string; readonly expiresAt: number } | undefined
  /** Face checks of today; too many lock the person out until midnight in Shanghai. */
  readonly faceChecks: FaceChecks
}

/** Throws Problem: those of `checkDocument`, or `RATE_LIMITED`. */
export async function lookUp(service: Service, look: Look): Promise<LookedUp> {
  const { db, secrets, clock, config, registry } = service
  const now = clock.now()
  const { warnings, readings, ...document } = checkDocument(config.documents, look, now)
  if (!(await takeRate(db, 'look', look.by, now))) throw new Problem('RATE_LIMITED')
  const filedName = await registry.nameOf(document)
  const onFile = filedName !== undefined
  const of = await transact(db, async tx => {
    const known = await knownPerson(tx, secrets, document, now)
    const subject = known?.id ?? documentHash(secrets, document).toString('base64url')
    const entry = { actor: `staff:${look.by}`, action: 'person.look', subject } as const
    await writeAudit(tx, { ...entry, detail: { onFile } }, now)
    return known && standing(tx, service, known, now)
  })
  const name = filedName ?? of?.name
  return {
    onFile,
    documents: of?.documents ?? (onFile ? 1 : 0),
    maskedName: name && maskName(name),
    running: of?.running,
    quota: { month: shanghaiMonth(now), used: of?.used ?? 0, max: QUOTA_PER_MONTH },
    approval: of?.approval,
    faceChecks: await faceChecksOf(db, secrets, document, now),
    warnings,
    readings,
  }
}

async function standing(
  tx: Tx,
  { secrets }: Service,
  { id, activeCertificate }: KnownPerson,
  now: number,
) {
  const running = activeCertificate && (await findCertificate(tx, activeCertificate))
  return {
    name: await writtenName(tx, secrets, id),
    documents: await documentsOf(tx, id),
    running: running || undefined,
    used: await quotaUsed(tx, id, now),
    approval: await waitingApproval(tx, id, now),
  }
}

/**
 * A whole number is about to be shown that was masked until then: in its canonical form. Audited and
 * counted as a look, also where nobody is known by it. Throws Problem: those of `lookUp`.
 */
export async function lookAtNumber(service: Service, look: Look): Promise<string> {
  const { db, clock, config } = service
  const now = clock.now()
  const { warnings: _, readings: __, ...document } = checkDocument(config.documents, look, now)
  if (!(await takeRate(db, 'look', look.by, now))) throw new Problem('RATE_LIMITED')
  const subject = await subjectOf(service, document, now)
  await writeAudit(db, { actor: `staff:${look.by}`, action: 'person.number', subject }, now)
  return document.documentNumber
}

/** As the audit names them: by the person's id, or by the hash of a document that nobody used yet. */
async function subjectOf(
  { db, secrets }: Service,
  document: Parameters<typeof documentHash>[1],
  now: number,
): Promise<string> {
  const known = await knownPerson(db, secrets, document, now)
  return known?.id ?? documentHash(secrets, document).toString('base64url')
}

/**
 * The photo on file, for who may compare it with the person at the window. Audited and counted as
 * a look. Throws Problem `PERSON_UNKNOWN`, and those of `lookUp`.
 */
export async function lookAtPhoto(service: Service, look: Look): Promise<Uint8Array> {
  const { db, clock, config, registry } = service
  const now = clock.now()
  const { warnings: _, readings: __, ...document } = checkDocument(config.documents, look, now)
  if (!(await takeRate(db, 'look', look.by, now))) throw new Problem('RATE_LIMITED')
  const name = await registry.nameOf(document)
  const photo = name === undefined ? undefined : await registry.photoOf({ name, ...document })
  const subject = await subjectOf(service, document, now)
  const entry = { actor: `staff:${look.by}`, action: 'person.photo', subject } as const
  await writeAudit(db, { ...entry, detail: { onFile: photo !== undefined } }, now)
  if (photo === undefined) throw new Problem('PERSON_UNKNOWN')
  return photo
}
