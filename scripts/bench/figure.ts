/** One figure of the benchmark, and how figures are printed. */

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
  /** Of several runs the lowest and the highest: of the ratio where there is one, else of the value. */
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

/** A figure with a goal: `'≤ 1.1'` or `'≥ 2'` of a ratio. */
export function figure(
  part: string,
  name: string,
  [value, unit]: readonly [number, string],
  against: { limit?: string; peer?: string; ratio?: number; goal?: string } = {},
): Figure {
  const { ratio, goal } = against
  const met = ratio !== undefined && goal !== undefined ? meets(ratio, goal) : undefined
  return { part, name, value, unit, ...against, ...(met === undefined ? {} : { met }) }
}

/** Whether a ratio is what a goal says. */
export function meets(ratio: number, goal: string): boolean {
  const limit = Number(goal.slice(1))
  return goal.startsWith('≤') ? ratio <= limit : ratio >= limit
}

/** A table for the terminal. */
export function printFigures(figures: readonly Figure[]): string {
  const rows = figures.map(one => [
    one.name,
    `${round(one.value)} ${one.unit}`,
    one.ratio === undefined ? '' : one.ratio.toFixed(2),
    one.limit ?? one.peer ?? '',
    one.goal ?? '',
    one.met === undefined ? '' : one.met ? 'met' : 'MISSED',
    noiseText(one),
  ])
  const head = ['figure', 'value', 'ratio', 'to', 'goal', '', '']
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

/** Half of what several runs lay apart. */
function noiseText({ range, ratio, value }: Figure): string {
  if (range === undefined) return ''
  return `±${Math.round((50 * (range[1] - range[0])) / (ratio ?? value))} %`
}

function round(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 1 ? value.toFixed(1) : value.toPrecision(2)
}
