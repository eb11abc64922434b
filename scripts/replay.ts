/** `npm run replay -- FILE|FOLDER…`: scenarios through the production gate, in virtual time. */
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Observed } from '../fixtures/stage/observed.ts'
import { OptionError, readOptions, wholeNumber } from '../gate/contract/options.ts'
import { htmlOf } from './replay/html.ts'
import { junitOf } from './replay/junit.ts'
import { type Result, runScenario } from './replay/run.ts'
import { scenarioJsonSchema } from './replay/scenario.ts'
import { tapEnd, tapOf } from './replay/tap.ts'
import { traceLine } from './replay/trace.ts'

const HELP = `npm run replay -- FILE|FOLDER... [--update] [--trace] [--junit FILE]
                         [--html FILE] [--realtime] [--seed N]
npm run replay -- --schema

Plays scenarios: JSON files of who carries which pass, what each lane's devices see and when, and what
must come of it (fixtures/scenarios/README.md). The gate is the production gate, in virtual time. Prints
TAP. A scenario NAME.json with a golden trace NAME.trace beside it must give that trace, line by line.

  --update       writes golden traces as they are now and says which changed
  --trace        prints what was seen, as comments
  --junit FILE   writes the results as JUnit XML too
  --html FILE    writes a page with a timeline of each lane: what was done, told, shown and moved
  --realtime     plays each scenario in its own time, and prints what is seen as it happens
  --seed N       in place of the seeds of the files
  --schema       prints the JSON Schema of a scenario
  --help         this text

Exit codes: 0 all hold, 1 one does not or can't be read, 2 wrong arguments, 130 after SIGINT.
`

const OPTIONS = {
  update: { type: 'boolean', default: false },
  trace: { type: 'boolean', default: false },
  realtime: { type: 'boolean', default: false },
  junit: { type: 'string' },
  html: { type: 'string' },
  seed: { type: 'string' },
  schema: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const
const SEED_MAX = 2 ** 32 - 1

/** Scenario files of what was named, folders with all below them, in the order of their names. */
function filesOf(names: readonly string[]): string[] {
  return names.flatMap(name => {
    if (!statSync(name, { throwIfNoEntry: false })?.isDirectory()) return [name]
    return readdirSync(name, { recursive: true, encoding: 'utf8' })
      .filter(one => one.endsWith('.json') && !one.endsWith('schema.json'))
      .sort()
      .map(one => join(name, one))
  })
}

const print = (one: Observed): void => void process.stdout.write(`# ${traceLine(one)}\n`)

/** Once stopped, what is left of a scenario is played at once. */
function realTime(isStopped: () => boolean): (ms: number) => Promise<void> {
  const from = performance.now()
  return async ms => {
    const waitMs = from + ms - performance.now()
    if (waitMs > 0 && !isStopped()) await new Promise(resolve => setTimeout(resolve, waitMs))
  }
}

function readArguments(args: readonly string[]) {
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }),
  )
  if (!values.help && !values.schema && positionals.length === 0) {
    throw new OptionError('name a scenario or a folder; see --help')
  }
  const isOwn = values.seed === undefined
  const seed = wholeNumber('seed', values.seed, { from: 0, to: SEED_MAX, otherwise: 0 })
  return { ...values, files: filesOf(positionals), seed: isOwn ? undefined : seed }
}

async function main(args: readonly string[]): Promise<number> {
  const options = readArguments(args)
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (options.schema) {
    process.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
    return 0
  }
  let isStopped = false
  process.once('SIGINT', () => {
    isStopped = true
  })
  const results: Result[] = []
  process.stdout.write('TAP version 14\n')
  for (const file of options.files) {
    if (isStopped) break
    const result = await runScenario(file, {
      ...{ update: options.update, seed: options.seed },
      ...(options.realtime && { pace: realTime(() => isStopped) }),
      ...((options.realtime || options.trace) && { onSeen: print }),
    })
    results.push(result)
    process.stdout.write(tapOf(results.length, result))
  }
  process.stdout.write(tapEnd(results, isStopped))
  if (options.junit !== undefined) writeFileSync(options.junit, junitOf(results))
  if (options.html !== undefined) writeFileSync(options.html, htmlOf(results))
  if (isStopped) return 130
  return results.every(({ ok }) => ok) ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof OptionError)) throw error
  process.stderr.write(`replay: ${error.code}: ${error.message}\n`)
  process.exitCode = 2
}
