/** `pass present`: what a phone does, for testers. */
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { presentText } from '../../fixtures/phone.ts'
import { OptionError, readOptions } from '../../gate/contract/options.ts'
import { readPassText } from '../../pass/text.ts'
import { decodeInput } from './input.ts'
import { onlyOne, timeOf } from './usage.ts'

const OPTIONS = {
  key: { type: 'string' },
  at: { type: 'string' },
  help: { type: 'boolean' },
} as const

export async function presentCommand(
  args: readonly string[],
  print: (text: string) => number,
): Promise<number> {
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS }),
  )
  if (values.key === undefined) throw new OptionError('--key FILE is missing; see --help')
  const key = createPrivateKey(readFileSync(values.key))
  const pass = readPassText(await decodeInput(onlyOne(positionals)))
  return print(await presentText(pass, key, timeOf(values.at)))
}
