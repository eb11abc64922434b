/** `npm run replay`: scenarios, and scans of a file, through the production gate in virtual time. */
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeCodes } from '../fixtures/stage/made-codes.ts'
import type { Observed } from '../fixtures/stage/observed.ts'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions, wholeNumber } from '../gate/contract/options.ts'
import { timeOf } from './pass/usage.ts'
import { writeFieldScenario } from './replay/field/field-scenario.ts'
import { isFieldFile } from './replay/field/play-field.ts'
import { runField } from './replay/field/run-field.ts'
import { htmlOf } from './replay/html.ts'
import { junitOf } from './replay/junit.ts'
import { type Result, runScenario } from './replay/run.ts'
import { everyMsOf, SCANS_OPTIONS, scansCommand } from './replay/scans/command.ts'
import { STAGE_START_MS } from './replay/scans/start-time.ts'
import { scenarioJsonSchema } from './replay/scenario.ts'
import { tapEnd, tapOf } from './replay/tap.ts'
import { traceLine } from './replay/trace.ts'

const HELP = `npm run replay -- FILE|FOLDER... [--update] [--trace] [--junit FILE]
                         [--html FILE] [--realtime] [--seed N]
npm run replay -- --scans FILE|FOLDER [--expect FILE] [--kind KIND] [--at TIME] [--every TIME]
                  [--lane NAME] [--config FILE] [--junit FILE] [--html FILE]
npm run replay -- --codes N [--at TIME] [--every TIME]
npm run replay -- --to-scenario OUT.json FILE.recording|FILE.jsonl
npm run replay -- --schema

Plays scenarios: JSON files of who carries which pass, what each lane's devices see and when, and what
must come of it (fixtures/scenarios/README.md). The gate is the production gate, in virtual time. Prints
TAP. A scenario NAME.json with a golden trace NAME.trace beside it must give that trace, line by line.

What a gate in the field recorded (record on: NAME.recording) or exported (journal export: NAME.jsonl) is
played too, and must give the rows that it gave there.

  --update       writes golden traces as they are now and says which changed
  --trace        prints what was seen, as comments
  --junit FILE   writes the results as JUnit XML too
  --html FILE    writes a page with a timeline of each lane: what was done, told, shown and moved
  --realtime     plays each scenario in its own time, and prints what is seen as it happens
  --seed N       in place of the seeds of the files
  --to-scenario OUT   writes a scenario of what a gate recorded or exported; its data stays beside it
  --schema       prints the JSON Schema of a scenario

With --scans, what a tester has is read at a gate, and each scan is told on a line: when, lane, verdict,
why. The file's kind is told by its content. Who is admitted walks through.

  --expect FILE  the codes that must come: one a line, or the column expect of a CSV; * is any
  --kind KIND    text: a code a line. csv: a header with code, and if you like time (ISO 8601, Unix time,
                 or 12.5s from the first scan), lane, expect. serial: bytes of a scanner's line. hid: a raw
                 dump of a USB scanner's reports; hex-hid: one in hex digits a line. recordings: JSON as
                 in fixtures/scans or fixtures/hid. pictures: one, or a folder of them
  --at TIME      of the first scan, ISO 8601; else by its time in the file, or when its code was made
  --every TIME   between scans without a time (10s)
  --lane NAME    of scans without a lane: the first lane. The stage has A, an entry, and B, an exit
  --config FILE  at a real gate with this config, on a copy of its data, with the trust that it has
                 there: no service is asked, nor for tickets. Its own files stay as they are
  --baud N       speed of the serial line (115200); --suffix NAME: what ends its codes: learn, required
                 (CR or LF), none, NUL, ETX, EOT, TAB, GS (learn); --gm65: such a module's answers are in it
  --layout NAME  of a USB scanner in keyboard mode: us, uk, de, fr (us)
  --zone OFFSET  of CSV times without one, such as +08:00
  --codes N      prints N codes that the stage admits, made --every apart from --at on

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
  'to-scenario': { type: 'string' },
  schema: { type: 'boolean', default: false },
  codes: { type: 'string' },
  ...SCANS_OPTIONS,
  help: { type: 'boolean', default: false },
} as const
const SEED_MAX = 2 ** 32 - 1
const CODES_MAX = 1_000_000
/** Each way of calling it takes these alone. */
const OF_SCANS = [...Object.keys(SCANS_OPTIONS), 'junit', 'html']
const OF_CODES = ['codes', 'at', 'every']
const OF_SCENARIOS = [
  'update',
  'trace',
  'realtime',
  'junit',
  'html',
  'seed',
  'to-scenario',
  'schema',
  'help',
]

/**
 * Scenario files of what was named, folders with all below them, in the order of their names. Throws
 * OptionError for a folder without one: a run of nothing would hold.
 */
function filesOf(names: readonly string[]): string[] {
  return names.flatMap(name => {
    if (!statSync(name, { throwIfNoEntry: false })?.isDirectory()) return [name]
    const files = readdirSync(name, { recursive: true, encoding: 'utf8' })
      .filter(one => one.endsWith('.json') && !one.endsWith('schema.json'))
      .sort()
      .map(one => join(name, one))
    if (files.length === 0) throw new OptionError(`${name}: no scenario (*.json) in this folder`)
    return files
  })
}

const SAYS = {
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
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
  const { values, positionals } = readOptions(
    OPTIONS,
    () => parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }),
    ({ values }) => takenWith(values),
  )
  const isOther = values.help || values.schema || values.scans !== undefined || values.codes
  if (!isOther && positionals.length === 0) {
    throw new OptionError('name a scenario or a folder, or --scans FILE; see --help')
  }
  if (isOther && !values.help && positionals.length > 0) {
    throw new OptionError(`one argument too many: "${positionals[0]}"; see --help`)
  }
  const isOwn = values.seed === undefined
  const seed = wholeNumber('seed', values.seed, { from: 0, to: SEED_MAX, otherwise: 0 })
  return { ...values, files: filesOf(positionals), seed: isOwn ? undefined : seed }
}

function takenWith(values: { readonly scans?: string; readonly codes?: string }) {
  if (values.scans !== undefined) return OF_SCANS
  return values.codes === undefined ? OF_SCENARIOS : OF_CODES
}

async function printCodes(
  wanted: string,
  values: { readonly at?: string; readonly every: string },
) {
  const count = wholeNumber('codes', wanted, { from: 1, to: CODES_MAX, otherwise: 1 })
  const fromMs = values.at === undefined ? STAGE_START_MS : timeOf(values.at)
  const codes = makeCodes(count, { fromMs, everyMs: everyMsOf(values.every) })
  for await (const code of codes) process.stdout.write(`${code}\n`)
  return 0
}

async function toScenario(files: readonly string[], out: string): Promise<number> {
  const [file = ''] = files
  if (files.length !== 1 || !isFieldFile(file)) {
    throw new OptionError('--to-scenario takes one file: NAME.recording or NAME.jsonl')
  }
  const written = await writeFieldScenario(file, out)
  const said = written.ok
    ? [`${out}: ${written.expectations} expectations; its data is beside it`]
    : written.problems
  process.stdout.write(said.map(line => `${line}\n`).join(''))
  return written.ok ? 0 : 1
}

async function main(args: readonly string[]): Promise<number> {
  endWithReader(process)
  const options = readArguments(args)
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (options.schema) {
    process.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
    return 0
  }
  if (options.codes !== undefined) return printCodes(options.codes, options)
  const out = options['to-scenario']
  if (out !== undefined) return toScenario(options.files, out)
  let isStopped = false
  process.once('SIGINT', () => {
    isStopped = true
  })
  const { scans } = options
  if (scans !== undefined) return scansCommand({ ...options, scans }, () => isStopped, SAYS)
  const results: Result[] = []
  process.stdout.write('TAP version 14\n')
  for (const file of options.files) {
    if (isStopped) break
    const result = await (isFieldFile(file) ? runField : runScenario)(file, {
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
