/** What applications and renewals share: challenges, pictures that answer them, and what comes out. */
import { z } from '@hono/zod-openapi'
import type { Challenge } from '../applying.ts'
import { FRAMES_MAX, PROMPTS_COUNT } from '../face/limits.ts'
import { PROMPTS } from '../face/port.ts'
import { FRAME_CHARS_MAX } from '../limits.ts'
import type { FaceAttempt, Issued } from '../verifying.ts'
import { certificateIdSchema, isoTime, p256JwkSchema, problems } from './route.ts'

export const challengeSchema = z
  .object({
    challenge: z.string(),
    prompts: z.array(z.enum(PROMPTS)),
    expiresAt: z.iso.datetime(),
  })
  .openapi('Challenge')

export const challengeAnswer = ({ id, prompts, expiresAt }: Challenge) => ({
  challenge: id,
  prompts: [...prompts],
  expiresAt: isoTime(expiresAt),
})

export const captureSchema = z
  .strictObject({
    challenge: certificateIdSchema,
    frames: z
      .array(
        z.strictObject({
          prompt: z
            .int()
            .min(0)
            .max(PROMPTS_COUNT - 1)
            .describe('index of the prompt that it answers'),
          picture: z.base64().max(FRAME_CHARS_MAX).describe('JPEG, PNG or WebP in base64'),
        }),
      )
      .min(1)
      .max(FRAMES_MAX)
      .describe(
        'one to three a prompt, four to eight in all, in the order in which they were taken',
      ),
    holderKey: p256JwkSchema,
  })
  .openapi('Capture')

export function attemptOf(
  id: string,
  deviceKey: string,
  { challenge, frames, holderKey }: z.infer<typeof captureSchema>,
): FaceAttempt {
  const { kty, crv, x, y } = holderKey
  return {
    ...{ id, deviceKey, challenge },
    holderKey: { kty, crv, x, y },
    frames: frames.map(({ prompt, picture }) => ({
      prompt,
      picture: new Uint8Array(Buffer.from(picture, 'base64')),
    })),
  }
}

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

export const PROOF_PROBLEMS = [
  ...(['PROOF_MISSING', 'PROOF_INVALID', 'USE_NONCE', 'PROOF_REPLAYED'] as const),
  'IN_PROGRESS',
] as const

export const faceProblems = () =>
  problems(
    ...(['INVALID', 'TOO_LARGE', ...PROOF_PROBLEMS, 'CHALLENGE_INVALID'] as const),
    ...(['NOT_VERIFIED', 'TRIES_USED', 'QUOTA_USED', 'APPLICATION_UNKNOWN'] as const),
    ...(['APPLICATION_DONE', 'CERTIFICATE_UNKNOWN', 'CERTIFICATE_ENDED', 'RATE_LIMITED'] as const),
    ...(['FACE_BAD_PICTURE', 'FACE_NOT_FOUND', 'FACE_SEVERAL', 'FACE_TOO_SMALL'] as const),
    ...(['FACE_TOO_DARK', 'FACE_TOO_BLURRED', 'FACE_INCOMPLETE', 'FACE_WRONG_ORDER'] as const),
    ...(['FACE_STILL', 'FACE_OTHER_PERSON', 'FACE_BUSY', 'FACE_UNAVAILABLE', 'NO_KEY'] as const),
  )
