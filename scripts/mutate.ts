/** `npm run mutate`: changes the code that decides in thousands of ways, and asks whether a test notices. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions, wholeNumber } from '../gate/contract/options.ts'
import { seeded } from '../hardware/sim/seeded.ts'
import { judgeRoom } from './mutate/judge-room.ts'
import {
  differenceText,
  jsonOf,
  KILLED_MIN,
  percent,
  survivorsText,
  tableText,
  tallyOf,
} from './mutate/print.ts'
import { createMemory } from './mutate/remembered.ts'
import {
  filesOf,
  mutateRoom,
  type RoomMutants,
  scenariosOf,
  testsOf,
} from './mutate/room-mutants.ts'
import { MUTATED_ROOMS, type MutatedRoom } from './mutate/rooms.ts'
import { createStamps } from './mutate/stamps.ts'
import { compareSurvivors, readSurvivors } from './mutate/survivors.ts'
import type { NumberedMutant } from './mutate/switches.ts'
import type { Verdict } from './mutate/verdict.ts'
import { createProgressLine } from './report/progress-line.ts'

const HELP = `npm run mutate -- [FILE|FOLDER...] [--sample N] [--seed N] [--survivors] [--json] [--fresh]

Writes small faults into the code that decides, one at a time: pass/verify*, gate/decide, gate/machine,
gate/memory, server/domain. Each must be noticed by a scenario or by a neighbouring test. Those that
live are listed with their reasons in scripts/mutate/survivors.json.

  --sample N     judges so many, chosen at random
  --seed N       of the choice (1)
  --survivors    prints each survivor and its reason
  --json         prints each mutant and its verdict as JSON
  --fresh        remembers nothing of the runs before
  --help         this text

Exit codes: 0 at least ${100 * KILLED_MIN} % are killed and the list agrees, 1 otherwise, 2 wrong arguments, 130
after SIGINT. What was judged by then is remembered.
`

const ROOT = join(import.meta.dirname, '..')
const REMEMBERED = join(ROOT, 'node_modules/.cache/mutate')

/** So much is lost at most where the program is killed. */
const SAVE_EVERY_MS = 30_000

const OPTIONS = {
  sample: { type: 'string' },
  seed: { type: 'string' },
  survivors: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

interface Work {
  readonly room: MutatedRoom
  readonly made: RoomMutants
  readonly chosen: readonly NumberedMutant[]
}

function readArguments(args: readonly string[]) {
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }),
  )
  const sample = wholeNumber('sample', values.sample, { from: 1, to: 1e6, otherwise: 1e6 })
  const seed = wholeNumber('seed', values.seed, { from: 0, to: 2 ** 31, otherwise: 1 })
  return { ...values, names: positionals, sample, seed }
}

/** Rooms with what was named in them; all where nothing was. Throws OptionError for what is in none. */
function worksOf(names: readonly string[]): Work[] {
  const paths = names.map(name => name.replace(/^\.\//, '').replace(/\/$/, ''))
  const isNamed = (file: string) =>
    paths.length === 0 || paths.some(path => file === path || file.startsWith(`${path}/`))
  for (const path of paths) {
    const files = MUTATED_ROOMS.flatMap(room => filesOf(ROOT, room))
    if (files.some(file => file === path || file.startsWith(`${path}/`))) continue
    throw new OptionError(`${path} is not mutated; see --help`)
  }
  return MUTATED_ROOMS.filter(room => filesOf(ROOT, room).some(isNamed)).map(room => {
    const made = mutateRoom(ROOT, room)
    return { room, made, chosen: made.mutants.filter(({ file }) => isNamed(file)) }
  })
}

/** `count` of all mutants, any as likely as another. */
function sampleOf(works: readonly Work[], count: number, seed: number): Work[] {
  const random = seeded(seed)
  const all = works.flatMap(({ chosen }) => chosen)
  const taken = new Set(
    all
      .map(mutant => ({ mutant, place: random() }))
      .sort((a, b) => a.place - b.place)
      .slice(0, count)
      .map(({ mutant }) => mutant),
  )
  return works.map(work => ({ ...work, chosen: work.chosen.filter(one => taken.has(one)) }))
}

/** How far it is: counted, and timed by what was not remembered. */
function createMeter(total: number) {
  const progress = createProgressLine()
  const from = performance.now()
  return {
    show(verdicts: readonly Verdict[]): void {
      const done = verdicts.length
      const leftS = (((performance.now() - from) / done) * (total - done)) / 1000
      const eta = leftS < 90 ? `${Math.ceil(leftS)} s` : `${Math.ceil(leftS / 60)} min`
      progress.show(
        `${done} of ${total} mutants, ${percent(tallyOf(verdicts))} killed, ${eta} left`,
      )
    },
    clear: () => progress.clear(),
  }
}

async function judgeAll(works: readonly Work[], isFresh: boolean, signal: AbortSignal) {
  const stampOf = createStamps(ROOT)
  const verdicts: Verdict[] = []
  const meter = createMeter(works.reduce((sum, { chosen }) => sum + chosen.length, 0))
  for (const { room, made, chosen } of works) {
    if (chosen.length === 0 || signal.aborted) continue
    const judges = [...testsOf(ROOT, room), ...scenariosOf(ROOT, room)]
    const memory = createMemory({
      ...{ folder: REMEMBERED, room: room.name, mutants: made.mutants, judges, stampOf, isFresh },
    })
    let savedMs = performance.now()
    const onVerdict = (verdict: Verdict) => {
      verdicts.push(verdict)
      meter.show(verdicts)
      if (performance.now() - savedMs < SAVE_EVERY_MS) return
      memory.save()
      savedMs = performance.now()
    }
    try {
      await judgeRoom({ root: ROOT, room, made, chosen, memory, onVerdict, signal })
    } finally {
      memory.save()
    }
  }
  meter.clear()
  return verdicts
}

async function main(args: readonly string[]): Promise<number> {
  endWithReader(process)
  const options = readArguments(args)
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const list = readSurvivors()
  const works = sampleOf(worksOf(options.names), options.sample, options.seed)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const all = await judgeAll(works, options.fresh, stop.signal)
  const verdicts = all.filter(({ isLoadOnly }) => !isLoadOnly)
  const survivors = verdicts
    .filter(({ killedBy }) => killedBy === undefined)
    .map(({ mutant }) => mutant)
  const comparison = compareSurvivors(list, survivors, judgedWhole(works, all))
  if (options.json) process.stdout.write(jsonOf(verdicts, comparison))
  else {
    process.stdout.write(tableText(verdicts))
    if (options.survivors) process.stdout.write(survivorsText(verdicts, comparison))
    else process.stdout.write(differenceText(comparison))
  }
  if (stop.signal.aborted) return 130
  const { mutants, killed } = tallyOf(verdicts)
  const agrees = comparison.unlisted.length === 0 && comparison.gone.length === 0
  return agrees && killed >= KILLED_MIN * mutants ? 0 : 1
}

/** Files of which every mutant has a verdict. */
function judgedWhole(works: readonly Work[], verdicts: readonly Verdict[]): Set<string> {
  const judged = new Set(verdicts.map(({ mutant }) => mutant))
  const all = Map.groupBy(
    works.flatMap(({ made }) => made.mutants),
    ({ file }) => file,
  )
  return new Set(
    [...all].filter(([, own]) => own.every(one => judged.has(one))).map(([file]) => file),
  )
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof OptionError)) throw error
  process.stderr.write(`mutate: ${error.code}: ${error.message}\n`)
  process.exitCode = 2
}
