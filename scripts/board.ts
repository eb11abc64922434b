/**
 * Runs a .hex on an emulated ATmega328P behind a real serial path:
 * `npm run board -- [--hex FILE]`. Prints `serial: PATH` first, then each pin change as a line.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readOptions } from '../gate/contract/options.ts'
import { gateHexPath } from '../hardware/sim/avr-board.ts'
import { avrHz, readHex } from '../hardware/sim/avr-machine.ts'
import { createAvrRunner } from '../hardware/sim/avr-runner.ts'
import { createSerialWire } from '../hardware/sim/serial-wire.ts'

const HELP = `npm run board -- [--hex FILE] [--no-reset-on-open]

Runs Uno firmware on an emulated ATmega328P behind a real serial path, until Ctrl-C. Prints
"serial: PATH" first, then each pin change as a line.

  --hex FILE          the firmware; the gate's own when left out
  --no-reset-on-open  opening the path does not reset the board
  --help              this text

Exit codes: 0 stopped, 2 wrong arguments or no such firmware.
`
const OPTIONS = {
  hex: { type: 'string' },
  'no-reset-on-open': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

async function main(): Promise<void> {
  const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
  if (values.help === true) {
    process.stdout.write(HELP)
    return
  }
  const hex = readFileSync(values.hex ?? gateHexPath, 'latin1')
  readHex(hex)
  const wire = await createSerialWire()
  console.log(`serial: ${wire.path}`)
  try {
    const runner = createAvrRunner({
      hex,
      wire,
      resetOnOpen: values['no-reset-on-open'] !== true,
      onPin: ({ pin, level, cycles }) =>
        console.log(`pin ${pin} ${level === 1 ? 'high' : 'low'} at ${toMs(cycles)} ms`),
      onReset: cause => console.log(`reset by ${cause}`),
    })
    const end = () => {
      runner.close()
      void wire.close()
    }
    process.once('SIGINT', end)
    process.once('SIGTERM', end)
  } catch (error) {
    await wire.close()
    throw error
  }
}

const toMs = (cycles: number) => ((cycles * 1000) / avrHz).toFixed(2)

try {
  await main()
} catch (error) {
  console.error(`board: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
