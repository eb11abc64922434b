/**
 * A presented code in place of the card, at the desk: the identity behind it, for sale, refund or
 * change of a ticket and nothing else. Verified as by a gate, with the certificate's state from the
 * database instead of a status list; each check is audited, whatever its result. A code serves the
 * window and purpose that it was scanned for first, and no other. Paper, which has no fresh signature,
 * needs the holder's name.
 */
import { toHex } from '../../pass/bytes.ts'
import { statusListUri } from '../../pass/claims.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { issuerKeysOf } from '../../pass/documents/trust.ts'
import { PassError } from '../../pass/errors.ts'
import { type Purpose, purposeOf } from '../../pass/purpose.ts'
import { decodePassText, type UnverifiedPass } from '../../pass/text.ts'
import {
  createPassVerifier,
  type TrustView,
  type VerifiedPass,
  type VerifyCode,
} from '../../pass/verify.ts'
import { stateOf } from '../domain/certificate.ts'
import { checkName, isNameOf } from '../domain/name.ts'
import { Problem } from '../errors.ts'
import { CHECK_AHEAD_MS } from '../limits.ts'
import { takeRate } from '../store/applications/rates.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { findCertificate } from '../store/certificates/certificates.ts'
import { serveCode } from '../store/certificates/served-codes.ts'
import { transact } from '../store/engine/transact.ts'
import { findPerson, type Identity } from '../store/people/people.ts'
import { deniedKids } from '../store/publish/published.ts'
import type { Certificate, Database, Tx } from '../store/schema/schema.ts'
import type { Service } from './context.ts'
import { type Reading, readingsOf } from './identity.ts'
import { lifeOf } from './sign-pass.ts'

/** What a desk asks for: all that rail travel is but the ways through a gate. */
export type DeskPurpose = Exclude<Purpose, 'entry' | 'exit'>

/** The desk's purpose of this name; undefined when it is none of a desk's. */
function deskPurposeOf(name: string): DeskPurpose | undefined {
  const purpose = purposeOf(name)
  return purpose === 'entry' || purpose === 'exit' ? undefined : purpose
}

/**
 * Why a code is refused, besides what a gate would say. `OTHER_WINDOW`, `OTHER_PURPOSE`: it serves
 * those; `NAME_MISSING`, `NAME_MISMATCH`: paper without its holder's name, or with another.
 */
export type CheckReason = VerifyCode | DeskReason
type DeskReason = 'OTHER_WINDOW' | 'OTHER_PURPOSE' | 'NAME_MISSING' | 'NAME_MISMATCH'

/** `readings`: how the name was read, where one was typed. */
export type CheckResult = { readonly readings: readonly Reading[] } & (
  | { readonly accepted: true; readonly certificate: Certificate; readonly person: Identity }
  | { readonly accepted: false; readonly reason: CheckReason }
)

const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })
const STRICT = { expiredByMaxMs: 0, staleByMaxMs: 0 }

/** What a window scanned. */
export interface Presented {
  /** What the scanner read. */
  readonly text: string
  readonly purpose: string
  /** As typed from the document; needed for paper. */
  readonly name: string | undefined
  /** The member of staff, and the session that is their window. */
  readonly by: { readonly id: string; readonly session: string }
}

/** Throws Problem `PURPOSE_REFUSED` or `RATE_LIMITED`. */
export async function checkPresented(service: Service, check: Presented): Promise<CheckResult> {
  const { db, clock } = service
  const { text, purpose, by } = check
  const now = clock.now()
  if (!(await takeRate(db, 'check', by.id, now))) throw new Problem('RATE_LIMITED')
  const read = readUnverified(text)
  const actor = `staff:${by.id}` as const
  const wanted = deskPurposeOf(purpose)
  if (wanted === undefined) {
    const subject = read ? toHex(read.claims.cti) : 'unknown'
    const detail = { purpose, outcome: 'PURPOSE_REFUSED' }
    await writeAudit(db, { actor, action: 'check.identity', subject, detail }, now)
    throw new Problem('PURPOSE_REFUSED')
  }
  const certificate = read && (await findCertificate(db, toHex(read.claims.cti)))
  const trust = await trustView(service, db, certificate, now)
  const verdict = verifier.verify(text, trust, { ...STRICT, purpose: wanted }, now)
  const subject = verdict.ok ? verdict.pass.ctiHex : verdict.cti ? toHex(verdict.cti) : 'unknown'
  return transact(db, async (tx): Promise<CheckResult> => {
    const came = verdict.ok
      ? await serve(tx, service, { check, pass: verdict.pass, held: certificate as Certificate })
      : verdict.code
    const outcome = typeof came === 'string' ? came : 'ACCEPTED'
    const detail = { purpose, outcome }
    await writeAudit(tx, { actor, action: 'check.identity', subject, detail }, now)
    const readings = readingsOfName(check.name)
    if (typeof came === 'string') return { accepted: false, reason: came, readings }
    return { accepted: true, certificate: certificate as Certificate, person: came, readings }
  })
}

/** Whom a good code is for, if it serves this window and purpose; with paper, by name. */
async function serve(
  tx: Tx,
  { secrets, clock }: Service,
  good: { readonly check: Presented; readonly pass: VerifiedPass; readonly held: Certificate },
): Promise<Identity | DeskReason> {
  const { check, pass, held } = good
  const { ctiHex, presentedAt } = pass
  const person = await findPerson(tx, secrets, held.person)
  if (presentedAt === undefined) {
    if (check.name === undefined) return 'NAME_MISSING'
    const typed = checkName(check.name)
    if (!typed.ok || !isNameOf(person.name, typed.name)) return 'NAME_MISMATCH'
  }
  // Not of its bytes: a signature can be written in more than one way.
  const code = secrets
    .mac('code', `shown ${ctiHex} ${presentedAt ?? 'paper'}`)
    .toString('base64url')
  const { session } = check.by
  const served = await serveCode(tx, { code, session, purpose: check.purpose }, clock.now())
  if (served === 'other window') return 'OTHER_WINDOW'
  return served === 'other purpose' ? 'OTHER_PURPOSE' : person
}

function readingsOfName(typed: string | undefined): readonly Reading[] {
  const read = typed === undefined ? undefined : checkName(typed)
  return typed !== undefined && read?.ok ? readingsOf('name', typed, read.name) : []
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
    aheadByMaxMs: CHECK_AHEAD_MS,
    issuerKeys: kid => issuerKeysOf(trust, kid),
    kidRevoked: kid => denied.has(toHex(kid)),
    status(uri, index) {
      if (certificate === undefined || certificate.status_index !== index) return 'unknown'
      if (statusListUri(certificate.list) !== uri) return 'unknown'
      return stateOf(lifeOf(certificate), now) === 'active' ? 'valid' : 'invalid'
    },
  }
}
