/** A certificate on a phone, with a pass: the answer of a claim, an application and a renewal. */
import { z } from '@hono/zod-openapi'
import type { Issued } from '../../services/face-check.ts'
import { isoTime } from './route.ts'

/** The certificate and a pass of at most 30 minutes, base64url. */
export const issuedSchema = z
  .object({
    certificate: z.object({
      id: z.string(),
      validFrom: z.iso.datetime(),
      validUntil: z.iso.datetime(),
    }),
    pass: z.string(),
    passExpiresAt: z.iso.datetime(),
  })
  .openapi('Issued')

export const issuedAnswer = ({ certificate, pass, passExpiresAt }: Issued) => ({
  certificate: {
    id: certificate.id,
    validFrom: isoTime(certificate.valid_from),
    validUntil: isoTime(certificate.valid_until),
  },
  pass: Buffer.from(pass).toString('base64url'),
  passExpiresAt: isoTime(passExpiresAt),
})
