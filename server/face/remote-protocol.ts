/**
 * The protocol between this service and a face check of the authority's: one POST of JSON, one small
 * JSON answer. server/face-check.md is its specification.
 */
import { z } from 'zod'
import { readCapped } from '../load/capped-body.ts'
import { REMOTE_ANSWER_BYTES_MAX } from './limits.ts'
import type { Capture, FaceOutcome, FaceReason, ScoreBand } from './port.ts'

export const PROTOCOL = 'wicketgate-face/1'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

export function requestBody(onFile: Uint8Array, { prompts, frames }: Capture): string {
  return JSON.stringify({
    protocol: PROTOCOL,
    prompts,
    frames: frames.map(({ prompt, picture }) => ({ prompt, picture: base64(picture) })),
    onFile: base64(onFile),
  })
}

const REASONS = Object.keys({
  BAD_PICTURE: true,
  NO_FACE: true,
  SEVERAL_FACES: true,
  TOO_SMALL: true,
  TOO_DARK: true,
  TOO_BLURRED: true,
  INCOMPLETE: true,
  WRONG_ORDER: true,
  STILL: true,
  OTHER_PERSON: true,
  NO_MATCH: true,
  ON_FILE: true,
} satisfies Record<FaceReason, true>) as FaceReason[]
const BANDS = Object.keys({ near: true, close: true, far: true } satisfies Record<
  ScoreBand,
  true
>) as ScoreBand[]

/** Members that we don't know are left aside; a refusal has its reason, and nothing else has one. */
const answerSchema = z
  .object({
    challengePassed: z.boolean(),
    matched: z.boolean(),
    reason: z.enum(REASONS).nullish(),
    band: z.enum(BANDS).nullish(),
  })
  .refine(
    ({ challengePassed, matched, reason }) => (challengePassed && matched) === (reason == null),
  )

/** Why there is no outcome: tokens for the log, with nothing of what was sent. */
export type Fault = 'BUSY' | 'NETWORK' | 'TIMEOUT' | 'STATUS' | 'TOO_LARGE' | 'MALFORMED'

export type Came =
  | { readonly ok: true; readonly outcome: FaceOutcome }
  /** `again`: nothing was decided, so the same request may be sent once more. */
  | { readonly ok: false; readonly fault: Fault; readonly again: boolean; readonly error?: unknown }

const BUSY = new Set([429, 503])
const GATEWAY = new Set([502, 504])

/** Reads no more than the cap, and ends what goes on past it. Rejects when the connection breaks. */
export async function readAnswer(response: Response): Promise<Came> {
  const { status } = response
  if (status !== 200) {
    await response.body?.cancel()
    const fault = BUSY.has(status) ? 'BUSY' : 'STATUS'
    return { ok: false, fault, again: BUSY.has(status) || GATEWAY.has(status) }
  }
  const body = await readCapped(response.body, REMOTE_ANSWER_BYTES_MAX)
  if (body === undefined) return { ok: false, fault: 'TOO_LARGE', again: false }
  const parsed = answerSchema.safeParse(jsonOf(body.toString()))
  if (!parsed.success) return { ok: false, fault: 'MALFORMED', again: false }
  const { challengePassed, matched, reason, band } = parsed.data
  const outcome = { challengePassed, matched, ...(reason && { reason }), ...(band && { band }) }
  return { ok: true, outcome }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
