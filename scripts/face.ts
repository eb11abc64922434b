/** `npm run face -- pairs FILE | capture …`: the face check on photos of one's own, and without a camera. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { MATCH_DISTANCE_MAX } from '../server/face/limits.ts'
import { captureBody, TAKE_MAX } from './face/capture.ts'

const HELP = `npm run face -- pairs FILE.json [--threshold D] [--json]
npm run face -- capture --photo FILE --challenge FILE --holder FILE [--take N]

pairs scores pairs of photos as the face check does, so that a threshold can be chosen from data.

  FILE.json       {"pairs": [{"a": "one.jpg", "b": "other.jpg", "same": true}, …]}, up to 100,000
                  pairs; pictures are looked for beside it
  --threshold D   distances below D are one person (${MATCH_DISTANCE_MAX}, what the service uses)
  --json          one object: genuine, impostor, falseAccepts, falseRejects, threshold, unusable

A picture without exactly one face is unusable, as is one that can't be read: it is named on standard
error, its pairs are left out and counted. Exit codes: 0 scored, 1 scored but for pictures that could
not be read, 2 wrong arguments or input.

capture prints the body of …/face (or …/passes) that answers a challenge, made from one photo of the
demo set: for trying the API without a camera, and for nothing else.

  --photo FILE      a "camera" of npm run seed: the head is turned as the prompts say
  --challenge FILE  the service's answer to …/challenge
  --holder FILE     the phone's holder key as JWK, as npm run pass -- key prints it
  --take N          0 to ${TAKE_MAX}: where the head stands; one at random when left out. If the capture
                    is refused, also as one that was seen before: take another

  --help            this text
`

const OPTIONS = {
  threshold: { type: 'string', default: String(MATCH_DISTANCE_MAX) },
  json: { type: 'boolean', default: false },
  photo: { type: 'string' },
  challenge: { type: 'string' },
  holder: { type: 'string' },
  take: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** What each command takes. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  pairs: ['threshold', 'json', 'help'],
  capture: ['photo', 'challenge', 'holder', 'take', 'help'],
}

const readArguments = () =>
  readOptions(
    OPTIONS,
    () => parseArgs({ allowPositionals: true, options: OPTIONS }),
    ({ positionals: [command = ''] }) => TAKEN[command] ?? Object.keys(OPTIONS),
  )

type Values = ReturnType<typeof readArguments>['values']

async function main(): Promise<number> {
  endWithReader(process)
  const { values, positionals } = readArguments()
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const [command, file] = positionals
  if (command === 'capture' && positionals.length === 1) return capture(values)
  if (command !== 'pairs' || file === undefined || positionals.length > 2) {
    throw new OptionError('say: pairs FILE.json, or capture; see --help')
  }
  const threshold = Number(values.threshold)
  if (!(threshold > 0 && threshold <= 2)) {
    throw new OptionError(`--threshold is a distance over 0 and up to 2, not "${values.threshold}"`)
  }
  const { scoreFile } = await import('./face/pairs.ts')
  return scoreFile({ file, threshold, json: values.json })
}

async function capture({ photo, challenge, holder, take }: Values): Promise<number> {
  if (photo === undefined || challenge === undefined || holder === undefined) {
    throw new OptionError('--photo, --challenge and --holder are needed; see --help')
  }
  const number = take === undefined ? randomInt(TAKE_MAX + 1) : Number(take)
  if (!Number.isInteger(number) || number < 0 || number > TAKE_MAX) {
    throw new OptionError(`--take is a whole number from 0 to ${TAKE_MAX}, not "${take}"`)
  }
  const body = await captureBody({ photo, challenge, holder, take: number })
  process.stdout.write(`${body}\n`)
  return 0
}

process.exitCode = await main().catch(error => {
  process.stderr.write(`face: ${(error as Error).message}\n`)
  return 2
})
