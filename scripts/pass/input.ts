/** Where a code comes from on the command line: its text, a picture, a file, standard input. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'
import { OptionError } from '../../gate/contract/options.ts'
import { decodePicture } from '../../hardware/sim/scanner.ts'

const FILE_BYTES_MAX = 20 * 2 ** 20

/** The text of the code, blanks around it removed. Throws OptionError when there is none. */
export async function decodeInput(input: string | undefined): Promise<string> {
  if (input === undefined) throw new OptionError('INPUT is missing; see --help')
  if (input === '-') return (await readAll(process.stdin)).trim()
  if (/^RP\d*:/i.test(input)) return input.trim()
  if (!existsSync(input)) throw new OptionError(`${input}: no such file, and no code either`)
  if (statSync(input).size > FILE_BYTES_MAX) throw new OptionError(`${input}: too large`)
  const bytes = readFileSync(input)
  if (!isPicture(bytes)) return bytes.toString('utf8').trim()
  const text = await decodePicture(bytes).catch(() => null)
  if (text === null) throw new OptionError(`${input}: no QR code found in the picture`)
  return text
}

/** PNG or JPEG by their first bytes. */
function isPicture(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).equals(Buffer.from('89504e47', 'hex')) || bytes[0] === 0xff
}
