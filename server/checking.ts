/**
 * A presented code in place of the card, at the desk: the identity behind it, for sale, refund or
 * change of a ticket and nothing else. Verified as a gate would, with the certificate's state asked
 * from the database instead of a status list; each look is audited, whatever came of it.
 */
import { toHex } from '../pass/bytes.ts'
import { statusListUri } from '../pass/claims.ts'
import { nodeVerifier } from '../pass/cose-node.ts'
import { PassError } from '../pass/errors.ts'
import { decodePassText, type UnverifiedPass } from '../pass/text.ts'
import { issuerKeysOf } from '../pass/trust.ts'
import { createPassVerifier, type TrustView, type VerifyCode } from '../pass/verify.ts'
import { stateOf } from './domain/certificate.ts'
import { Problem } from './errors.ts'
import { CHECK_AHEAD_MS } from './limits.ts'
import { lifeOf } from './minting.ts'
import type { Service } from './service.ts'
import { writeAudit } from './store/audit.ts'
import { findCertificate } from './store/certificates.ts'
import { findPerson, type Identity } from './store/people.ts'
import { deniedKids } from './store/published.ts'
import { takeRate } from './store/rates.ts'
import type { Certificate, Database } from './store/schema.ts'
import { transact } from './store/transact.ts'

/** Rail travel only. */
export const PURPOSES = ['sale', 'refund', 'change'] as const
export type Purpose = (typeof PURPOSES)[number]

const isPurpose = (value: string): value is Purpose =>
  (PURPOSES as readonly string[]).includes(value)

export type CheckResult =
  | { readonly accepted: true; readonly certificate: Certificate; readonly person: Identity }
  | { readonly accepted: false; readonly reason: VerifyCode }

const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })
const STRICT = { expiredForMs: 0, staleForMs: 0 }

/** `text`: what the scanner read. Throws Problem `PURPOSE_REFUSED` or `RATE_LIMITED`. */
export async function checkPresented(
  service: Service,
  check: { readonly text: string; readonly purpose: string; readonly by: string },
): Promise<CheckResult> {
  const { db, clock, secrets } = service
  const { text, purpose, by } = check
  const now = clock.now()
  if (!(await takeRate(db, 'check', by, now))) throw new Problem('RATE_LIMITED')
  const read = readUnverified(text)
  const actor = `staff:${by}` as const
  if (!isPurpose(purpose)) {
    const subject = read ? toHex(read.claims.cti) : 'unknown'
    const detail = { purpose, outcome: 'PURPOSE_REFUSED' }
    await writeAudit(db, { actor, action: 'check.identity', subject, detail }, now)
    throw new Problem('PURPOSE_REFUSED')
  }
  const certificate = read && (await findCertificate(db, toHex(read.claims.cti)))
  const trust = await trustView(service, db, certificate, now)
  const verdict = verifier.verify(text, trust, STRICT, now)
  const subject = verdict.ok ? verdict.pass.ctiHex : verdict.cti ? toHex(verdict.cti) : 'unknown'
  const outcome = verdict.ok ? 'ACCEPTED' : verdict.code
  return transact(db, async (tx): Promise<CheckResult> => {
    const detail = { purpose, outcome }
    await writeAudit(tx, { actor, action: 'check.identity', subject, detail }, now)
    if (!verdict.ok) return { accepted: false, reason: verdict.code }
    const held = certificate as Certificate
    return { accepted: true, certificate: held, person: await findPerson(tx, secrets, held.person) }
  })
}

function readUnverified(text: string): UnverifiedPass | undefined {
  try {
    return decodePassText(text)
  } catch (error) {
    if (error instanceof PassError) return undefined
    throw error
  }
}

/** What the service knows right now. A pass whose place isn't its certificate's is unknown. */
async function trustView(
  service: Service,
  db: Database,
  certificate: Certificate | undefined,
  now: number,
): Promise<TrustView> {
  const denied = new Set(await deniedKids(db))
  const trust = service.publisher.trust()
  return {
    environment: service.config.trust.environment,
    staleAllowanceMs: CHECK_AHEAD_MS,
    issuerKeys: kid => issuerKeysOf(trust, kid),
    kidRevoked: kid => denied.has(toHex(kid)),
    status(uri, index) {
      if (certificate === undefined || certificate.status_index !== index) return 'unknown'
      if (statusListUri(certificate.list) !== uri) return 'unknown'
      return stateOf(lifeOf(certificate), now) === 'active' ? 'valid' : 'invalid'
    },
  }
}
