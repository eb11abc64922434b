/**
 * Applying by phone, up to the face check. Every answer here is the same for whoever is on file and
 * whoever is not: nobody learns who is registered, or who has used the month's certificates.
 */
import { randomInt } from 'node:crypto'
import { isUnderConsentAge } from './domain/document.ts'
import { Problem } from './errors.ts'
import { makeChallenge } from './face/challenge.ts'
import type { Prompt } from './face/port.ts'
import { checkIdentity, type TypedIdentity } from './identity.ts'
import type { Service } from './service.ts'
import { addApplication, addChallenge, findApplication } from './store/applications.ts'
import { writeAudit } from './store/audit.ts'
import { takeRate } from './store/rates.ts'
import { transact } from './store/transact.ts'

/** The consent to the face check is a step of its own: without it nothing is stored. */
export interface PhoneApplication extends TypedIdentity {
  readonly guardianConsent: boolean
  readonly deviceKey: string
}

export interface Applied {
  readonly id: string
  /** Unix ms. */
  readonly expiresAt: number
  readonly warnings: readonly string[]
}

/**
 * Throws Problem `DOCUMENT_TYPE`, `DOCUMENT_INVALID`, `NAME_INVALID`, `CONSENT_GUARDIAN` or
 * `RATE_LIMITED`.
 */
export async function apply(service: Service, application: PhoneApplication): Promise<Applied> {
  const { db, secrets, clock, config } = service
  const now = clock.now()
  const { deviceKey, guardianConsent } = application
  const { warnings, ...identity } = checkIdentity(config.documents, application, now)
  const { documentType, documentNumber } = identity
  if (!guardianConsent && isUnderConsentAge(documentType, documentNumber, now)) {
    throw new Problem('CONSENT_GUARDIAN')
  }
  if (!(await takeRate(db, 'apply', deviceKey, now))) throw new Problem('RATE_LIMITED')
  const added = await transact(db, async tx => {
    const one = await addApplication(tx, secrets, { identity, deviceKey, guardianConsent }, now)
    const entry = { actor: 'phone', action: 'application.create', subject: one.id } as const
    await writeAudit(tx, { ...entry, detail: { guardianConsent } }, now)
    return one
  })
  return { ...added, warnings }
}

export interface Challenge {
  readonly id: string
  readonly prompts: readonly Prompt[]
  /** Unix ms. */
  readonly expiresAt: number
}

/** Throws Problem `APPLICATION_UNKNOWN`, `APPLICATION_DONE` or `TRIES_USED`. */
export async function challengeApplication(
  service: Service,
  id: string,
  deviceKey: string,
): Promise<Challenge> {
  await openApplication(service, id, deviceKey)
  return makeOne(service, { subject: `application ${id}`, deviceKey })
}

/** For a certificate that the caller knows to be on this phone. */
export function challengeCertificate(
  service: Service,
  id: string,
  deviceKey: string,
): Promise<Challenge> {
  return makeOne(service, { subject: `certificate ${id}`, deviceKey })
}

/** The application of this phone, with tries left. Throws as `challengeApplication`. */
export async function openApplication(service: Service, id: string, deviceKey: string) {
  const { db, secrets, clock } = service
  const found = await findApplication(db, secrets, { id, deviceKey }, clock.now())
  switch (found.state) {
    case 'open':
      return found
    case 'done':
      throw new Problem('APPLICATION_DONE')
    case 'used up':
      throw new Problem('TRIES_USED')
    case 'unknown':
      throw new Problem('APPLICATION_UNKNOWN')
  }
}

async function makeOne(
  service: Service,
  of: Parameters<typeof addChallenge>[1],
): Promise<Challenge> {
  // While the person follows the prompts, the networks are loaded.
  service.faces.warm()
  const prompts = makeChallenge(randomInt(2 ** 32) / 2 ** 32)
  return { prompts, ...(await addChallenge(service.db, of, prompts, service.clock.now())) }
}
