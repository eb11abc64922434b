/**
 * `face capture`: the answer to a challenge as the service wants it, from one photo of the demo set, with
 * the head turned as the prompts say. For whoever tries the API without a camera: of other photos it
 * is not known where the head is.
 */
import { readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { captureOf, type Head } from '../../fixtures/face-capture.ts'
import { explainIssues } from '../../gate/contract/explain.ts'
import { readJsonText } from '../../gate/contract/json-text.ts'
import { OptionError } from '../../gate/contract/options.ts'
import { FRAMES_MAX, FRAMES_MIN } from '../../server/face/limits.ts'
import { PROMPTS } from '../../server/face/port.ts'
import { FACES } from '../seed/put.ts'

/** Files, and which of the takes that differ: 0 to TAKE_MAX. */
export interface CaptureInput {
  readonly photo: string
  readonly challenge: string
  readonly holder: string
  readonly take: number
}

/** The head stands elsewhere before the camera in each. */
export const TAKE_MAX = 4

/** The service's answer to `…/challenge`; what else it tells is of no use here. */
const challengeSchema = z.object({
  challenge: z.string(),
  prompts: z.array(z.enum(PROMPTS)).min(1).max(FRAMES_MAX),
  /** How many pictures each prompt wants. */
  pictures: z.array(z.int().min(1).max(FRAMES_MAX)).optional(),
})
const holderSchema = z.looseObject({ kty: z.literal('EC'), crv: z.literal('P-256') })
const headSchema = z.object({
  x: z.number(),
  y: z.number(),
  radius: z.number(),
  noseY: z.number(),
  degrees: z.partialRecord(z.enum(PROMPTS), z.number()).exactOptional(),
})
const headsSchema = z.record(z.string(), headSchema)

/** The body of `…/face` or `…/passes`, as JSON. Throws OptionError. */
export async function captureBody(input: CaptureInput): Promise<string> {
  const { challenge, prompts, pictures } = readAs(input.challenge, challengeSchema)
  const holderKey = readAs(input.holder, holderSchema)
  const head = headOf(input.photo)
  const portrait = new Uint8Array(readFile(input.photo))
  const taking = { pictures: pictures ?? enough(prompts.length), take: input.take }
  const { frames } = await captureOf(portrait, head, prompts, taking)
  const shown = frames.map(({ prompt, picture }) => ({
    prompt,
    picture: Buffer.from(picture).toString('base64'),
  }))
  return JSON.stringify({ challenge, frames: shown, holderKey })
}

/** One picture a prompt, and more of the first where that is too few. */
function enough(prompts: number): number[] {
  return Array.from({ length: prompts }, (_, i) =>
    i === 0 ? Math.max(1, FRAMES_MIN - prompts + 1) : 1,
  )
}

function headOf(photo: string): Head {
  const heads = readAs(join(FACES, 'heads.json'), headsSchema)
  const [, name = ''] = /^(.+)-live\.jpg$/.exec(basename(photo)) ?? []
  const head = Object.hasOwn(heads, name) ? heads[name] : undefined
  if (head === undefined || dirname(resolve(photo)) !== FACES) {
    const names = Object.keys(heads).map(one => `${one}-live.jpg`)
    throw new OptionError(
      `--photo ${photo}: give one of the demo set: ${join(FACES, names.join(', '))}`,
    )
  }
  return head
}

function readAs<S extends z.ZodType>(file: string, schema: S): z.infer<S> {
  const read = readJsonText(readFile(file))
  if (!read.ok) throw new OptionError(`${file}: ${read.problem}`)
  const parsed = schema.safeParse(read.value)
  if (parsed.success) return parsed.data
  throw new OptionError(`${file}: ${explainIssues(parsed.error, read.value).join('; ')}`)
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new OptionError(`${file}: ${(error as Error).message}`)
  }
}
