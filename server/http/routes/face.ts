/**
 * The two routes of a face check, a challenge and the pictures that answer it: declared alike for an
 * application and for a certificate, which the path names.
 */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ProblemCode } from '../../errors.ts'
import { FRAMES_MAX, FRAMES_PER_PROMPT_MAX, PROMPTS_COUNT_MAX } from '../../face/limits.ts'
import { PROMPTS } from '../../face/port.ts'
import { FACE_BODY_BYTES_MAX, FRAME_CHARS_MAX } from '../../limits.ts'
import { clientAddress } from '../../load/client-address.ts'
import type { Service, ServiceEnv } from '../../services/context.ts'
import { type FaceAttempt, faceBusy } from '../../services/face-check.ts'
import type { ChallengeOf, OpenChallenge } from '../../store/applications/challenges.ts'
import type { Knows } from './guard.ts'
import { issuedSchema } from './issued.ts'
import {
  certificateIdSchema,
  isoTime,
  json,
  jsonBody,
  PROOF_PROBLEMS,
  p256JwkSchema,
  problems,
  route,
} from './route.ts'

const idParam = z.object({ id: certificateIdSchema })

const challengeSchema = z
  .object({
    challenge: z.string(),
    prompts: z.array(z.enum(PROMPTS)).describe('which way to look, in this order'),
    pictures: z
      .array(z.int().min(1).max(FRAMES_PER_PROMPT_MAX))
      .describe('how many pictures each prompt wants: exactly so many'),
    expiresAt: z.iso.datetime(),
  })
  .openapi('Challenge')

export const challengeAnswer = ({ id, prompts, pictures, expiresAt }: OpenChallenge) => ({
  challenge: id,
  prompts: [...prompts],
  pictures: [...pictures],
  expiresAt: isoTime(expiresAt),
})

const captureSchema = z
  .strictObject({
    challenge: certificateIdSchema,
    frames: z
      .array(
        z.strictObject({
          prompt: z
            .int()
            .min(0)
            .max(PROMPTS_COUNT_MAX - 1)
            .describe('index of the prompt that it answers'),
          picture: z.base64().max(FRAME_CHARS_MAX).describe('JPEG, PNG or WebP in base64'),
        }),
      )
      .min(1)
      .max(FRAMES_MAX)
      .describe(
        'as many of each prompt as the challenge says, in the order in which they were taken',
      ),
    holderKey: p256JwkSchema,
  })
  .openapi('Capture')

/** What a phone sent, with the phone's own key and address. */
export function attemptOf(
  c: Context<ServiceEnv>,
  id: string,
  { challenge, frames, holderKey }: z.infer<typeof captureSchema>,
): FaceAttempt {
  const { kty, crv, x, y } = holderKey
  const service = c.get('service')
  const address = shareOf(service, clientAddress(c, service.config.trustedProxies))
  return {
    ...{ id, deviceKey: c.get('device'), challenge, address },
    holderKey: { kty, crv, x, y },
    frames: frames.map(({ prompt, picture }) => ({
      prompt,
      picture: new Uint8Array(Buffer.from(picture, 'base64')),
    })),
  }
}

interface FaceRoute<P extends string> {
  readonly path: P
  /** What its id names. */
  readonly of: ChallengeOf['kind']
  readonly summary: string
  /** Asked before the pictures are read. */
  readonly knows: Knows
}

/** `refusals`: why there may be no challenge. */
export function challengeRoute<const P extends string>(
  { path, summary, of, knows }: FaceRoute<P>,
  refusals: readonly ProblemCode[],
) {
  return route(
    { by: 'phone', knows: withRoom({ of, knows }) },
    {
      method: 'post',
      path,
      tags: ['phone'],
      summary,
      request: { params: idParam, ...jsonBody(z.strictObject({})) },
      responses: {
        201: json(
          'The open challenge: the same one again until it is answered or over',
          challengeSchema,
        ),
        ...problems('INVALID', ...PROOF_PROBLEMS, 'FACE_BUSY', ...refusals),
      },
    },
  )
}

/** Whose share of the face check it is. */
const shareOf = ({ secrets }: Service, address: string): string =>
  secrets.mac('address', address).toString('base64url')

/** Whom the queue would turn away is told before a picture is taken, sent or read, or anything written. */
const withRoom =
  ({ of, knows }: Pick<FaceRoute<string>, 'of' | 'knows'>): Knows =>
  async (service, id, deviceKey, address) => {
    await knows(service, id, deviceKey, address)
    const asker = { address: shareOf(service, address), subject: `${of} ${id}` }
    if (service.faces.hasRoom?.(asker) === false) throw faceBusy()
  }

/** `made`: what a match comes to. */
export function captureRoute<const P extends string>(
  { path, summary, of, knows }: FaceRoute<P>,
  made: string,
  refusals: readonly ProblemCode[],
) {
  return route(
    { by: 'phone', knows: withRoom({ of, knows }) },
    {
      method: 'post',
      path,
      tags: ['phone'],
      summary,
      request: { params: idParam, ...jsonBody(captureSchema) },
      responses: { 201: json(made, issuedSchema), ...problems(...FACE_PROBLEMS, ...refusals) },
    },
    { room: 'pictures', bytesMax: FACE_BODY_BYTES_MAX },
  )
}

const FACE_PROBLEMS = [
  ...(['BUSY', 'BODY_SLOW'] as const),
  ...(['INVALID', 'TOO_LARGE', ...PROOF_PROBLEMS, 'CHALLENGE_INVALID', 'NOT_VERIFIED'] as const),
  ...(['FACE_BAD_PICTURE', 'FACE_NOT_FOUND', 'FACE_SEVERAL', 'FACE_TOO_SMALL'] as const),
  ...(['FACE_TOO_DARK', 'FACE_TOO_BLURRED', 'FACE_INCOMPLETE', 'FACE_WRONG_ORDER'] as const),
  ...([
    'FACE_STILL',
    'FACE_SEEN',
    'FACE_OTHER_PERSON',
    'FACE_BUSY',
    'FACE_UNAVAILABLE',
    'NO_KEY',
  ] as const),
] as const
