/**
 * A table of scans: CSV (RFC 4180) with a header, cells apart by comma, semicolon or tab. A row that
 * can't be read is told with its line, and the others are read.
 */
import { durationMs } from '../durations.ts'
import type { Scan, ScanTime } from './scan.ts'
import { readCode } from './text-codes.ts'
import { linesOf } from './text-lines.ts'

/** What a column may be called, in capitals or not; the first name is the one in messages. */
export const COLUMNS = {
  code: ['code', 'text', 'scan', 'payload', 'data'],
  time: ['time', 'at', 'timestamp'],
  lane: ['lane'],
  expect: ['expect', 'expected', 'verdict'],
} as const
type Column = keyof typeof COLUMNS
const COLUMN_NAMES = Object.keys(COLUMNS) as Column[]
const SEPARATORS = [',', ';', '\t'] as const

export interface CsvHeader {
  readonly separator: string
  /** Place of each column that is there. */
  readonly places: Readonly<Partial<Record<Column, number>>>
  readonly cells: number
}

/** Undefined for a line that names none of these columns. */
export function readHeader(line: string, needed: Column): CsvHeader | undefined {
  for (const separator of SEPARATORS) {
    const cells = cellsOf(line, separator)?.map(cell => cell.trim().toLowerCase())
    if (cells === undefined) continue
    const places = Object.fromEntries(
      COLUMN_NAMES.flatMap(name => {
        const called = COLUMNS[name].find(one => cells.includes(one))
        return called === undefined ? [] : [[name, cells.indexOf(called)]]
      }),
    )
    if (needed in places) return { separator, places, cells: cells.length }
  }
  return undefined
}

/** Undefined where a quote is not closed, or something stands behind one. */
export function cellsOf(line: string, separator: string): string[] | undefined {
  const cells: string[] = []
  let at = 0
  while (at <= line.length) {
    const quoted = line[at] === '"' ? /^"((?:[^"]|"")*)"/.exec(line.slice(at)) : undefined
    if (quoted === null) return undefined
    const end = quoted ? at + quoted[0].length : indexOrEnd(line, separator, at)
    if (end < line.length && line[end] !== separator) return undefined
    cells.push(quoted ? (quoted[1] ?? '').replaceAll('""', '"') : line.slice(at, end))
    at = end + 1
  }
  return cells
}

function indexOrEnd(line: string, what: string, from: number): number {
  const at = line.indexOf(what, from)
  return at === -1 ? line.length : at
}

/**
 * `12.5` and `12.5s` from the first scan on, `1800000000` in Unix seconds, or ISO 8601; `zone` is for
 * times without one. In words what is wrong with another text.
 */
export function readTime(written: string, zone: string | undefined): ScanTime | string {
  const text = written.trim()
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text)
    if (number >= 1e12) return { unixMs: Math.round(number) }
    return number >= 1e9
      ? { unixMs: Math.round(number * 1000) }
      : { sinceMs: Math.round(number * 1000) }
  }
  const sinceMs = durationMs(text)
  if (sinceMs !== undefined && sinceMs >= 0) return { sinceMs }
  const isIso = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(text)
  const unixMs = Date.parse(hasZone ? text : `${text}${zone ?? 'Z'}`)
  if (!isIso || Number.isNaN(unixMs)) {
    return `time "${text.slice(0, 40)}" is none: write 2027-01-15T08:00:00+08:00, or 12.5s from the first scan`
  }
  if (hasZone || zone !== undefined) return { unixMs }
  return `time "${text}" has no zone: add one, as in ${text}+08:00, or give --zone +08:00`
}

export async function* csvScans(
  file: string,
  head: Uint8Array,
  zone: string | undefined,
): AsyncGenerator<Scan> {
  let header: CsvHeader | undefined
  for await (const { number, text } of linesOf(file, head)) {
    const where = `line ${number}`
    if (header === undefined) {
      header = readHeader(text ?? '', 'code')
      if (header !== undefined) continue
      yield { what: 'bad', where, problem: `no header: one column is ${COLUMNS.code.join(', ')}` }
      return
    }
    yield scanOf(where, text, header, zone)
  }
}

function scanOf(
  where: string,
  line: string | undefined,
  { separator, places, cells: wanted }: CsvHeader,
  zone: string | undefined,
): Scan {
  const bad = (problem: string): Scan => ({ what: 'bad', where, problem })
  const cells = line === undefined ? undefined : cellsOf(line, separator)
  if (line !== undefined && cells === undefined) return bad('a quote is not closed')
  const cell = (name: Column): string | undefined => {
    const place = places[name]
    return (place === undefined ? undefined : cells?.[place]?.trim()) || undefined
  }
  if (cells !== undefined && cells.length !== wanted) {
    return bad(`${cells.length} cells, but the header has ${wanted}`)
  }
  const read = readCode(cells === undefined ? undefined : (cell('code') ?? ''))
  if ('problem' in read) return bad(read.problem)
  const time = cell('time')
  const at = time === undefined ? undefined : readTime(time, zone)
  if (typeof at === 'string') return bad(at)
  return { what: 'scan', where, ...read, at, lane: cell('lane'), expect: cell('expect') }
}
