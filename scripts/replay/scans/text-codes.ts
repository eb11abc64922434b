/** A text file with a code a line. */
import { frameText } from '../../../hardware/drivers/frame-text.ts'
import { frameBytesMax } from '../../../hardware/limits.ts'
import type { Scan } from './scan.ts'
import { LINE_CHARS_MAX, linesOf } from './text-lines.ts'

export async function* textScans(file: string, head: Uint8Array): AsyncGenerator<Scan> {
  for await (const { number, text } of linesOf(file, head)) {
    const where = `line ${number}`
    const read = readCode(text)
    yield 'problem' in read ? { what: 'bad', where, ...read } : { what: 'scan', where, ...read }
  }
}

/** A code as a scanner's driver would give it: marks before it and blanks around it removed. */
export function readCode(
  written: string | undefined,
): { readonly text: string } | { readonly problem: string } {
  if (written === undefined) {
    return { problem: `longer than ${LINE_CHARS_MAX} characters: a code a line is read` }
  }
  if (written.length > frameBytesMax) {
    return { problem: `a reader drops codes of over ${frameBytesMax} characters` }
  }
  const text = frameText(Buffer.from(written, 'utf8'))
  if (text !== null) return { text }
  return { problem: 'no code: a code is one or more printable ASCII characters' }
}
