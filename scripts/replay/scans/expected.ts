/** A file of expected codes: one a line, or a column of a CSV. `*` is any. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { VERDICTS } from '../../../gate/contract/codes.ts'
import { nearestName, OptionError } from '../../../gate/contract/options.ts'
import { cellsOf, readHeader } from './csv-rows.ts'
import { encodingOf } from './text-lines.ts'

export interface ExpectedCode {
  /** `codes.txt line 3` */
  readonly where: string
  readonly code: string
}

export const ANY = '*'
const CODES = [...Object.keys(VERDICTS), 'IGNORED', 'NO_CODE']
const BYTES_MAX = 64 * 2 ** 20

/** In order; empty lines are left out. Throws OptionError with file and line. */
export function readExpected(file: string): readonly ExpectedCode[] {
  const lines = textOf(file).split(/\r\n|\r|\n/)
  const first = lines.findIndex(line => line.trim() !== '')
  const header = readHeader(lines[first] ?? '', 'expect') ?? readHeader(lines[first] ?? '', 'code')
  const place = header?.places.expect ?? header?.places.code
  const expected = lines.flatMap((line, i) => {
    if (line.trim() === '' || (header !== undefined && i === first)) return []
    const cell = header === undefined ? line : cellsOf(line, header.separator)?.[place ?? 0]
    return [
      { where: `${basename(file)} line ${i + 1}`, code: checked(file, i + 1, (cell ?? '').trim()) },
    ]
  })
  if (expected.length === 0) throw new OptionError(`--expect ${file}: no code in it`)
  return expected
}

function textOf(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined) throw new OptionError(`--expect ${file}: no such file`)
  if (size > BYTES_MAX) throw new OptionError(`--expect ${file}: over ${BYTES_MAX} bytes`)
  const bytes = readFileSync(file)
  return new TextDecoder(encodingOf(bytes.subarray(0, 4096))).decode(bytes)
}

function checked(file: string, line: number, written: string): string {
  const fault = codeFault(written)
  if (fault === undefined) return written
  throw new OptionError(`--expect ${file}: line ${line}: ${fault}`)
}

/** In words, what is wrong with an expected code. */
export function codeFault(written: string): string | undefined {
  if (written === ANY || CODES.includes(written)) return undefined
  const near = nearestName(written.toUpperCase(), CODES)
  const hint = near === undefined ? '; gate/codes.md has them' : `: did you mean ${near}?`
  return `no code "${written.slice(0, 40)}"${hint}`
}
