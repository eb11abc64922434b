/**
 * Where a code comes from on the command line: its text, a picture, a file, standard input. A pass may
 * also stand there as the service's API gives it, alone or in its whole answer.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'
import { z } from 'zod'
import { OptionError } from '../../gate/contract/options.ts'
import { decodePicture } from '../../hardware/sim/scanner.ts'
import { encodePassText } from '../../pass/text.ts'

const FILE_BYTES_MAX = 20 * 2 ** 20

/** The text of the code, blanks around it removed. Throws OptionError when there is none. */
export async function decodeInput(input: string | undefined): Promise<string> {
  if (input === undefined) throw new OptionError('INPUT is missing; see --help')
  if (input === '-') return textOf(await readAll(process.stdin))
  if (/^RP\d*:/i.test(input)) return input.trim()
  if (API_PASS.test(input)) return textOf(input)
  if (!existsSync(input)) throw new OptionError(`${input}: no such file, and no code either`)
  if (statSync(input).size > FILE_BYTES_MAX) throw new OptionError(`${input}: too large`)
  const bytes = readFileSync(input)
  if (!isPicture(bytes)) return textOf(bytes.toString('utf8'))
  const text = await decodePicture(bytes).catch(() => null)
  if (text === null) throw new OptionError(`${input}: no QR code found in the picture`)
  return text
}

/** A pass in base64url: no shorter, and no longer, than one can be. */
const API_PASS = /^[A-Za-z0-9_-]{120,1024}$/
const answerSchema = z.looseObject({ pass: z.string() })

/** The text of the code; a pass of the API's becomes one. */
function textOf(given: string): string {
  const trimmed = given.trim()
  const text = trimmed.startsWith('{') ? passIn(trimmed) : trimmed
  return API_PASS.test(text) ? encodePassText(Buffer.from(text, 'base64url')) : text
}

/** Of an answer with a pass; what it is instead, the reader of codes will say. */
function passIn(answer: string): string {
  try {
    return answerSchema.parse(JSON.parse(answer)).pass
  } catch {
    throw new OptionError('this JSON has no "pass": the answer of the service to …/face has one')
  }
}

/** PNG or JPEG by their first bytes. */
function isPicture(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).equals(Buffer.from('89504e47', 'hex')) || bytes[0] === 0xff
}
