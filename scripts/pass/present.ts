/** `pass present`: what a phone does, for testers. */
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { presentText } from '../../fixtures/phone.ts'
import { readPassText } from '../../pass/text.ts'
import { decodeInput } from './input.ts'
import { timeOf, UsageError } from './usage.ts'

export async function presentCommand(
  args: readonly string[],
  print: (text: string) => number,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { key: { type: 'string' }, at: { type: 'string' } },
  })
  if (values.key === undefined) throw new UsageError('--key FILE is missing; see --help')
  const key = createPrivateKey(readFileSync(values.key))
  const pass = readPassText(await decodeInput(positionals[0]))
  return print(await presentText(pass, key, timeOf(values.at)))
}
