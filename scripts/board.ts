/**
 * Runs a .hex on an emulated ATmega328P behind a real serial path, with a barrier wired to its pins:
 * `npm run board -- [--hex FILE]`. Prints `serial: PATH` first, then each pin change as a line; takes
 * commands on its standard input.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { type BarrierProfile, profilePins } from '../hardware/drivers/pins.ts'
import { gateHexPath } from '../hardware/sim/avr-board.ts'
import { avrHz, readHex } from '../hardware/sim/avr-machine.ts'
import { type Bench, createBench } from './board/bench.ts'
import { helpText, runLine } from './board/commands.ts'

const HELP = `npm run board -- [--hex FILE] [--profile tripod|flap] [--scanner] [--no-reset-on-open]

Runs Uno firmware on an emulated ATmega328P behind a real serial path, until Ctrl-C, with a barrier
at rest wired to its pins: beams clear, fire loop closed. Prints "serial: PATH" first, then each
change of an output as a line. A gate whose config names this path has a board to work with.

  --hex FILE          the firmware; the gate's own when left out
  --profile NAME      the barrier: tripod (default) or flap, as the gate's config has it
  --scanner           a scanner beside it, 9600 baud; its path is printed as "scanner: PATH"
  --no-reset-on-open  opening the path does not reset the board
  --help              this text

Commands on standard input, one a line:

${helpText()}

Exit codes: 0 stopped, 2 wrong arguments or no such firmware.
`
const SCANNER_BAUD = 9600
const OPTIONS = {
  hex: { type: 'string' },
  profile: { type: 'string', default: 'tripod' },
  scanner: { type: 'boolean' },
  'no-reset-on-open': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

async function main(): Promise<void> {
  const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
  if (values.help === true) {
    endWithReader(process)
    process.stdout.write(HELP)
    return
  }
  const hex = readFileSync(values.hex ?? gateHexPath, 'latin1')
  readHex(hex)
  const bench = await createBench({
    hex,
    profile: profileOf(values.profile),
    resetOnOpen: values['no-reset-on-open'] !== true,
    scannerBaud: values.scanner === true ? SCANNER_BAUD : undefined,
    onPin: ({ pin, level, cycles }) =>
      console.log(`pin ${pin} ${level === 1 ? 'high' : 'low'} at ${toMs(cycles)} ms`),
    onReset: cause => console.log(`reset by ${cause}`),
  })
  console.log(`serial: ${bench.wire.path}`)
  if (bench.scannerWire !== undefined) console.log(`scanner: ${bench.scannerWire.path}`)
  takeCommands(bench)
}

/** Until a signal or `quit`; at the end of piped input the board goes on. */
function takeCommands(bench: Bench): void {
  const lines = createInterface({ input: process.stdin })
  const end = () => {
    lines.close()
    void bench.close()
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  let queue = Promise.resolve()
  lines.on('line', line => {
    queue = queue.then(async () => {
      if (!(await runLine(bench, line, text => console.log(text)))) end()
    })
  })
}

function profileOf(name: string): BarrierProfile {
  if (Object.hasOwn(profilePins, name)) return name as BarrierProfile
  const names = Object.keys(profilePins).join(' or ')
  throw new OptionError(`--profile is ${names}, not "${name}"`)
}

const toMs = (cycles: number) => ((cycles * 1000) / avrHz).toFixed(2)

try {
  await main()
} catch (error) {
  console.error(`board: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
