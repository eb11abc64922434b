/**
 * Text on its way to a terminal. A line feed becomes CR LF. Readline moves the cursor with CHA
 * (ECMA-48, 8.3.9), which minicom 2.8 draws wrongly: CR and CUF (8.3.20) do the same everywhere.
 */

const ESC = '\x1b'
const CHA = /\x1b\[(\d+)G/g

/** `text` holds whole escape sequences, as readline writes them. */
export function toTerminal(text: string): string {
  return text
    .replaceAll(/\r?\n/g, '\r\n')
    .replaceAll(CHA, (_, column: string) =>
      column === '1' ? '\r' : `\r${ESC}[${Number(column) - 1}C`,
    )
}

/** Typographic characters that the project's sentences have, in ASCII. */
const IN_ASCII: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '→': '->',
  '≤': '<=',
  '≥': '>=',
  '·': '-',
  '×': 'x',
}

/**
 * One line of plain text: control characters and marks of direction become `?`, so that nothing
 * that was recorded moves the cursor. Without `utf8` all else that is not ASCII too.
 */
export function plainText(text: string, utf8: boolean): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu, '?')
  if (utf8) return plain
  return plain.replaceAll(/[^\x20-\x7e]/gu, one => IN_ASCII[one] ?? '?')
}

/** Of a regular expression with the flag `u`: East Asian wide and full-width letters (Unicode Standard Annex 11), and emoji. */
export const WIDE_LETTERS =
  '\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97f\\uac00-\\ud7a3\\uf900-\\ufaff' +
  '\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6' +
  '\\u{1f300}-\\u{1f64f}\\u{1f900}-\\u{1f9ff}\\u{20000}-\\u{3fffd}'
const WIDE = new RegExp(`[${WIDE_LETTERS}]`, 'u')
const MARK = /\p{Mark}/u

/** Columns of a screen that plain text takes. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const char of text) columns += WIDE.test(char) ? 2 : MARK.test(char) ? 0 : 1
  return columns
}

/** As much of its beginning as these columns hold. */
export function shortenedTo(text: string, columns: number): string {
  let kept = ''
  let taken = 0
  for (const char of text) {
    taken += columnsOf(char)
    if (taken > columns) break
    kept += char
  }
  return kept
}
