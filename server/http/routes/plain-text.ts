/**
 * A JSON body that is valid text (RFC 8259 §8.1): UTF-8, and no string with U+0000 or half a pair of
 * surrogates (§8.2), which a database or a signature would read differently. PostgreSQL stores no
 * U+0000 at all.
 */
import { isUtf8 } from 'node:buffer'

/** Escapes that may stand for such a character; most bodies have none, and are not read twice. */
const SUSPECT = ['\\u0000', '\\ud', '\\uD']

/** False for what must be refused. What is no JSON is left to its parser. */
export function isPlainText(body: Uint8Array): boolean {
  if (!isUtf8(body)) return false
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!SUSPECT.some(one => bytes.includes(one))) return true
  try {
    return !hasBadText(JSON.parse(bytes.toString()))
  } catch {
    return true
  }
}

/** Walks without recursion: nesting is the sender's to choose. */
function hasBadText(value: unknown): boolean {
  const waiting = [value]
  while (waiting.length > 0) {
    const one = waiting.pop()
    if (typeof one === 'string' && !isPlain(one)) return true
    if (typeof one !== 'object' || one === null) continue
    for (const [key, inner] of Object.entries(one)) waiting.push(key, inner)
  }
  return false
}

const isPlain = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
