/**
 * A pass on paper, printed at the window for a person without a usable phone: no holder's key, at most
 * 24 hours, signed by an issuer key of class paper. It shares its certificate's status bit.
 */
import { stateOf } from '../domain/certificate.ts'
import { Problem } from '../errors.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { findCertificate } from '../store/certificates/certificates.ts'
import { transact } from '../store/engine/transact.ts'
import type { Service } from './context.ts'
import { lifeOf, type SignedPass, signPass } from './sign-pass.ts'

/** Throws Problem `CERTIFICATE_UNKNOWN`, `CERTIFICATE_ENDED`, or `NO_KEY`. */
export async function printPaper(
  service: Service,
  request: { readonly id: string; readonly reason: string; readonly by: string },
): Promise<SignedPass> {
  const { id, reason, by } = request
  const now = service.clock.now()
  service.publisher.key({ role: 'issuer', passClass: 'paper' })
  const certificate = await transact(service.db, async tx => {
    const found = await findCertificate(tx, id)
    if (found === undefined) throw new Problem('CERTIFICATE_UNKNOWN')
    if (stateOf(lifeOf(found), now) !== 'active') throw new Problem('CERTIFICATE_ENDED')
    const actor = `staff:${by}` as const
    const entry = { actor, action: 'certificate.paper', subject: id, detail: { reason } } as const
    await writeAudit(tx, entry, now)
    return found
  })
  return signPass(service, certificate, undefined, now)
}
