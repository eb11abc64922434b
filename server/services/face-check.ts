/**
 * The face check, and the result of a match: a certificate with its first pass for an application,
 * the next pass for a certificate that runs. Pictures and their measures are dropped with the answer;
 * a reason and a score band stay, in the log alone.
 */
import type { JWK } from 'jose'
import { stateOf } from '../domain/certificate.ts'
import { Problem, type ProblemCode } from '../errors.ts'
import { type ChallengePlan, fitsPlan } from '../face/challenge.ts'
import {
  type Asker,
  type Capture,
  FaceCheckError,
  type FaceOutcome,
  type FaceReason,
  type Frame,
} from '../face/port.ts'
import { countCheck } from '../store/applications/applications.ts'
import { type ChallengeOf, useChallenge } from '../store/applications/challenges.ts'
import { takeRate } from '../store/applications/rates.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { transact } from '../store/engine/transact.ts'
import { findPerson, type Identity } from '../store/people/people.ts'
import type { Certificate } from '../store/schema/schema.ts'
import { applicationOf } from './apply.ts'
import { challengeAgain } from './challenge.ts'
import type { Service } from './context.ts'
import { isLocked, whereNext } from './face-lock.ts'
import { holderKeyOf, holderThumbprint } from './holder-key.ts'
import { issueOnPhone } from './phone-issue.ts'
import { certificateOfPhone } from './revoke.ts'
import { keepFrames, refuseSeen } from './seen-frames.ts'
import { lifeOf, type SignedPass, signPass } from './sign-pass.ts'

/** An answer to a challenge, from one phone. */
export interface FaceAttempt {
  /** Of the application, or of the certificate. */
  readonly id: string
  readonly deviceKey: string
  /** Keyed hash of the client's address: whose share of the face check it takes. */
  readonly address: string
  readonly challenge: string
  readonly frames: readonly Frame[]
  readonly holderKey: JWK
}

export interface Issued extends SignedPass {
  readonly certificate: Certificate
}

/** What is said of pictures and turns; the rest is `NOT_VERIFIED`, whatever the reason. */
const SAID: Readonly<Partial<Record<FaceReason, ProblemCode>>> = {
  BAD_PICTURE: 'FACE_BAD_PICTURE',
  NO_FACE: 'FACE_NOT_FOUND',
  SEVERAL_FACES: 'FACE_SEVERAL',
  TOO_SMALL: 'FACE_TOO_SMALL',
  TOO_DARK: 'FACE_TOO_DARK',
  TOO_BLURRED: 'FACE_TOO_BLURRED',
  INCOMPLETE: 'FACE_INCOMPLETE',
  WRONG_ORDER: 'FACE_WRONG_ORDER',
  STILL: 'FACE_STILL',
  OTHER_PERSON: 'FACE_OTHER_PERSON',
}

/**
 * The certificate of an application, moved to this phone if one runs already. Throws Problem: those
 * of `SAID`, `NOT_VERIFIED`, `TRIES_USED`, `CHALLENGE_INVALID`, `QUOTA_USED`, `FACE_BUSY`,
 * `FACE_UNAVAILABLE`, `FACE_SEEN`, `RATE_LIMITED`, and those of `applicationOf`.
 */
export async function verifyApplication(service: Service, attempt: FaceAttempt): Promise<Issued> {
  const { db, clock } = service
  const { id, deviceKey } = attempt
  const holderKey = holderKeyOf(attempt.holderKey)
  const { identity, triesLeft } = await applicationOf(service, { id, deviceKey })
  service.publisher.key({ role: 'issuer', passClass: 'phone' })
  const now = clock.now()
  // A busy address is told to wait before a challenge is used.
  if (!(await takeRate(db, 'faceAddress', attempt.address, now))) throw busyAddress()
  const of: ChallengeOf = { kind: 'application', id, deviceKey }
  const plan = await transact(db, async tx => {
    const found = await useChallenge(tx, attempt.challenge, of, now)
    if (found === undefined)
      throw triesLeft > 0 ? new Problem('CHALLENGE_INVALID') : noTries(service)
    await countCheck(tx, id, 1)
    return found
  })
  if (!(await takeRate(db, 'faceDevice', deviceKey, now))) throw noTries(service)
  const tries = { triesLeft }
  const outcome = await checkFace(service, { of, identity, plan, attempt }, tries)
  const { challengePassed, onFile } = outcome
  // Too many for one person in a day: refused like any other, so that nobody learns of it, nor that
  // a face would have matched. A certificate that runs goes on.
  const check = { identity, challenge: attempt.challenge, onFile }
  const locked = challengePassed && (await isLocked(service, check))
  refuseUnless(service, locked ? { ...outcome, matched: false } : outcome, tries)
  const keys = { device: deviceKey, holder: holderThumbprint(attempt.holderKey) }
  const certificate = await issueOnPhone(service, { application: id, identity, keys })
  return { certificate, ...(await signPass(service, certificate, holderKey, clock.now())) }
}

/**
 * The next pass of a certificate on this phone, for the key that it was issued to. Throws Problem as
 * `verifyApplication`, and `CERTIFICATE_UNKNOWN`, `CERTIFICATE_ENDED`, `INVALID`.
 */
export async function renewPass(service: Service, attempt: FaceAttempt): Promise<Issued> {
  const { db, clock, secrets } = service
  const { id, deviceKey } = attempt
  const holderKey = holderKeyOf(attempt.holderKey)
  const certificate = await runningOf(service, id, deviceKey)
  if (holderThumbprint(attempt.holderKey) !== certificate.holder_key) {
    const message = 'not the key of this certificate'
    const fields = [{ path: 'holderKey', found: 'an object', message }]
    throw new Problem('INVALID', { fields })
  }
  const of: ChallengeOf = { kind: 'certificate', id, deviceKey }
  const { plan, identity } = await transact(db, async tx => {
    const found = await useChallenge(tx, attempt.challenge, of, clock.now())
    if (found === undefined) throw new Problem('CHALLENGE_INVALID')
    return { plan: found, identity: await findPerson(tx, secrets, certificate.person) }
  })
  refuseUnless(service, await checkFace(service, { of, identity, plan, attempt }, {}), {})
  const entry = { actor: 'phone', action: 'certificate.renew', subject: id } as const
  await writeAudit(db, entry, clock.now())
  // It may have ended while the face was looked at.
  const still = await runningOf(service, id, deviceKey)
  return { certificate: still, ...(await signPass(service, still, holderKey, clock.now())) }
}

/** The certificate on this phone that runs. */
export async function runningOf(
  service: Service,
  id: string,
  deviceKey: string,
): Promise<Certificate> {
  const certificate = await certificateOfPhone(service, id, deviceKey)
  if (stateOf(lifeOf(certificate), service.clock.now()) !== 'active') {
    throw new Problem('CERTIFICATE_ENDED')
  }
  return certificate
}

/** `onFile`: compared with a photo on file under exactly this name. */
type Compared = FaceOutcome & { readonly onFile: boolean }

/** One answer to one challenge. */
interface Answering {
  readonly of: ChallengeOf
  readonly identity: Identity
  readonly plan: ChallengePlan
  readonly attempt: FaceAttempt
}

/**
 * What the face check says of an answer. As many pictures as were asked for, none that was seen
 * before; those that answer the challenge are kept as seen. A check that comes to nothing opens the
 * challenge again. Throws Problem `FACE_INCOMPLETE`, `FACE_SEEN`, `FACE_BUSY` or `FACE_UNAVAILABLE`.
 */
async function checkFace(
  service: Service,
  answering: Answering,
  extra: Record<string, unknown>,
): Promise<Compared> {
  const { of, identity, plan, attempt } = answering
  const { frames, challenge } = attempt
  const pictures = frames.map(frame => frame.picture)
  if (!fitsPlan(plan, frames)) throw new Problem('FACE_INCOMPLETE', extra)
  await refuseSeen(service, identity, pictures, extra)
  const capture = { prompts: plan.prompts, frames }
  const asker = { address: attempt.address, subject: `${of.kind} ${of.id}` }
  const outcome = await compareFace(service, identity, capture, asker).catch(async error => {
    await challengeAgain(service, challenge, of)
    throw error
  })
  if (outcome.challengePassed) {
    const seen = pictures.map((picture, i) => ({ picture, print: outcome.prints?.[i] }))
    await keepFrames(service, { identity, challenge }, seen, extra)
  }
  return outcome
}

/**
 * Against the photo on file; whoever has none against a photo of nobody, and does not match. Neither
 * the work nor its order depends on which it is, or on what was sent. Each look at a photo is audited.
 */
async function compareFace(
  { db, faces, registry, clock, log }: Service,
  identity: Identity,
  capture: Capture,
  asker: Asker,
): Promise<Compared> {
  const { subject } = asker
  const { photo, isTheirs } = await registry.compared(identity)
  await writeAudit(db, { actor: 'phone', action: 'registry.look', subject }, clock.now())
  const checked = await faces.check(photo, capture, asker).catch(error => {
    if (!(error instanceof FaceCheckError)) throw error
    throw error.code === 'BUSY' ? faceBusy() : new Problem('FACE_UNAVAILABLE', {}, AGAIN_SOON)
  })
  const reasonNow = checked.reason ?? 'NO_MATCH'
  const outcome =
    checked.matched && !isTheirs ? { ...checked, matched: false, reason: reasonNow } : checked
  const { challengePassed, matched, reason, band } = outcome
  const why = isTheirs ? reason : 'NOT_ON_FILE'
  log.info({ subject, challengePassed, matched, reason: why, band }, 'face check')
  return { ...outcome, onFile: isTheirs }
}

/** Neither vouches for the other: the person on file, and alive in the sense of the challenge. */
function refuseUnless(
  service: Service,
  { challengePassed, matched, reason }: FaceOutcome,
  extra: Record<string, unknown>,
): void {
  if (challengePassed && matched) return
  const said = reason && SAID[reason]
  if (said !== undefined) throw new Problem(said, extra)
  throw new Problem('NOT_VERIFIED', { ...extra, ...whereNext(service) })
}

const noTries = (service: Service) => new Problem('TRIES_USED', whereNext(service))
const busyAddress = () => new Problem('RATE_LIMITED', {}, { 'retry-after': '600' })

const AGAIN_SOON = { 'retry-after': '5' }
/** Others come first. */
export const faceBusy = () => new Problem('FACE_BUSY', {}, AGAIN_SOON)
