/**
 * Issuing and claiming: the rules of domain/ over the rows of store/, one transaction
 * each. Routes call these and nothing below them.
 */
import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import { toHex } from '../pass/bytes.ts'
import { lifeFrom } from './domain/certificate.ts'
import type { DocumentType } from './domain/document.ts'
import { Problem } from './errors.ts'
import { holderKeyOf, holderThumbprint } from './holder-key.ts'
import { checkIdentity } from './identity.ts'
import { CLAIM_MS, PUBLISH_WAIT_MS } from './limits.ts'
import { type MintedPass, mintPass } from './minting.ts'
import { makeClaimCode, readClaimCode } from './secrets.ts'
import type { Service } from './service.ts'
import { writeAudit } from './store/audit.ts'
import { addCertificate, endCertificate, takeActivePlace, useClaim } from './store/certificates.ts'
import { savePerson } from './store/people.ts'
import { takeRate } from './store/rates.ts'
import type { Certificate } from './store/schema.ts'
import { transact } from './store/transact.ts'

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

export interface IssuedAtWindow {
  readonly id: string
  /** Unix ms. */
  readonly validFrom: number
  readonly validUntil: number
  readonly code: string
  readonly codeExpiresAt: number
  readonly warnings: readonly string[]
}

/**
 * A certificate issued by staff who saw the document, and the code that puts it on a phone. Doesn't
 * count against the month's quota. Throws Problem `DOCUMENT_TYPE`, `DOCUMENT_INVALID`,
 * `NAME_INVALID`, or `CERTIFICATE_ACTIVE`.
 */
export async function issueAtWindow(
  service: Service,
  application: WindowApplication,
): Promise<IssuedAtWindow> {
  const { db, secrets, clock } = service
  const now = clock.now()
  const { warnings, ...identity } = checkIdentity(service.config.documents, application, now)
  const id = toHex(randomBytes(16))
  const life = lifeFrom(now)
  const code = makeClaimCode()
  const codeExpiresAt = now + CLAIM_MS
  const replaced = await transact(db, async tx => {
    const person = await savePerson(tx, secrets, identity, now)
    if (!(await takeRate(tx, 'issue', person.id, now))) throw new Problem('RATE_LIMITED')
    const running = person.activeCertificate
    if (running !== undefined && !application.replaceActive) throw new Problem('CERTIFICATE_ACTIVE')
    const ended =
      running === undefined ? undefined : await endCertificate(tx, running, 'replaced', now)
    if (!(await takeActivePlace(tx, person.id, id, life.validUntil, now))) {
      throw new Problem('CERTIFICATE_ACTIVE')
    }
    await addCertificate(tx, { id, person: person.id, channel: 'desk', ...life }, now)
    await tx
      .insertInto('claims')
      .values({
        code_hash: hashCode(service, code),
        certificate: id,
        expires_at: codeExpiresAt,
        used_at: null,
      })
      .execute()
    const detail = { reason: application.reason, ...(running && { replaced: running }) }
    const actor = `staff:${application.by}` as const
    await writeAudit(tx, { actor, action: 'certificate.issue', subject: id, detail }, now)
    return ended
  })
  if (replaced !== undefined) await service.publisher.published(replaced, PUBLISH_WAIT_MS)
  return { id, ...life, code, codeExpiresAt, warnings }
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
): Promise<MintedPass & { readonly certificate: Certificate }> {
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
  return { certificate, ...(await mintPass(service, certificate, holderKey, now)) }
}
