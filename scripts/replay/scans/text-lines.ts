/** Lines of a text file of any size: UTF-8, or UTF-16 as Windows writes it; ended by LF, CRLF or CR. */
import { createReadStream } from 'node:fs'

export interface TextLine {
  /** From 1. */
  readonly number: number
  /** Undefined for one that is longer than `LINE_CHARS_MAX`. */
  readonly text: string | undefined
}

/** More than the longest code and its row's other cells have. */
export const LINE_CHARS_MAX = 16_384

/** By the byte order mark, or by the zeros that ASCII has in UTF-16. */
export function encodingOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = head
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (isZeroed(head, 1)) return 'utf-16le'
  return isZeroed(head, 0) ? 'utf-16be' : 'utf-8'
}

/** Whether each byte at the odd (1) or even (0) places is zero, and none of the others. */
function isZeroed(head: Uint8Array, odd: 0 | 1): boolean {
  const pairs = head.subarray(0, head.length - (head.length % 2))
  return pairs.length > 0 && pairs.every((byte, at) => (at % 2 === odd) === (byte === 0))
}

/** The last line may lack its end. Empty lines count and are left out. Rejects with the system's error. */
export async function* linesOf(file: string, head: Uint8Array): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder(encodingOf(head))
  let rest = ''
  let number = 0
  let isTooLong = false

  function* linesIn(text: string, isEnd: boolean): Generator<TextLine> {
    // A CR at the end may be half of a CRLF.
    const held = !isEnd && text.endsWith('\r') ? '\r' : ''
    const parts = text.slice(0, text.length - held.length).split(/\r\n|\r|\n/)
    const open = isEnd ? '' : (parts.pop() ?? '')
    for (const part of parts) {
      number += 1
      const fits = !isTooLong && part.length <= LINE_CHARS_MAX
      isTooLong = false
      if (!fits) yield { number, text: undefined }
      else if (part.trim() !== '') yield { number, text: part }
    }
    if (open.length > LINE_CHARS_MAX) isTooLong = true
    rest = (isTooLong ? '' : open) + held
  }

  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    yield* linesIn(rest + decoder.decode(chunk, { stream: true }), false)
  }
  yield* linesIn(rest + decoder.decode(), true)
}
