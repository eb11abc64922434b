/** One figure of the benchmark, and how figures are printed. */
import { type Measure, midOf } from './spread.ts'

export interface Figure {
  readonly part: string
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What it is held against: the limit of the work, or another library. */
  readonly limit?: string
  readonly peer?: string
  /** value / limit, or value / peer. */
  readonly ratio?: number
  /** `≤ 1.10`, `> 1`: what the ratio should be. */
  readonly goal?: string
  readonly met?: boolean
  /** What else is to be known of it, another text each time. */
  readonly note?: string
  /**
   * Of the ratio where there is one, else of the value. Of one run how far its samples lie apart; of several
   * the lowest and the highest.
   */
  readonly range?: readonly [number, number]
}

/** How a part is measured. */
export interface BenchHow {
  /** Curves to the largest sizes. */
  readonly full: boolean
  /** One step of the part alone; all when empty. */
  readonly only: string
  /** Takes what is no figure: lines for people. */
  readonly print: (text: string) => void
}

/** What a figure is held against. `goal`: `'≤ 1.1'` or `'≥ 2'` of the ratio. */
interface Against {
  readonly limit?: string
  readonly peer?: string
  readonly ratio?: Measure
  readonly goal?: string
  readonly note?: string
}

export function figure(
  part: string,
  name: string,
  [value, unit]: readonly [Measure, string],
  { ratio, ...against }: Against = {},
): Figure {
  const range = rangeOf(ratio ?? value)
  const told = { part, name, value: midOf(value), unit, ...against, ...(range && { range }) }
  if (ratio === undefined) return told
  const { goal } = against
  const met = goal === undefined ? {} : { met: meets(midOf(ratio), goal) }
  return { ...told, ratio: midOf(ratio), ...met }
}

const rangeOf = (measure: Measure) =>
  typeof measure === 'number' ? undefined : ([measure.low, measure.high] as const)

/** Whether a ratio is what a goal says. */
export function meets(ratio: number, goal: string): boolean {
  const limit = Number(goal.slice(1))
  return goal.startsWith('≤') ? ratio <= limit : ratio >= limit
}

/** A table for the terminal. Notes come last: the longest of them would set others far apart. */
export function printFigures(figures: readonly Figure[]): string {
  const rows = figures.map(one => [
    one.name,
    `${round(one.value)} ${one.unit}`,
    one.ratio === undefined ? '' : one.ratio.toFixed(2),
    one.limit ?? one.peer ?? '',
    one.goal ?? '',
    one.met === undefined ? '' : one.met ? 'met' : 'MISSED',
    noiseText(one),
    one.note ?? '',
  ])
  const head = ['figure', 'value', 'ratio', 'to', 'goal', '', '', '']
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map(row => (row[i] ?? '').length)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) =>
        (i === 1 || i === 2 ? cell.padStart : cell.padEnd).call(cell, widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

/** How many goals are met, and the figures that miss theirs; empty when none has a goal. */
export function printGoals(figures: readonly Figure[]): string {
  const judged = figures.filter(one => one.met !== undefined)
  if (judged.length === 0) return ''
  const missed = judged.filter(one => one.met === false)
  const counts = `${judged.length - missed.length} of ${judged.length} goals met`
  if (missed.length === 0) return counts
  const named = missed.map(one => ({ ...one, name: `${one.part}: ${one.name}` }))
  return `${counts}; not:\n${printFigures(named)}`
}

/** Half of how far samples or runs lay apart. */
function noiseText({ range, ratio, value }: Figure): string {
  const middle = ratio ?? value
  if (range === undefined || middle === 0) return ''
  return `±${Math.round((50 * (range[1] - range[0])) / middle)} %`
}

function round(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 1 ? value.toFixed(1) : value.toPrecision(2)
}
