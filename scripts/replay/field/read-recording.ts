/** A recording's file, read and checked whole: gate/contract/recording.ts. */
import { readFileSync, statSync } from 'node:fs'
import {
  RECORDED_LINE_CHARS_MAX,
  type RecordedLine,
  type RecordingHeader,
  recordedLineSchema,
  recordingHeaderSchema,
} from '../../../gate/contract/recording.ts'
import { RECORDING_BYTES_MAX } from '../../../gate/limits.ts'

export interface FieldRecording {
  readonly header: RecordingHeader
  /** Without its end. */
  readonly lines: readonly RecordedLine[]
  readonly end: Extract<RecordedLine, { is: 'end' }>
}

export type ReadField<T> =
  | { readonly ok: true; readonly field: T }
  /** One line each, with file and line. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** With what was still on its way when it became too large. */
const FILE_BYTES_MAX = RECORDING_BYTES_MAX + 16 * 2 ** 20

/** The lines of a file; a problem for one that is too large or can't be read. */
export function readLines(file: string, bytesMax: number): ReadField<readonly string[]> {
  try {
    if (statSync(file).size > bytesMax) {
      return { ok: false, problems: [`${file}: larger than ${bytesMax} bytes`] }
    }
    const lines = readFileSync(file, 'utf8').split('\n')
    if (lines.at(-1) === '') lines.pop()
    return { ok: true, field: lines }
  } catch (error) {
    return { ok: false, problems: [`${file}: cannot be read: ${(error as Error).message}`] }
  }
}

/** Undefined for what is no JSON. */
export function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    return undefined
  }
}

export function readRecording(file: string): ReadField<FieldRecording> {
  const read = readLines(file, FILE_BYTES_MAX)
  if (!read.ok) return read
  const [head = '', ...rest] = read.field
  const header = recordingHeaderSchema.safeParse(parsed(head))
  if (!header.success) return fault(file, 1, 'no header of a recording of version 1')
  const lines: RecordedLine[] = []
  for (const [i, text] of rest.entries()) {
    const line = recordedLineSchema.safeParse(
      text.length > RECORDED_LINE_CHARS_MAX ? undefined : parsed(text),
    )
    if (!line.success) return fault(file, i + 2, 'no line of a recording')
    lines.push(line.data)
  }
  const end = lines.pop()
  if (end?.is !== 'end') return fault(file, rest.length + 1, 'it was cut: its end is missing')
  if (end.lines !== lines.length || lines.some(({ is }) => is === 'end')) {
    return fault(file, rest.length + 1, `it ends after ${end.lines} lines, and has ${lines.length}`)
  }
  return { ok: true, field: { header: header.data, lines, end } }
}

function fault(file: string, line: number, what: string): ReadField<never> {
  return { ok: false, problems: [`${file}: line ${line}: ${what}`] }
}
