/** What the commands of `npm run pass` share about their arguments. */
import { parseArgs } from 'node:util'
import { OptionError, readOptions } from '../../gate/contract/options.ts'

/** Of a command that takes none but --help, which is looked for before. */
export const NO_OPTIONS = { help: { type: 'boolean' } } as const

/** The one argument of a command without options; undefined when it is missing. Throws OptionError. */
export function positionalOf(args: readonly string[]): string | undefined {
  const { positionals } = readOptions(NO_OPTIONS, () =>
    parseArgs({ args: [...args], options: NO_OPTIONS, allowPositionals: true }),
  )
  return onlyOne(positionals)
}

/** The first of them, and the last. Throws OptionError for more. */
export function onlyOne(positionals: readonly string[]): string | undefined {
  const [first, second] = positionals
  if (second !== undefined) throw new OptionError(`one argument too many: "${second}"; see --help`)
  return first
}

/** An ISO 8601 time as Unix milliseconds; now when left out. */
export function timeOf(text: string | undefined): number {
  if (text === undefined) return Date.now()
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new OptionError(`--at ${text}: not an ISO 8601 time`)
  return ms
}
