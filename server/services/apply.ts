/**
 * Applying by phone, up to the face check. Every answer here is the same for a person on file and any
 * other: it reveals neither who is registered nor who has used the month's certificates.
 */
import { isUnderConsentAge } from '../domain/birth-date.ts'
import { Problem } from '../errors.ts'
import { addApplication, findApplication } from '../store/applications/applications.ts'
import { takeRate } from '../store/applications/rates.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { transact } from '../store/engine/transact.ts'
import type { Service } from './context.ts'
import { checkIdentity, openCentury, type Remarks, type TypedIdentity } from './identity.ts'

/** The consent to the face check is a step of its own: without it nothing is stored. */
export interface PhoneApplication extends TypedIdentity {
  readonly guardianConsent: boolean
  readonly deviceKey: string
}

export interface Applied extends Remarks {
  readonly id: string
  /** Unix ms. */
  readonly expiresAt: number
}

/**
 * Throws Problem `DOCUMENT_TYPE`, `DOCUMENT_OTHER_TYPE`, `DOCUMENT_INVALID`, `NAME_INVALID`,
 * `CONSENT_GUARDIAN` or `RATE_LIMITED`.
 */
export async function apply(service: Service, application: PhoneApplication): Promise<Applied> {
  const { db, secrets, clock, config } = service
  const now = clock.now()
  const { deviceKey, guardianConsent } = application
  const { warnings, readings, ...identity } = checkIdentity(config.documents, application, now)
  const { documentType, documentNumber } = identity
  if (!guardianConsent && isUnderConsentAge(documentType, documentNumber, now)) {
    throw new Problem('CONSENT_GUARDIAN', openCentury(identity, now))
  }
  if (!(await takeRate(db, 'apply', deviceKey, now))) throw new Problem('RATE_LIMITED')
  const added = await transact(db, async tx => {
    const one = await addApplication(tx, secrets, { identity, deviceKey, guardianConsent }, now)
    const entry = { actor: 'phone', action: 'application.create', subject: one.id } as const
    await writeAudit(tx, { ...entry, detail: { guardianConsent } }, now)
    return one
  })
  return { ...added, warnings, readings }
}

/** An application, as the phone that made it names it. */
export interface OfPhone {
  readonly id: string
  readonly deviceKey: string
}

/** The application of this phone. Throws Problem `APPLICATION_UNKNOWN` or `APPLICATION_DONE`. */
export async function applicationOf(service: Service, { id, deviceKey }: OfPhone) {
  const { db, secrets, clock } = service
  const found = await findApplication(db, secrets, { id, deviceKey }, clock.now())
  switch (found.state) {
    case 'open':
      return found
    case 'done':
      throw new Problem('APPLICATION_DONE')
    case 'unknown':
      throw new Problem('APPLICATION_UNKNOWN')
  }
}
