/** `npm run firmware`: builds the board's firmware, or compares it with the committed one. */
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { readOptions } from '../gate/contract/options.ts'
import { buildFirmware, committedFirmware, writeFirmware } from '../hardware/firmware/build.ts'

const HELP = `npm run firmware [-- --check]

Builds the board's firmware with avr-gcc and writes gate.hex and gate.hex.sha256.

  --check  builds elsewhere and compares with what is committed
  --help   this text

Exit codes: 0 built, or the same; 1 no compiler, or not the same; 2 wrong arguments.
`
const NO_COMPILER = "no avr-gcc here: install Debian's gcc-avr and avr-libc, then run this again\n"
const OPTIONS = { check: { type: 'boolean' }, help: { type: 'boolean' } } as const

function main(): number {
  endWithReader(process)
  const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const built = buildFirmware()
  if (built === null) {
    process.stderr.write(NO_COMPILER)
    return 1
  }
  if (values.check !== true) {
    writeFirmware(built)
    process.stdout.write(built.stamp)
    return 0
  }
  const committed = committedFirmware()
  const same = committed.hex === built.hex && committed.stamp === built.stamp
  process.stdout.write(
    same ? 'gate.hex is what its sources build\n' : 'gate.hex differs from its sources\n',
  )
  return same ? 0 : 1
}

try {
  process.exitCode = main()
} catch (error) {
  process.stderr.write(`firmware: ${(error as Error).message}\n`)
  process.exitCode = 2
}
