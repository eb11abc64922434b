/**
 * The second member of staff: past the month's quota, and from the second one within 24 hours, one
 * asks for a certificate from the window and another approves it. Its code is for the window that
 * asked. So neither of the two can issue alone.
 */
import type { DocumentType } from '../domain/document-type.ts'
import { maskName } from '../domain/name.ts'
import { Problem, type ProblemCode } from '../errors.ts'
import { PUBLISH_WAIT_MS } from '../limits.ts'
import { makeClaimCode } from '../secrets.ts'
import { writeAudit } from '../store/audit/audit.ts'
import {
  claimOf,
  decideApproval,
  findApproval,
  type IssuedClaim,
  identityOf,
  keepIssued,
  listApprovals,
  type ShownApproval,
  shownState,
} from '../store/desk/approvals.ts'
import { transact } from '../store/engine/transact.ts'
import { savePerson } from '../store/people/people.ts'
import type { Approval } from '../store/schema/desk-schema.ts'
import type { Tx } from '../store/schema/schema.ts'
import type { Service } from './context.ts'
import { addAtWindow } from './issue.ts'

export interface Decision {
  readonly id: string
  /** Id of the member of staff who decides. */
  readonly by: string
  readonly reason: string
}

const REFUSED = {
  unknown: 'APPROVAL_UNKNOWN',
  own: 'APPROVAL_OWN',
  decided: 'APPROVAL_DECIDED',
  expired: 'APPROVAL_EXPIRED',
} as const satisfies Record<string, ProblemCode>

/**
 * Approves and issues in one transaction; gives the certificate's id. It replaces no other
 * certificate than the one that ran when it was asked for. Throws Problem: those of `REFUSED`, and
 * `CERTIFICATE_ACTIVE`, with which it goes on waiting.
 */
export async function approve(service: Service, decision: Decision): Promise<string> {
  const { db, secrets, clock } = service
  const { id, by, reason } = decision
  const now = clock.now()
  const code = makeClaimCode(service.random)
  const { certificate, ended } = await transact(db, async tx => {
    const approval = await decide(tx, { id, by, to: 'approved' }, now)
    const { asked_by: askedBy, replaces } = approval
    const person = await savePerson(tx, secrets, identityOf(secrets, approval), now)
    const mayReplace = (running: string) => running === replaces
    const detail = { reason: approval.reason, approval: id, approvedBy: by }
    const window = { person, mayReplace, code, by: askedBy, detail }
    const made = await addAtWindow(tx, service, window, now)
    const issued = made.certificate.id
    const claim = { code, codeExpiresAt: made.certificate.codeExpiresAt }
    await keepIssued(tx, secrets, { approval: id, certificate: issued, claim })
    const entry = { actor: `staff:${by}`, action: 'approval.approve', subject: id } as const
    await writeAudit(tx, { ...entry, detail: { reason, askedBy, certificate: issued } }, now)
    return made
  })
  if (ended !== undefined) await service.publisher.published(ended, PUBLISH_WAIT_MS)
  return certificate.id
}

/** Throws Problem: those of `REFUSED`. */
export async function decline(service: Service, { id, by, reason }: Decision): Promise<void> {
  const now = service.clock.now()
  await transact(service.db, async tx => {
    const { asked_by: askedBy } = await decide(tx, { id, by, to: 'declined' }, now)
    const entry = { actor: `staff:${by}`, action: 'approval.decline', subject: id } as const
    await writeAudit(tx, { ...entry, detail: { reason, askedBy } }, now)
  })
}

async function decide(
  tx: Tx,
  decision: Parameters<typeof decideApproval>[1],
  now: number,
): Promise<Approval> {
  const decided = await decideApproval(tx, decision, now)
  if (typeof decided === 'string') throw new Problem(REFUSED[decided])
  return decided
}

/** An approval as staff may see it. */
export interface SeenApproval {
  readonly row: Approval
  readonly state: ShownApproval
  readonly maskedName: string
  readonly documentType: DocumentType
}

function seen({ secrets }: Service, row: Approval, now: number): SeenApproval {
  const { name, documentType } = identityOf(secrets, row)
  return { row, state: shownState(row, now), maskedName: maskName(name), documentType }
}

/** Whose approvals a member of staff may see: all, or those that they asked for. */
export interface Viewer {
  readonly id: string
  readonly mayDecide: boolean
}

export async function approvalsFor(
  service: Service,
  viewer: Viewer,
  page: Omit<Parameters<typeof listApprovals>[1], 'askedBy'>,
): Promise<{ readonly rows: readonly SeenApproval[]; readonly next: string | null }> {
  const now = service.clock.now()
  const askedBy = viewer.mayDecide ? undefined : viewer.id
  const { rows, next } = await listApprovals(service.db, { ...page, askedBy }, now)
  return { rows: rows.map(row => seen(service, row, now)), next }
}

/** With the code, for who asked and while it is good. Throws Problem `APPROVAL_UNKNOWN`. */
export async function approvalFor(
  service: Service,
  viewer: Viewer,
  id: string,
): Promise<SeenApproval & { readonly claim: IssuedClaim | undefined }> {
  const now = service.clock.now()
  const row = await findApproval(service.db, id)
  const own = row?.asked_by === viewer.id
  if (row === undefined || !(own || viewer.mayDecide)) throw new Problem('APPROVAL_UNKNOWN')
  return { ...seen(service, row, now), claim: own ? claimOf(service.secrets, row, now) : undefined }
}
