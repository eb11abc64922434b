/** What the service issues, as it is kept on the phone. */
import type { Api } from '../shared/api.d.ts'
import { fromBase64Url } from '../shared/bytes.ts'
import type { KeptCertificate, Who } from './kept.ts'
import type { PageContext } from './page-context.ts'

export type Issued = Api['POST /v1/applications/{id}/face']['answer']

/** `holder` and `who`: what the service does not tell. */
export async function certificateOf(
  { client, keeper, serviceClock }: PageContext,
  { certificate, pass, passExpiresAt }: Issued,
  holder: CryptoKeyPair,
  who: Who | undefined,
): Promise<KeptCertificate> {
  const looked = await client.call(
    'GET /v1/certificates/{id}',
    { params: { id: certificate.id } },
    await keeper.device(),
  )
  return {
    id: certificate.id,
    validFrom: Date.parse(certificate.validFrom),
    validUntil: Date.parse(certificate.validUntil),
    pass: fromBase64Url(pass),
    passFrom: serviceClock.now(),
    passExpiresAt: Date.parse(passExpiresAt),
    holder,
    ...(who !== undefined && { who }),
    ...(looked.ok && { monthLeft: looked.body.monthLeft }),
  }
}
