/** `npm run bench`: every performance figure, with its limit and its peers, in one run. */
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions, wholeNumber } from '../gate/contract/options.ts'
import { compare, compareText } from './bench/compare.ts'
import { type Figure, printFigures, printGoals } from './bench/figure.ts'
import { measurePart, PartError } from './bench/part-process.ts'
import { PARTS, STEPS } from './bench/parts.ts'
import { combined } from './bench/repeat.ts'
import { readFigures, storeRun } from './bench/run-file.ts'

const RUNS_MAX = 20

const HELP = `npm run bench [-- PART] [--runs N] [--store FOLDER] [--compare OLD.json] [--json]

Measures by CPU time, contenders in turn in one run, prints each figure with what it is held against,
and at the end which goals are missed. Each part runs in a process of its own.

Parts: ${Object.keys(PARTS).join(', ')};
all when left out.

  --full     curves to 10⁷ rows at the gate and 10⁶ certificates, 10⁵ frames: minutes more, and some
             gigabytes
  --only     with one part alone, one step of it:
${Object.entries(STEPS)
  .map(([part, steps]) => `             ${part}: ${steps.join(', ')}`)
  .join('\n')}
  --hops     with gate alone: where the time of a scan goes, and the slowest ones (--only hops)
  --runs N   measures N times (1 to ${RUNS_MAX}): medians, and how far the runs lay apart
  --store    keeps the run in FOLDER, one JSON file each, and draws all that are there as history.svg
  --compare  says what moved since OLD.json, which --json or --store wrote, beyond the noise of both: how
             far the samples of a run lie apart, or its runs with --runs; 5 in both tell best
  --json     an array of { part, name, value, unit, limit, peer, ratio, goal, met, range }

Exit codes: 0 measured, 1 with --compare when something became worse, 2 wrong arguments. A missed goal
is printed, and is no failure.
`

const OPTIONS = {
  json: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
  hops: { type: 'boolean', default: false },
  runs: { type: 'string' },
  store: { type: 'string' },
  compare: { type: 'string' },
  help: { type: 'boolean' },
} as const

const readArguments = () =>
  readOptions(OPTIONS, () => parseArgs({ allowPositionals: true, options: OPTIONS }))
type Values = ReturnType<typeof readArguments>['values']

/** Parts to measure, and the one step of a part if it is asked for. Throws OptionError. */
function wantedOf(positionals: readonly string[], { hops, only: asked }: Values) {
  const names = positionals.length > 0 ? positionals : Object.keys(PARTS)
  const unknown = names.find(name => !Object.hasOwn(PARTS, name))
  if (unknown !== undefined) {
    throw new OptionError(`no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`)
  }
  const only = hops ? 'hops' : asked
  if (only !== '' && !STEPS[positionals.join()]?.includes(only)) {
    const known = Object.entries(STEPS).map(([part, steps]) => `"${part}": ${steps.join(', ')}`)
    throw new OptionError(`--only is for one step of ${known.join('; ')}`)
  }
  return { names, only }
}

/** Each part so many times in a row, printed when it is done. */
async function measureAll(
  { names, only }: ReturnType<typeof wantedOf>,
  runs: number,
  { full, json }: Values,
): Promise<Figure[]> {
  const print = (text: string) => void (json || process.stdout.write(text))
  const all: Figure[] = []
  for (const name of names) {
    const took: (readonly Figure[])[] = []
    for (let run = 1; run <= runs; run++) {
      print(`\n${name}: measuring${runs === 1 ? '' : `, run ${run} of ${runs}`} …\n`)
      took.push(await measurePart(name, { full, only, quiet: json }))
    }
    const figures = combined(took)
    all.push(...figures)
    print(`${printFigures(figures)}\n`)
  }
  const goals = printGoals(all)
  if (goals !== '') print(`\n${goals}\n`)
  return all
}

async function main(): Promise<number> {
  endWithReader(process)
  const { values, positionals } = readArguments()
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const wanted = wantedOf(positionals, values)
  const runs = wholeNumber('runs', values.runs, { from: 1, to: RUNS_MAX, otherwise: 1 })
  const before = values.compare === undefined ? undefined : readFigures(values.compare)
  const figures = await measureAll(wanted, runs, values)
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`)
  if (values.store !== undefined) {
    const { file, drawing } = storeRun(values.store, figures, new Date())
    process.stderr.write(`kept: ${file}\ndrawn: ${drawing}\n`)
  }
  if (before === undefined) return 0
  const compared = compare(before, figures)
  const text = `\nsince ${values.compare}:\n${compareText(compared)}\n`
  if (values.json) process.stderr.write(text)
  else process.stdout.write(text)
  return compared.moved.some(({ how }) => how === 'worse') ? 1 : 0
}

process.exitCode = await main().catch((error: Error) => {
  const wrong = error instanceof OptionError
  const told = wrong || error instanceof PartError
  process.stderr.write(`bench: ${told ? error.message : error.stack}\n`)
  return wrong ? 2 : 1
})
