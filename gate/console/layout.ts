/** Tables and times as they stand on a screen of 80 columns. Pure. */
import { columnsOf, WIDE_LETTERS } from './terminal-text.ts'

/** Columns as wide as their widest cell, two blanks between; the last takes what it needs. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const wide = head.map((cell, at) =>
    Math.max(cell.length, ...rows.map(row => row[at]?.length ?? 0)),
  )
  return [head, ...rows].map(row =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(wide[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** `name  value` lines with the values in one column. */
export function pairLines(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const wide = Math.max(0, ...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(wide)}  ${value}`.trimEnd())
}

/**
 * Lines with a number before each, where it has one. What is wider than the screen goes on below its
 * own beginning, so that no number but a line's own stands in that column.
 */
export function numberedLines(
  lines: readonly (readonly [number: number | null, text: string])[],
  columns: number,
): readonly string[] {
  const wide = Math.max(0, ...lines.map(([number]) => String(number ?? '').length))
  const room = columns - wide - 2
  return lines.flatMap(([number, text]) => {
    const pieces = text.match(new RegExp(`.{1,${room}}`, 'gu')) ?? ['']
    return pieces.map((piece, at) => {
      const head = at === 0 && number !== null ? String(number) : ''
      return `${head.padStart(wide)}  ${piece}`
    })
  })
}

/** As `2026-05-21 06:00:00` in UTC. `ms`: Unix milliseconds. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

/** As `06:00:00` in UTC. */
export const clockText = (ms: number): string => timeText(ms).slice(11)

/** In the two largest units: `3 d 4 h`, `12 min 5 s`. */
export function spanText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const units = [
    ['d', Math.floor(s / 86_400)],
    ['h', Math.floor(s / 3600) % 24],
    ['min', Math.floor(s / 60) % 60],
    ['s', s % 60],
  ] as const
  const first = units.findIndex(([, count]) => count > 0)
  if (first < 0) return '0 s'
  return units
    .slice(first, first + 2)
    .filter(([, count], at) => at === 0 || count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(' ')
}

/** Bytes in the unit that fits. */
export function bytesText(bytes: number): string {
  if (bytes < 1024 ** 2) return `${Math.ceil(bytes / 1024)} KiB`
  return bytes < 1024 ** 3
    ? `${(bytes / 1024 ** 2).toFixed(1)} MiB`
    : `${(bytes / 1024 ** 3).toFixed(1)} GiB`
}

/** What stands at the end of a line, or at its beginning, with the letter beside it. */
const CLOSES = '，。：；、！？）」』》…'
const OPENS = '（「『《'
/** Blanks, then a word or one wide letter: a line may break before each. */
const PIECE = new RegExp(
  ` *[${OPENS}]*(?:[${WIDE_LETTERS}]|[^ ${WIDE_LETTERS}]+)[${CLOSES}]*|[${CLOSES}]+`,
  'gu',
)

/**
 * Breaks at blanks and between Chinese letters, so that no line takes more than `columns`; `indent`
 * stands before all but the first.
 */
export function wrapped(text: string, columns: number, indent = '  '): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const [piece] of text.matchAll(PIECE)) {
    if (line.trim() === '' || columnsOf(line + piece) <= columns) line += piece
    else {
      lines.push(line)
      line = `${indent}${piece.trimStart()}`
    }
  }
  return [...lines, line]
}
