/** `npm run soak`: the long counts of what `npm test` does briefly. */
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runFfmpegFrames, runNetworkFrames } from '../fixtures/camera-rounds.ts'
import { runKillRounds } from '../fixtures/kill-rounds.ts'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { readOptions, wholeNumber } from '../gate/contract/options.ts'
import { runBusRounds } from '../gate/testing/bus/bus-rounds.ts'
import { runConsoleRounds } from '../gate/testing/console/console-rounds.ts'
import { noteStop, STOP_SIGNALS } from './report/stop-signals.ts'
import { runSeedRounds } from './simulate/seed-rounds.ts'

const HELP = `npm run soak -- gate|bus|camera|console|simulate [--rounds N] [--seed N]
                           simulate [--seeds N]

  gate          kills gate and service at random moments under traffic, over a network that
                loses and repeats, on a disk that fails and hangs, to a service that lies about
                uploads in every other round, with a second gate on the same folder in some,
                and compares their journals row for row
  bus           loses, delays, doubles, reorders and replays messages among three gates in virtual
                time, silences them, starts them anew and lets strangers talk, and looks for a code
                that two admitted without a flag or a row of their journals that says so
  camera        reads frames from ffmpeg and as many from a simulated camera on the network, and
                looks whether memory grows
  console       types lines that nobody should at the technician's console of a gate in virtual time:
                commands spoilt, half escapes, pasted blocks, noise of a wrong speed; by a stranger
                and by users of each level. Nobody may be logged in by it, no journal fill, no line
                stay behind, no memory grow
  simulate      plays an hour of a whole station with 25 faults for each seed (npm run simulate), every
                fifth with three gates, and looks whether every invariant held
  --rounds N    how many kills (300), rounds of the bus (10000), frames (100000), lines
                (1000000), or seeds (200)
  --seeds N     the same, of simulate
  --seed N      where the random choices come from (random, and printed)
  --help        this text

A kill takes about two seconds, a round of the bus about a hundredth, a thousand lines about five
seconds, a seed about five. A signal ends it: rounds of the bus after the round that runs, lines after
some hundred, a seed at once, with what was found so far. Exit codes: 0 when every promise held, 1
when one did not, 2 for wrong arguments, 129, 130 and 143 after a signal.
`
const ROUNDS_MAX = 1_000_000
const ROUNDS = {
  gate: 300,
  bus: 10_000,
  camera: 100_000,
  console: 1_000_000,
  simulate: 200,
} as const
/** Of every fifth seed of simulate. */
const SOAK_SIBLINGS = { gates: 3, lanes: 4 }
type What = keyof typeof ROUNDS

/** What resident memory may grow by over all frames, MB: the collector frees late. */
const GROWTH_MB_MAX = 60
/** What live memory may grow by over all lines, MB. */
const LIVE_GROWTH_MB_MAX = 10
/** Between two words of progress. */
const LINES_TOLD = 20_000

interface Options {
  readonly what: What
  readonly rounds: number
  readonly seed: number
}

const OPTIONS = {
  rounds: { type: 'string' },
  seeds: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean' },
} as const

function optionsOf(args: readonly string[]): Options | 'help' {
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS }),
  )
  if (values.help === true) return 'help'
  const what = positionals.join()
  if (!isWhat(what))
    throw new Error('say what to soak: gate, bus, camera, console or simulate; see --help')
  const given = values.seeds === undefined ? 'rounds' : 'seeds'
  if (given === 'seeds' && what !== 'simulate') throw new Error('--seeds is of simulate alone')
  return {
    what,
    rounds: wholeNumber(given, values[given], {
      from: 1,
      to: ROUNDS_MAX,
      otherwise: ROUNDS[what],
    }),
    seed: wholeNumber('seed', values.seed, {
      from: 1,
      to: 2 ** 31,
      otherwise: randomInt(1, 2 ** 31),
    }),
  }
}

const isWhat = (text: string): text is What => Object.hasOwn(ROUNDS, text)

async function main(): Promise<number> {
  endWithReader(process)
  let options: ReturnType<typeof optionsOf>
  try {
    options = optionsOf(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`soak: ${(error as Error).message}\n`)
    return 2
  }
  if (options === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  if (options.what === 'bus') return soakBus(options)
  if (options.what === 'console') return soakConsole(options)
  if (options.what === 'simulate') return soakSimulate(options)
  // Ends the programs that it started too.
  for (const [signal, code] of STOP_SIGNALS) process.once(signal, () => process.exit(code))
  if (options.what === 'camera') return soakCamera(options)
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-soak-'))
  process.stdout.write(`seed ${options.seed}\n`)
  const onRound = (round: number, what: string) => {
    if (round % 10 === 0) process.stdout.write(`round ${round}: ${what}\n`)
  }
  const { broken, ...figures } = await runKillRounds({ dir, ...options, onRound })
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  for (const one of broken) process.stdout.write(`BROKEN: ${one}\n`)
  if (broken.length === 0) rmSync(dir, { recursive: true })
  else process.stdout.write(`kept for a look: ${dir}\n`)
  return broken.length === 0 ? 0 : 1
}

async function soakCamera(options: Options): Promise<number> {
  process.stdout.write(`seed ${options.seed}\n`)
  let held = true
  for (const [from, run] of [
    ['ffmpeg', runFfmpegFrames],
    ['network', runNetworkFrames],
  ] as const) {
    const onRound = (frame: number, what: string) =>
      process.stdout.write(`${from}: frame ${frame}: ${what}\n`)
    const figures = await run({ ...options, onRound })
    process.stdout.write(`${JSON.stringify({ from, ...figures })}\n`)
    held &&= figures.faults.length === 0 && figures.lateMb - figures.earlyMb <= GROWTH_MB_MAX
  }
  process.stdout.write(held ? 'HELD\n' : 'NOT HELD: memory grew, or a camera was lost\n')
  return held ? 0 : 1
}

async function soakConsole(options: Options): Promise<number> {
  process.stdout.write(`seed ${options.seed}\n`)
  const signalled = noteStop()
  let toldAt = 0
  const onRound = (line: number, what: string) => {
    if (line - toldAt < LINES_TOLD) return
    toldAt = line
    process.stdout.write(`line ${line} of ${options.rounds}: ${what}\n`)
  }
  const stopped = () => signalled() !== undefined
  const { broken, ...figures } = await runConsoleRounds({ ...options, onRound, stopped })
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  for (const one of broken) process.stdout.write(`BROKEN: ${one}\n`)
  const { lines, bytes, refused, earlyMb, lateMb } = figures
  const grownMb = lateMb - earlyMb
  const held = broken.length === 0 && grownMb <= LIVE_GROWTH_MB_MAX
  const memory = `live memory ${earlyMb.toFixed(1)} MB early, ${lateMb.toFixed(1)} MB at the end`
  process.stdout.write(
    held
      ? `HELD over ${lines} lines, ${bytes} bytes: no login, ${refused} attempts refused; ${memory}\n`
      : `NOT HELD: ${broken.length} findings in ${lines} lines; ${memory}\n`,
  )
  return held ? (signalled() ?? 0) : 1
}

async function soakSimulate(options: Options): Promise<number> {
  process.stdout.write(`seed ${options.seed}\n`)
  const signalled = noteStop()
  const onRound = (round: number, what: string) => {
    process.stdout.write(`${round} of ${options.rounds}: ${what}\n`)
  }
  const stopped = () => signalled() !== undefined
  const { broken, ...figures } = await runSeedRounds({
    ...{ ...options, onRound, stopped },
    siblings: SOAK_SIBLINGS,
  })
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  for (const one of broken) process.stdout.write(`BROKEN: ${one}\n`)
  const { seeds, shown, faults, kinds } = figures
  process.stdout.write(
    broken.length === 0
      ? `HELD for ${seeds} seeds: ${shown} passengers, ${faults} faults of ${kinds} kinds\n`
      : `NOT HELD: ${broken.length} of ${seeds} seeds failed\n`,
  )
  return broken.length > 0 ? 1 : (signalled() ?? 0)
}

async function soakBus(options: Options): Promise<number> {
  process.stdout.write(`seed ${options.seed}\n`)
  const signalled = noteStop()
  const onRound = (round: number, what: string) => {
    if (round % 500 === 0) process.stdout.write(`round ${round} of ${options.rounds}: ${what}\n`)
  }
  const stopped = () => signalled() !== undefined
  const { broken, ...figures } = await runBusRounds({ ...options, onRound, stopped })
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  for (const one of broken) process.stdout.write(`BROKEN: ${one}\n`)
  const { rounds, twice, flagged, named, since } = figures
  const how = `${flagged} by a grant's flag, ${named} by a row that names both, ${since} by BUS_DOWN`
  process.stdout.write(
    broken.length === 0
      ? `HELD in ${rounds} rounds: ${twice} codes were admitted twice, all told: ${how}\n`
      : `NOT HELD: ${broken.length} findings in ${rounds} rounds\n`,
  )
  return broken.length > 0 ? 1 : (signalled() ?? 0)
}

process.exitCode = await main()
