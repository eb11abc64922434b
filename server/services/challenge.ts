/**
 * Challenges of face checks: one open at a time, the same again while it lives, and each new one
 * costs a try. A challenge is derived under the service's key from the person, the minute, and the
 * captures of this person that were kept: more phones or applications for one person get no other
 * challenges, and no capture is asked for twice in a row.
 */

import { Problem } from '../errors.ts'
import { type ChallengePlan, makeChallenge } from '../face/challenge.ts'
import { CHALLENGE_MS } from '../limits.ts'
import { countCheck, returnTry, takeTry } from '../store/applications/applications.ts'
import {
  addChallenge,
  type ChallengeOf,
  holdSubject,
  type OpenChallenge,
  openChallenge,
  reopenChallenge,
} from '../store/applications/challenges.ts'
import { takeRate } from '../store/applications/rates.ts'
import { framesKept } from '../store/applications/seen-frames.ts'
import { transact } from '../store/engine/transact.ts'
import { findPerson, type Identity } from '../store/people/people.ts'
import type { Certificate, Tx } from '../store/schema/schema.ts'
import { applicationOf, type OfPhone } from './apply.ts'
import type { Service } from './context.ts'
import { whereNext } from './face-lock.ts'

/** Throws Problem `APPLICATION_UNKNOWN`, `APPLICATION_DONE` or `TRIES_USED`. */
export async function challengeApplication(
  service: Service,
  phone: OfPhone,
): Promise<OpenChallenge> {
  const { identity } = await applicationOf(service, phone)
  const of = { kind: 'application', ...phone } as const
  return openOrNew(service, of, async tx => {
    if (!(await takeTry(tx, phone.id))) throw new Problem('TRIES_USED', whereNext(service))
    return identity
  })
}

/** For a certificate that the caller knows to be on this phone. Throws Problem `RATE_LIMITED`. */
export function challengeCertificate(
  service: Service,
  { id, person }: Certificate,
  deviceKey: string,
): Promise<OpenChallenge> {
  const { secrets, clock } = service
  return openOrNew(service, { kind: 'certificate', id, deviceKey }, async tx => {
    if (!(await takeRate(tx, 'renew', id, clock.now()))) throw new Problem('RATE_LIMITED')
    return findPerson(tx, secrets, person)
  })
}

/** `pay`: takes what a new one costs, and says whom it is for. */
function openOrNew(
  service: Service,
  of: ChallengeOf,
  pay: (tx: Tx) => Promise<Identity>,
): Promise<OpenChallenge> {
  const { db, faces, clock } = service
  // While the person follows the prompts, the networks are loaded.
  faces.warm()
  return transact(db, async tx => {
    const now = clock.now()
    await holdSubject(tx, of)
    const open = await openChallenge(tx, of, now)
    if (open !== undefined) return open
    return addChallenge(tx, of, await planFor(tx, service, await pay(tx), now), now)
  })
}

/** As good as drawn at random. */
async function planFor(
  tx: Tx,
  { secrets, registry }: Service,
  identity: Identity,
  now: number,
): Promise<ChallengePlan> {
  const minute = Math.floor(now / CHALLENGE_MS)
  const subject = await registry.subjectOf(tx, identity)
  const from = `${minute} ${subject} ${await framesKept(tx, subject)}`
  return makeChallenge(secrets.mac('challenge', from).readUInt32BE() / 2 ** 32)
}

/** After a face check that came to nothing by no fault of the person's: it costs no try. */
export async function challengeAgain(service: Service, id: string, of: ChallengeOf): Promise<void> {
  await transact(service.db, async tx => {
    const opened = await reopenChallenge(tx, id, of, service.clock.now())
    if (of.kind !== 'application') return
    await countCheck(tx, of.id, -1)
    if (!opened) await returnTry(tx, of.id)
  })
}
