/**
 * Issuing at the window and claiming: the rules of domain/ over the rows of store/, one transaction
 * each. Routes call these and nothing below them.
 */
import type { JWK } from 'jose'
import { toHex } from '../../pass/bytes.ts'
import { lifeFrom, QUOTA_PER_MONTH } from '../domain/certificate.ts'
import type { DocumentType } from '../domain/document-type.ts'
import { Problem } from '../errors.ts'
import { ALONE_MS, CLAIM_MS, PUBLISH_WAIT_MS } from '../limits.ts'
import { makeClaimCode, readClaimCode } from '../secrets.ts'
import { takeRate } from '../store/applications/rates.ts'
import { writeAudit } from '../store/audit/audit.ts'
import {
  addCertificate,
  addClaim,
  endCertificate,
  issuedAtWindow,
  quotaUsed,
  type StatusRevision,
  takeActivePlace,
  useClaim,
} from '../store/certificates/certificates.ts'
import { addApproval } from '../store/desk/approvals.ts'
import { transact } from '../store/engine/transact.ts'
import {
  type Identity,
  type KnownPerson,
  lockedPerson,
  savePerson,
} from '../store/people/people.ts'
import type { Certificate, Tx } from '../store/schema/schema.ts'
import type { Service } from './context.ts'
import { holderKeyOf, holderThumbprint } from './holder-key.ts'
import { checkIdentity, type Remarks } from './identity.ts'
import { type SignedPass, signPass } from './sign-pass.ts'

export interface WindowApplication {
  readonly name: string
  readonly documentType: DocumentType
  readonly documentNumber: string
  /** Why the window issues it. */
  readonly reason: string
  /** Ends the certificate that runs, if there is one. */
  readonly replaceActive: boolean
  /** Id of the member of staff. */
  readonly by: string
}

export interface WindowCertificate {
  readonly id: string
  /** Unix ms. */
  readonly validFrom: number
  readonly validUntil: number
  readonly code: string
  readonly codeExpiresAt: number
}

export type AskedAtWindow = Remarks &
  (
    | ({ readonly state: 'issued' } & WindowCertificate)
    /** A second member of staff must approve it by then. */
    | { readonly state: 'waiting'; readonly approval: string; readonly expiresAt: number }
  )

/**
 * A certificate issued by staff who saw the document, and the code that puts it on a phone. Doesn't
 * count against the month's quota. Past the quota, and from the second one that a person gets at the
 * window within 24 hours, a second member of staff approves, where the config wants that. Throws
 * Problem: those of `checkIdentity`, `CERTIFICATE_ACTIVE`, `APPROVAL_WAITING` or `RATE_LIMITED`.
 */
export async function issueAtWindow(
  service: Service,
  application: WindowApplication,
): Promise<AskedAtWindow> {
  const { db, secrets, clock, config } = service
  const { replaceActive, reason, by } = application
  const now = clock.now()
  const { warnings, readings, ...identity } = checkIdentity(config.documents, application, now)
  const code = makeClaimCode(service.random)
  const came = await transact(db, async tx => {
    // Held until the end: two windows at once count one after the other.
    const held = await lockedPerson(tx, secrets, identity, now)
    const known = held ?? (await savePerson(tx, secrets, identity, now))
    const why = await needsSecond(tx, service, known.id, now)
    if (why !== undefined) {
      return { waiting: await askSecond(tx, service, { application, identity, known, why }, now) }
    }
    const person = held === undefined ? known : await savePerson(tx, secrets, identity, now)
    if (!(await takeRate(tx, 'issue', person.id, now))) throw new Problem('RATE_LIMITED')
    const mayReplace = () => replaceActive
    return addAtWindow(tx, service, { person, mayReplace, code, by, detail: { reason } }, now)
  })
  if ('waiting' in came) return { state: 'waiting', ...came.waiting, warnings, readings }
  if (came.ended !== undefined) await service.publisher.published(came.ended, PUBLISH_WAIT_MS)
  return { state: 'issued', ...came.certificate, warnings, readings }
}

/** Why one member of staff is not enough; undefined where one is. */
async function needsSecond(
  tx: Tx,
  { config }: Service,
  person: string,
  now: number,
): Promise<'past-quota' | 'again-in-a-day' | undefined> {
  const { secondApprover, aloneADay } = config.desk
  if (secondApprover === 'never') return undefined
  if ((await quotaUsed(tx, person, now)) >= QUOTA_PER_MONTH) return 'past-quota'
  // Certificates begin at whole seconds.
  const since = lifeFrom(now).validFrom - ALONE_MS
  return (await issuedAtWindow(tx, person, since)) >= aloneADay ? 'again-in-a-day' : undefined
}

async function askSecond(
  tx: Tx,
  { secrets, config }: Service,
  asked: {
    readonly application: WindowApplication
    readonly identity: Identity
    readonly known: KnownPerson
    readonly why: string
  },
  now: number,
): Promise<{ readonly approval: string; readonly expiresAt: number }> {
  const { identity, known, application, why } = asked
  const { reason, by } = application
  if (!(await takeRate(tx, 'issue', known.id, now))) throw new Problem('RATE_LIMITED')
  const replaces = known.activeCertificate
  if (replaces !== undefined && !application.replaceActive) throw new Problem('CERTIFICATE_ACTIVE')
  const expiresAt = now + config.desk.approvalMinutes * 60_000
  const wanted = { person: known.id, identity, askedBy: by, reason, replaces, expiresAt }
  const approval = await addApproval(tx, secrets, wanted, now)
  if (approval === undefined) throw new Problem('APPROVAL_WAITING')
  const entry = { actor: `staff:${by}`, action: 'approval.ask', subject: approval } as const
  await writeAudit(tx, { ...entry, detail: { reason, why } }, now)
  return { approval, expiresAt }
}

/**
 * The window's certificate and its code, in the caller's transaction. `ended`: the one that ran and
 * was replaced. Throws Problem `CERTIFICATE_ACTIVE` where one runs that may not be replaced.
 */
export async function addAtWindow(
  tx: Tx,
  service: Service,
  to: {
    readonly person: KnownPerson
    readonly mayReplace: (running: string) => boolean
    readonly code: string
    /** Id of the member of staff whose window it is; `detail` goes to the audit. */
    readonly by: string
    readonly detail: Readonly<Record<string, string>>
  },
  now: number,
): Promise<{
  readonly certificate: WindowCertificate
  readonly ended: StatusRevision | undefined
}> {
  const { person, code, by } = to
  const id = toHex(service.random.bytes(16))
  const life = lifeFrom(now)
  const codeExpiresAt = now + CLAIM_MS
  const running = person.activeCertificate
  if (running !== undefined && !to.mayReplace(running)) throw new Problem('CERTIFICATE_ACTIVE')
  const ended =
    running === undefined ? undefined : await endCertificate(tx, running, 'replaced', now)
  if (!(await takeActivePlace(tx, person.id, id, life.validUntil, now))) {
    throw new Problem('CERTIFICATE_ACTIVE')
  }
  await addCertificate(tx, { id, person: person.id, channel: 'desk', ...life }, now)
  await addClaim(tx, { codeHash: hashCode(service, code), certificate: id, codeExpiresAt })
  const detail = { ...to.detail, ...(running && { replaced: running }) }
  const actor = `staff:${by}` as const
  await writeAudit(tx, { actor, action: 'certificate.issue', subject: id, detail }, now)
  return { certificate: { id, ...life, code, codeExpiresAt }, ended }
}

const hashCode = (service: Service, code: string): string =>
  service.secrets.mac('code', readClaimCode(code)).toString('base64url')

/**
 * Puts a certificate on a phone: its code is used once, its keys are bound, and the first pass of
 * at most 30 minutes is signed for the holder's key. Throws Problem `CLAIM_INVALID`, `CLAIM_USED`,
 * `CERTIFICATE_ENDED`, `INVALID` for a key off the curve, or `NO_KEY`.
 */
export async function claimCertificate(
  service: Service,
  claim: { readonly code: string; readonly holderKey: JWK; readonly deviceKey: string },
): Promise<SignedPass & { readonly certificate: Certificate }> {
  const { db, clock } = service
  const now = clock.now()
  const holderKey = holderKeyOf(claim.holderKey)
  if (!(await takeRate(db, 'claim', claim.deviceKey, now))) throw new Problem('RATE_LIMITED')
  if (readClaimCode(claim.code) === '') throw new Problem('CLAIM_INVALID')
  service.publisher.key({ role: 'issuer', passClass: 'phone' })
  const use = {
    codeHash: hashCode(service, claim.code),
    deviceKey: claim.deviceKey,
    holderKey: holderThumbprint(claim.holderKey),
    now,
  }
  const certificate = await transact(db, async tx => {
    const taken = await useClaim(tx, use)
    if (taken === 'unknown') throw new Problem('CLAIM_INVALID')
    if (taken === 'used') throw new Problem('CLAIM_USED')
    if (taken === 'ended') throw new Problem('CERTIFICATE_ENDED')
    const entry = { actor: 'phone', action: 'certificate.claim', subject: taken.id } as const
    await writeAudit(tx, entry, now)
    return taken
  })
  return { certificate, ...(await signPass(service, certificate, holderKey, now)) }
}
