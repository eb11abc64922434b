/** For programs that take no arguments: says so to whoever gives one, exit code 2; --help answers. */
import { parseArgs } from 'node:util'
import { endWithReader } from '../../gate/contract/closed-pipe.ts'
import { readOptions } from '../../gate/contract/options.ts'

const OPTIONS = { help: { type: 'boolean' } } as const

/** Ends the process where it was given anything. */
export function refuseOptions(program: string, help: string): void {
  endWithReader(process)
  try {
    const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
    if (values.help !== true) return
    process.stdout.write(help)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${program}: ${(error as Error).message}\n`)
    process.exit(2)
  }
}
