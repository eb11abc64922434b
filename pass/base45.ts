/**
 * Base45, RFC 9285: bytes as the alphabet of a QR code's alphanumeric mode. Two bytes become three
 * characters, a last single byte two.
 */

import { ownBytes } from './brief-bytes.ts'
import { PassError } from './errors.ts'
import { BASE45_CHARS_MAX } from './limits.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const NO_DIGIT = 255
const DIGIT_OF = new Uint8Array(128).fill(NO_DIGIT)
for (let digit = 0; digit < ALPHABET.length; digit++) DIGIT_OF[ALPHABET.charCodeAt(digit)] = digit

/** The base45 text of any bytes; the empty text for none. */
export function encodeBase45(bytes: Uint8Array): string {
  let text = ''
  const even = bytes.length - (bytes.length % 2)
  for (let i = 0; i < even; i += 2) {
    const pair = ((bytes[i] as number) << 8) | (bytes[i + 1] as number)
    const low = pair % 45
    const rest = (pair - low) / 45
    const middle = rest % 45
    text += ALPHABET.charAt(low) + ALPHABET.charAt(middle) + ALPHABET.charAt((rest - middle) / 45)
  }
  if (even < bytes.length) {
    const last = bytes[even] as number
    text += ALPHABET.charAt(last % 45) + ALPHABET.charAt(Math.floor(last / 45))
  }
  return text
}

function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  const digit = code < 128 ? (DIGIT_OF[code] as number) : NO_DIGIT
  // rule T5
  if (digit === NO_DIGIT) throw new PassError('MALFORMED', `base45: no digit at character ${at}`)
  return digit
}

/**
 * The bytes of a base45 text, read from character `from` on (0), in an array of their own or one that `room`
 * gives. Throws `MALFORMED` for a character outside the alphabet (lower case included), a group over 65535, a
 * tail over 255 or of one character, and `TOO_LARGE` over `BASE45_CHARS_MAX`.
 */
export function decodeBase45(text: string, from = 0, room = ownBytes): Uint8Array {
  const length = text.length - from
  // no rule: for other callers: a pass is asked T1 first
  if (length > BASE45_CHARS_MAX) throw new PassError('TOO_LARGE', 'base45: text too long')
  const tail = length % 3
  // rule T4
  if (tail === 1) throw new PassError('MALFORMED', 'base45: one character too many')
  const triples = (length - tail) / 3
  const bytes = room(2 * triples + (tail === 2 ? 1 : 0))
  let at = from
  let out = 0
  for (let i = 0; i < triples; i++, at += 3) {
    const pair = digitAt(text, at) + 45 * digitAt(text, at + 1) + 45 * 45 * digitAt(text, at + 2)
    // rule T6
    if (pair > 0xffff) throw new PassError('MALFORMED', `base45: group over 65535 at ${at}`)
    bytes[out++] = pair >> 8
    bytes[out++] = pair & 0xff
  }
  if (tail === 2) {
    const last = digitAt(text, at) + 45 * digitAt(text, at + 1)
    // rule T7
    if (last > 0xff) throw new PassError('MALFORMED', 'base45: last byte over 255')
    bytes[out] = last
  }
  return bytes
}
