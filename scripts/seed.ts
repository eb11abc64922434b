/** `npm run seed -- --config FILE`: people, trains and gates to try a service with. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { loadConfig } from '../server/config.ts'
import { StartError } from '../server/errors.ts'
import { SEED_MAX } from './seed/demo-data.ts'
import { FACES, putDemo, SeedError } from './seed/put.ts'

const HELP = `npm run seed -- --config FILE [--seed N]

Puts a demo set into a test service: six people on file, a timetable of today and tomorrow between
two stations, their tickets from the first one, and a code to enrol a gate at each. Run it again to have the codes for another 15
minutes, and the trains of another day; the same seed gives the same set.

  --config FILE  the service's config; refused unless its trust.environment is "test"
  --seed N       0 to ${SEED_MAX}, 1 when left out
  --help         this text

The people are called Traveller One to Six, and their numbers are of a region that does not exist.
The portraits are test photos of real people who must not be named: see fixtures/faces/SOURCES.txt.
Prints one JSON line; the "camera" of a person is a photo from which npm run face -- capture makes
the answer to a challenge. Exit codes: 0 done, 1 a fault, 2 refused or wrong arguments: nothing written.
`

const OPTIONS = {
  config: { type: 'string' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean' },
} as const

async function main(): Promise<number> {
  endWithReader(process)
  const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const seed = /^\d{1,10}$/.test(values.seed) ? Number(values.seed) : Number.NaN
  if (!(seed <= SEED_MAX)) throw new SeedError(`--seed is a whole number from 0 to ${SEED_MAX}`)
  if (values.config === undefined) throw new SeedError('--config FILE is missing; see --help')
  const { people, ...rest } = await putDemo(
    loadConfig(values.config, process.env),
    seed,
    Date.now(),
  )
  const shown = people.map(({ photo: _, live, ...one }) => ({ ...one, camera: join(FACES, live) }))
  process.stdout.write(`${JSON.stringify({ people: shown, ...rest })}\n`)
  return 0
}

process.exitCode = await main().catch(error => {
  process.stderr.write(`seed: ${(error as Error).message}\n`)
  const known =
    error instanceof SeedError || error instanceof StartError || error instanceof OptionError
  return known ? 2 : 1
})
