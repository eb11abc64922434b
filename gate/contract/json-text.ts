/**
 * JSON files that people edit, with or without a byte order mark (RFC 8259 §8.1 lets a reader skip
 * one). A fault is named by line and column, never with a piece of the text: a password may stand in
 * it. Pure.
 */
import { jsonFault } from './json-fault.ts'

export type JsonText =
  | { readonly ok: true; readonly text: string; readonly value: unknown }
  /** `text` is there unless the bytes are none. */
  | { readonly ok: false; readonly text: string | undefined; readonly problem: string }

/** The text of a file without its byte order mark, or in words why it is none. */
export function decodeText(
  bytes: Uint8Array,
): { readonly text: string } | { readonly problem: string } {
  if (isUtf16(bytes)) return { problem: 'it is UTF-16: save it as UTF-8' }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { problem: 'it is not UTF-8: save it as UTF-8' }
  }
}

export function readJsonText(bytes: Uint8Array): JsonText {
  const decoded = decodeText(bytes)
  if ('problem' in decoded) return { ok: false, text: undefined, problem: decoded.problem }
  const { text } = decoded
  try {
    return { ok: true, text, value: JSON.parse(text) }
  } catch {
    return { ok: false, text, problem: `not JSON: ${jsonFault(text)}` }
  }
}

/** By its mark, or, without one, by the zero in the first character: JSON begins in ASCII. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return false
  const mark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  return mark || first === 0 || second === 0
}
