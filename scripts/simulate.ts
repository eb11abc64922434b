/** `npm run simulate`: a station's hours with people and faults, in this process on virtual time. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createGround, type Ground } from '../fixtures/one-process.ts'
import { tempDir } from '../fixtures/temp-dir.ts'
import { OptionError, readOptions, wholeNumber } from '../gate/contract/options.ts'
import { planFaults } from './simulate/faults.ts'
import { createProgress, outcomeText } from './simulate/print.ts'
import { type Outcome, type Plan, simulate } from './simulate/run.ts'
import { shrink } from './simulate/shrink.ts'

const HELP = `npm run simulate -- [--seed N] [--seeds N] [--hours H] [--lanes N] [--passengers N]
                           [--faults N] [--no-shrink] [--plan FILE]

A station in one process on virtual time: the production service and gate, passengers with phones, and
faults of network, disk, power, clock, devices and staff. At every step and at the end invariants are
checked (scripts/simulate/README.md). The same seed gives the same hash.

  --seed N         (1)
  --seeds N        so many seeds, one after the other, from --seed on (1)
  --hours H        how long people come, 1 to 168 (1); 20 minutes follow in which all heals
  --lanes N        half let in, half let out, 2 to 8 (6)
  --passengers N   people with a phone, each comes some ten times an hour (60)
  --faults N       an hour (25)
  --no-shrink      a broken invariant is only told
  --plan FILE      plays the plan that a failure wrote, in place of all above
  --help           this text

A broken invariant is made smaller: faults and people that it does not need are left out, and the plan
is written to simulation-SEED.json. Exit codes: 0 all held, 1 one was broken, 2 wrong arguments, 130
after SIGINT. The last line is the hash of all that was seen: "hash: HEX".
`

const OPTIONS = {
  seed: { type: 'string' },
  seeds: { type: 'string' },
  hours: { type: 'string' },
  lanes: { type: 'string' },
  passengers: { type: 'string' },
  faults: { type: 'string' },
  plan: { type: 'string' },
  'no-shrink': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const HOUR_MS = 3_600_000
const EVERY_MS = 360_000
const SHRINK_TRIES_MAX = 60

interface Asked {
  readonly help: boolean
  readonly shrinks: boolean
  readonly plans: readonly Plan[]
}

function readArguments(args: readonly string[]): Asked {
  const { values } = readOptions(OPTIONS, () => parseArgs({ args: [...args], options: OPTIONS }))
  const whole = (
    name: Exclude<keyof typeof OPTIONS, 'help' | 'plan' | 'no-shrink'>,
    from: number,
    to: number,
    otherwise: number,
  ) => wholeNumber(name, values[name], { from, to, otherwise })
  const first = whole('seed', 0, 2 ** 31, 1)
  const spanMs = whole('hours', 1, 168, 1) * HOUR_MS
  const lanes = whole('lanes', 2, 8, 6)
  const passengers = whole('passengers', 1, 1000, 60)
  const faults = whole('faults', 0, 1000, 25) * (spanMs / HOUR_MS)
  const seeds = Array.from({ length: whole('seeds', 1, 100_000, 1) }, (_, n) => first + n)
  const how = { help: values.help, shrinks: !values['no-shrink'] }
  if (values.plan !== undefined) return { ...how, plans: [readPlan(values.plan)] }
  const people = Array.from({ length: passengers }, (_, n) => n)
  const plans = seeds.map(seed => ({
    ...{ seed, spanMs, lanes, people, everyMs: EVERY_MS },
    faults: planFaults(seed, faults, spanMs),
  }))
  return { ...how, plans }
}

function readPlan(file: string): Plan {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Plan
  } catch (error) {
    throw new OptionError(`--plan ${file}: ${(error as Error).message}`)
  }
}

/** Makes the plan smaller and writes it; gives the file's name. */
async function explain(ground: Ground, plan: Plan, { broken }: Outcome): Promise<string> {
  const invariant = broken[0]?.invariant
  const progress = createProgress(process.stderr)
  const smaller = await shrink(plan, {
    triesMax: SHRINK_TRIES_MAX,
    onTry: ({ faults, people }, tries) =>
      progress.show(`try ${tries}: ${faults.length} faults, ${people.length} people`),
    async fails(next) {
      const outcome = await simulate(ground, next)
      return outcome.broken.some(one => one.invariant === invariant)
    },
  })
  progress.clear()
  const file = `simulation-${plan.seed}.json`
  writeFileSync(file, `${JSON.stringify(smaller, null, 2)}\n`)
  const { faults, people } = smaller
  process.stdout.write(
    `${file}: ${faults.length} faults (${faults.map(({ kind }) => kind).join(', ')}), ${people.length} people\n` +
      `again: npm run simulate -- --plan ${file}\n`,
  )
  return file
}

async function main(args: readonly string[]): Promise<number> {
  const { help, shrinks, plans } = readArguments(args)
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  let isStopped = false
  process.once('SIGINT', () => {
    isStopped = true
  })
  const progress = createProgress(process.stderr)
  const peopleMax = Math.max(...plans.flatMap(({ people }) => people)) + 1
  const ground = await createGround(tempDir(), peopleMax)
  let code = 0
  let hash = ''
  for (const plan of plans) {
    const from = performance.now()
    const outcome = await simulate(ground, plan, atMs => {
      progress.show(
        `seed ${plan.seed}: ${(atMs / HOUR_MS).toFixed(1)} of ${plan.spanMs / HOUR_MS} h`,
      )
      return !isStopped
    })
    progress.clear()
    if (isStopped) return 130
    hash = outcome.hash
    process.stdout.write(outcomeText(plan, outcome, performance.now() - from))
    if (outcome.broken.length === 0) continue
    code = 1
    if (shrinks) await explain(ground, plan, outcome)
  }
  process.stdout.write(`hash: ${hash}\n`)
  return code
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof OptionError)) throw error
  process.stderr.write(`simulate: ${error.code}: ${error.message}\n`)
  process.exitCode = 2
}
