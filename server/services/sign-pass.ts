/** Signs the passes of a certificate that runs: for a phone's key, or for paper. */
import { statusListUri } from '../../pass/claims.ts'
import type { Ec2Key } from '../../pass/crypto.ts'
import { issuePass } from '../../pass/issue.ts'
import {
  type CertificateLife,
  PAPER_LIFE_S,
  PASS_LIFE_S,
  passWindow,
} from '../domain/certificate.ts'
import type { Certificate } from '../store/schema/schema.ts'
import type { Service } from './context.ts'

export interface SignedPass {
  readonly pass: Uint8Array
  /** Unix ms. */
  readonly passExpiresAt: number
}

export function lifeOf(row: Certificate): CertificateLife {
  return {
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    endedAt: row.ended_at,
    endReason: row.end_reason,
  }
}

/**
 * The next pass: at most 30 minutes for the holder's key, at most 24 hours on paper, where
 * `holderKey` is undefined; never past the certificate's end. Throws Problem `NO_KEY`.
 */
export async function signPass(
  service: Service,
  certificate: Certificate,
  holderKey: Ec2Key | undefined,
  now: number,
): Promise<SignedPass> {
  const passClass = holderKey === undefined ? 'paper' : 'phone'
  const { kid, alg, sign } = service.publisher.key({ role: 'issuer', passClass })
  const lifeS = passClass === 'paper' ? PAPER_LIFE_S : PASS_LIFE_S
  const { iat, exp } = passWindow(lifeOf(certificate), now, lifeS)
  const claims = {
    cti: new Uint8Array(Buffer.from(certificate.id, 'hex')),
    iat,
    exp,
    holderKey,
    statusIndex: certificate.status_index,
    statusList: statusListUri(certificate.list),
  }
  return { pass: await issuePass({ claims, kid, alg, sign }), passExpiresAt: exp * 1000 }
}
