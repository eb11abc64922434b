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
