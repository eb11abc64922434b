/** The text in the bytes of one code: section 2 of pass/specification.md, rules A1 to A7. Pure. */

export const isPrintable = (byte: number) => byte >= 0x20 && byte <= 0x7e
const aimId = /^\][A-Za-z][0-9A-Za-z]/
const eciMark = /^\\[0-9]{6}/

const byteOrderMark = [0xef, 0xbb, 0xbf]

/**
 * The code's text: a byte order mark, an AIM identifier (`]Q1`, ISO/IEC 15424) and an ECI marker
 * (`\000026`, AIM ITS/04-023) before it and blanks around it removed, in this order and each once.
 * Null for an empty frame or one that is not printable ASCII: section 2 of pass/specification.md.
 */
export function frameText(frame: Uint8Array): string | null {
  const marked = byteOrderMark.every((byte, at) => frame[at] === byte)
  // rule A1
  const bytes = marked ? frame.subarray(byteOrderMark.length) : frame
  // rule A2
  for (const byte of bytes) {
    if (byte !== 0x09 && !isPrintable(byte)) return null
  }
  const raw = Buffer.from(bytes).toString('latin1')
  // rules A3 A4 A5
  const text = raw.trim().replace(aimId, '').replace(eciMark, '').trim()
  // rules A6 A7
  return text === '' ? null : text
}
