/** `npm run simulate`: a station's hours with people and faults, in this process on virtual time. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { StuckError } from '../fixtures/clock.ts'
import { createGround, type Ground } from '../fixtures/one-process.ts'
import { tempDir } from '../fixtures/temp-dir.ts'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions, wholeNumber } from '../gate/contract/options.ts'
import { createProgressLine, type ProgressLine } from './report/progress-line.ts'
import { noteStop } from './report/stop-signals.ts'
import { explain } from './simulate/explain.ts'
import { GROWTH_GATES, GROWTH_PHONES, playGrowth } from './simulate/growth.ts'
import { simulationPage } from './simulate/html.ts'
import { outcomeText, spent } from './simulate/print.ts'
import { createReporter } from './simulate/report.ts'
import { type Plan, simulate } from './simulate/run.ts'
import { HOUR_MS, seedPlan, USUAL_SIZE } from './simulate/seed-plan.ts'

const HELP = `npm run simulate -- [--seed N] [--seeds N] [--hours H] [--gates N] [--lanes N]
                           [--passengers N] [--faults N] [--html FILE] [--no-shrink]
npm run simulate -- --growth [--seed N]

A station in one process on virtual time: the production service and gates, passengers with phones, and
faults of network, bus, disk, power, clock, devices and staff. At every step and at the end invariants are
checked (scripts/simulate/README.md). The same seed gives the same hash.

  --seed N         (1)
  --seeds N        so many seeds, one after the other, from --seed on, until one fails (1)
  --hours H        how long people come, 1 to 168 (1); 20 minutes follow in which all heals
  --gates N        of the station, 1 to 8 (1); several share used codes and areas over its bus
  --lanes N        of each gate: half let in, half let out, 2 to 8 (6)
  --passengers N   people with a phone at a time, each comes some eighteen times an hour; others each day (60)
  --faults N       an hour (25)
  --html FILE      writes a page: each lane over time, who was refused and why, what was wrong; of the
                   last seed
  --no-shrink      a broken invariant is only told
  --growth         how the speed changes: 2, 4 and 8 lanes, and 20 of four gates, with their people for an
                   hour each, then the usual station for 1, 6, 24 and 168 hours; a line for each, in CPU time
  --help           this text

A failure is made smaller: hours, faults and people that it does not need are left out, and what is left
is written to simulation-SEED.json: a scenario, which "npm run replay -- FILE" plays. Exit codes: 0 all
held, 1 one was broken, 2 wrong arguments, 70 a fault of the simulation itself, 129, 130 and 143 after a
signal. The last line is the hash of all that was seen: "hash: HEX".
`

/** No invariant says anything then: neither held nor broken. */
const ITS_OWN_FAULT = 70

const OPTIONS = {
  seed: { type: 'string' },
  seeds: { type: 'string' },
  hours: { type: 'string' },
  gates: { type: 'string' },
  lanes: { type: 'string' },
  passengers: { type: 'string' },
  faults: { type: 'string' },
  html: { type: 'string' },
  'no-shrink': { type: 'boolean', default: false },
  growth: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const OF_GROWTH = ['growth', 'seed', 'help']

interface Asked {
  readonly help: boolean
  readonly growth: boolean
  readonly seed: number
  readonly shrinks: boolean
  readonly html: string | undefined
  readonly plans: readonly Plan[]
}

function readArguments(args: readonly string[]): Asked {
  const { values } = readOptions(
    OPTIONS,
    () => parseArgs({ args: [...args], options: OPTIONS }),
    ({ values }) => (values.growth ? OF_GROWTH : Object.keys(OPTIONS)),
  )
  const whole = (
    name: Exclude<keyof typeof OPTIONS, 'help' | 'growth' | 'html' | 'no-shrink'>,
    from: number,
    to: number,
    otherwise: number,
  ) => wholeNumber(name, values[name], { from, to, otherwise })
  const seed = whole('seed', 0, 2 ** 31, 1)
  const size = {
    hours: whole('hours', 1, 168, USUAL_SIZE.hours),
    gates: whole('gates', 1, 8, USUAL_SIZE.gates),
    lanes: whole('lanes', 2, 8, USUAL_SIZE.lanes),
    passengers: whole('passengers', 1, 1000, USUAL_SIZE.passengers),
    faults: whole('faults', 0, 1000, USUAL_SIZE.faults),
  }
  const seeds = Array.from({ length: whole('seeds', 1, 100_000, 1) }, (_, n) => seed + n)
  const { help, growth, html } = values
  const plans = seeds.map(one => seedPlan(one, size))
  return { help, growth, html, seed, plans, shrinks: !values['no-shrink'] }
}

/** How far it is, on a terminal; and whether it goes on. */
function followed(plan: Plan, progress: ProgressLine, isStopped: () => boolean) {
  return (atMs: number): boolean => {
    const hours = `${(atMs / HOUR_MS).toFixed(1)} of ${plan.spanMs / HOUR_MS} h`
    progress.show(`seed ${plan.seed}: ${hours}`)
    return !isStopped()
  }
}

/** One simulation, told; a failed one is made smaller and written. Gives what a page shows of it. */
async function play(ground: Ground, plan: Plan, { shrinks }: Asked, isStopped: () => boolean) {
  const from = spent()
  const progress = createProgressLine()
  const reporter = createReporter(plan)
  const outcome = await simulate(ground, plan, {
    onSeen: reporter.see,
    onTime: followed(plan, progress, isStopped),
  })
  progress.clear()
  const whole = { outcome, report: reporter.report(outcome), again: '' }
  if (isStopped()) return whole
  process.stdout.write(outcomeText(plan, outcome, spent(from)))
  if (outcome.broken.length === 0 || !shrinks) return whole
  const explained = await explain(ground, plan, outcome, { progress, isStopped })
  if (explained === undefined) return whole
  const { report, text } = explained
  const file = `simulation-${plan.seed}.json`
  const again = `npm run replay -- ${file}`
  writeFileSync(file, text)
  const { faults, people } = report.plan
  const kinds = faults.map(({ kind }) => kind).join(', ')
  process.stdout.write(
    `${file}: ${faults.length} faults${kinds && ` (${kinds})`}, ${people.length} people\nagain: ${again}\n`,
  )
  return { outcome, report, again }
}

async function grow(seed: number, isStopped: () => boolean): Promise<number> {
  const ground = await createGround(tempDir(), GROWTH_PHONES, GROWTH_GATES)
  const progress = createProgressLine()
  const held = await playGrowth({
    ...{ seed, isStopped },
    async play(plan) {
      const outcome = await simulate(ground, plan, { onTime: followed(plan, progress, isStopped) })
      progress.clear()
      return outcome
    },
    onLine: line => void process.stdout.write(`${line}\n`),
  })
  return Number(!held)
}

async function main(args: readonly string[]): Promise<number> {
  endWithReader(process)
  const asked = readArguments(args)
  const { help, plans, html } = asked
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  const signalled = noteStop()
  const isStopped = () => signalled() !== undefined
  if (asked.growth) return (await grow(asked.seed, isStopped)) || (signalled() ?? 0)
  let isBroken = false
  const phones = Math.max(...plans.map(one => one.phones))
  const ground = await createGround(tempDir(), phones, plans[0]?.gates)
  let hash = ''
  let page = ''
  for (const plan of plans) {
    const { outcome, report, again } = await play(ground, plan, asked, isStopped)
    if (isStopped()) return signalled() ?? 0
    hash = outcome.hash
    page = simulationPage(report, again || `npm run simulate -- ${args.join(' ')}`)
    isBroken = outcome.broken.length > 0
    if (isBroken) break
  }
  if (html !== undefined) writeFileSync(html, page)
  process.stdout.write(`hash: ${hash}\n`)
  return Number(isBroken)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isKnown = error instanceof OptionError || error instanceof StuckError
  const why = isKnown ? `${error.code}: ${error.message}` : (error as Error).stack
  process.stderr.write(`simulate: ${why}\n`)
  process.exitCode = error instanceof OptionError ? 2 : ITS_OWN_FAULT
}
