/** `face pairs`: how well the face check tells people apart, on photos of one's own. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { explainIssues } from '../../gate/contract/explain.ts'
import { readJsonText } from '../../gate/contract/json-text.ts'
import { OptionError } from '../../gate/contract/options.ts'
import { createFaceEngine } from '../../server/face/engine.ts'
import { PICTURE_BYTES_MAX } from '../../server/face/limits.ts'
import { distance } from '../../server/face/measure.ts'
import type { Embedding } from '../../server/face/port.ts'
import { createProgressLine } from '../report/progress-line.ts'
import { type ScoredPair, scorePairs, tableOf } from './score.ts'

const PAIRS_MAX = 100_000
const name = z.string().min(1).max(400)
const pairsSchema = z.object({
  pairs: z
    .array(z.object({ a: name, b: name, same: z.boolean() }))
    .min(1)
    .max(PAIRS_MAX),
})

export interface PairsInput {
  readonly file: string
  readonly threshold: number
  readonly json: boolean
}

function readPairs(file: string): z.infer<typeof pairsSchema>['pairs'] {
  try {
    const read = readJsonText(readFileSync(file))
    if (!read.ok) throw new Error(read.problem)
    const parsed = pairsSchema.safeParse(read.value)
    if (parsed.success) return parsed.data.pairs
    throw new Error(explainIssues(parsed.error, read.value).join('\n'))
  } catch (error) {
    throw new OptionError(`${file}: ${(error as Error).message}`)
  }
}

/** Its bytes, or why there are none. */
function readPhoto(path: string): Uint8Array | string {
  try {
    const bytes = readFileSync(path)
    return bytes.length > PICTURE_BYTES_MAX
      ? `more than ${PICTURE_BYTES_MAX} bytes`
      : new Uint8Array(bytes)
  } catch (error) {
    return (error as Error).message
  }
}

/** Every picture once; a name is missing where a picture is unusable, `unread` of them no picture. */
async function describeAll(
  names: readonly string[],
  folder: string,
): Promise<{ known: Map<string, Embedding>; unusable: Map<string, string>; unread: number }> {
  let unread = 0
  const known = new Map<string, Embedding>()
  const unusable = new Map<string, string>()
  const engine = createFaceEngine({ onFault: () => {} })
  const progress = createProgressLine()
  try {
    for (const [i, one] of names.entries()) {
      const photo = readPhoto(resolve(folder, one))
      if (typeof photo === 'string') {
        unread += 1
        unusable.set(one, photo)
        continue
      }
      const described = await engine.describe(photo)
      if (described.ok) known.set(one, described.embedding)
      else unusable.set(one, described.reason)
      progress.show(`${i + 1} of ${names.length} pictures`)
    }
  } finally {
    progress.clear()
    await engine.close()
  }
  return { known, unusable, unread }
}

/** Prints the score. Gives the exit code: 1 when a picture could not be read. Throws OptionError. */
export async function scoreFile(options: PairsInput): Promise<number> {
  const pairs = readPairs(options.file)
  const names = [...new Set(pairs.flatMap(pair => [pair.a, pair.b]))]
  const { known, unusable, unread } = await describeAll(names, dirname(options.file))
  const scored = pairs.flatMap(({ a, b, same }): ScoredPair[] => {
    const [one, other] = [known.get(a), known.get(b)]
    return one && other ? [{ same, distance: distance(one, other) }] : []
  })
  for (const [one, reason] of unusable) process.stderr.write(`unusable: ${one}: ${reason}\n`)
  const code = unread === 0 ? 0 : 1
  const score = scorePairs(scored, options.threshold)
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ ...score, unusable: pairs.length - scored.length })}\n`,
    )
    return code
  }
  process.stdout.write(tableOf(scored, options.threshold))
  return code
}
