/** `npm run face -- pairs FILE`: how well the face check tells people apart, on photos of your own. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { explainIssues } from '../gate/contract/explain.ts'
import { readJsonText } from '../gate/contract/json-text.ts'
import { readOptions } from '../gate/contract/options.ts'
import { createFaceEngine } from '../server/face/engine.ts'
import { MATCH_DISTANCE_MAX, PICTURE_BYTES_MAX } from '../server/face/limits.ts'
import { distance } from '../server/face/measure.ts'
import type { Embedding } from '../server/face/port.ts'
import { type ScoredPair, scorePairs, tableOf } from './face/score.ts'

const HELP = `npm run face -- pairs FILE.json [--threshold D] [--json]

Scores pairs of photos as the face check does, so that a threshold can be chosen from data.

  FILE.json       {"pairs": [{"a": "one.jpg", "b": "other.jpg", "same": true}, …]}, up to 100,000
                  pairs; pictures are looked for beside it
  --threshold D   distances below D are one person (${MATCH_DISTANCE_MAX}, what the service uses)
  --json          one object: genuine, impostor, falseAccepts, falseRejects, threshold, unusable
  --help          this text

A picture without exactly one face is unusable, as is one that can't be read: it is named on standard
error, its pairs are left out and counted. Exit codes: 0 scored, 1 scored but for pictures that could
not be read, 2 wrong arguments or input.
`

const PAIRS_MAX = 100_000
const name = z.string().min(1).max(400)
const pairsSchema = z.object({
  pairs: z
    .array(z.object({ a: name, b: name, same: z.boolean() }))
    .min(1)
    .max(PAIRS_MAX),
})

class InputError extends Error {}

interface Options {
  readonly file: string
  readonly threshold: number
  readonly json: boolean
}

const OPTIONS = {
  threshold: { type: 'string', default: String(MATCH_DISTANCE_MAX) },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

function optionsOf(args: readonly string[]): Options | 'help' {
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS }),
  )
  if (values.help) return 'help'
  const [command, file] = positionals
  if (command !== 'pairs' || file === undefined || positionals.length > 2) {
    throw new InputError('say: pairs FILE.json; see --help')
  }
  const threshold = Number(values.threshold)
  if (!(threshold > 0 && threshold <= 2)) {
    throw new InputError(`--threshold is a distance over 0 and up to 2, not "${values.threshold}"`)
  }
  return { file, threshold, json: values.json }
}

function readPairs(file: string): z.infer<typeof pairsSchema>['pairs'] {
  try {
    const read = readJsonText(readFileSync(file))
    if (!read.ok) throw new Error(read.problem)
    const parsed = pairsSchema.safeParse(read.value)
    if (parsed.success) return parsed.data.pairs
    throw new Error(explainIssues(parsed.error, read.value).join('\n'))
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`)
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
      if (process.stderr.isTTY) process.stderr.write(`\r${i + 1} of ${names.length} pictures`)
    }
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    await engine.close()
  }
  return { known, unusable, unread }
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(HELP)
    return 0
  }
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

process.exitCode = await main().catch(error => {
  process.stderr.write(`face: ${(error as Error).message}\n`)
  return 2
})
