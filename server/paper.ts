/**
 * A pass on paper, printed at the window for someone whose phone won't do: no holder's key, at most
 * 24 hours, signed by an issuer key of class paper. It shares its certificate's status bit.
 */
import { stateOf } from './domain/certificate.ts'
import { Problem } from './errors.ts'
import { lifeOf, type MintedPass, mintPass } from './minting.ts'
import type { Service } from './service.ts'
import { writeAudit } from './store/audit.ts'
import { findCertificate } from './store/certificates.ts'
import { transact } from './store/transact.ts'

/** Throws Problem `CERTIFICATE_UNKNOWN`, `CERTIFICATE_ENDED`, or `NO_KEY`. */
export async function printPaper(
  service: Service,
  request: { readonly id: string; readonly reason: string; readonly by: string },
): Promise<MintedPass> {
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
  return mintPass(service, certificate, undefined, now)
}
