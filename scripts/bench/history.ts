/** The history of all figures as one SVG: a row each, its line over the runs and its newest value. Pure. */
import { escaped } from '../report/markup.ts'
import type { Figure } from './figure.ts'
import { comparedOf, keyOf } from './repeat.ts'

const NAME_WIDTH = 430
const LINE_WIDTH = 360
const WIDTH = NAME_WIDTH + LINE_WIDTH + 210
const ROW = 22
const TOP = 44
/** Of a row that its line takes. */
const LINE_HEIGHT = 14

export interface DrawnRun {
  /** ISO 8601. */
  readonly at: string
  readonly figures: readonly Figure[]
}

/** `runs`: oldest first. */
export function historySvg(runs: readonly DrawnRun[]): string {
  const names = [...new Set(runs.flatMap(({ figures }) => figures.map(keyOf)))]
  const rows = names.map((name, index) => rowOf(runs, name, TOP + index * ROW))
  const height = TOP + names.length * ROW + 10
  const [first, last] = [runs[0], runs.at(-1)]
  const span = first && last ? `${first.at.slice(0, 10)} to ${last.at.slice(0, 10)}` : 'no runs'
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="History of the bench">
<style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
<text class="head" x="16" y="26">${runs.length} runs, ${span}: ratios, or values where there is none</text>
${rows.join('\n')}
</svg>
`
}

function rowOf(runs: readonly DrawnRun[], name: string, y: number): string {
  const points = runs.flatMap(({ figures }, index) => {
    const figure = figures.find(one => keyOf(one) === name)
    return figure === undefined ? [] : [{ figure, index, value: comparedOf(figure) }]
  })
  const newest = points.at(-1)
  if (newest === undefined) return ''
  const values = points.map(({ value }) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const stepX = runs.length > 1 ? LINE_WIDTH / (runs.length - 1) : 0
  const at = ({ index, value }: (typeof points)[number]) => {
    const share = high === low ? 0.5 : (value - low) / (high - low)
    return [NAME_WIDTH + index * stepX, y + LINE_HEIGHT * (1 - share)] as const
  }
  const path = points
    .map(one =>
      at(one)
        .map(v => v.toFixed(1))
        .join(','),
    )
    .join(' ')
  const [x, dotY] = at(newest)
  const { met, ratio, unit, goal } = newest.figure
  const state = met === undefined ? '' : met ? ' met' : ' missed'
  const told = `${newest.value.toPrecision(3)}${ratio === undefined ? ` ${unit}` : ''}`
  const word = met === undefined ? '' : ` ${goal} ${met ? 'met' : 'missed'}`
  return `<g><title>${escaped(`${name}: ${low.toPrecision(3)} to ${high.toPrecision(3)}`)}</title>
<text x="16" y="${y + 12}">${escaped(shortened(name))}</text>
<polyline points="${path}"/><circle class="dot${state}" cx="${x.toFixed(1)}" cy="${dotY.toFixed(1)}" r="3"/>
<text class="value${state}" x="${NAME_WIDTH + LINE_WIDTH + 16}" y="${y + 12}">${escaped(told + word)}</text></g>`
}

const CHARS_MAX = 68
const shortened = (name: string): string =>
  name.length <= CHARS_MAX ? name : `${name.slice(0, CHARS_MAX - 1)}…`

const STYLE = `
.paper { fill: #fbfaf7 } text { font: 12px system-ui, sans-serif; fill: #2b2a27 }
.head { font-size: 14px; font-weight: 600 } polyline { fill: none; stroke: #8a877f }
.dot { fill: #55524c } .dot.met { fill: #1f7a4d } .dot.missed { fill: #b3261e }
.value { font-variant-numeric: tabular-nums } .value.met { fill: #1f7a4d } .value.missed { fill: #b3261e }
@media (prefers-color-scheme: dark) {
.paper { fill: #1b1b19 } text { fill: #e8e5df } .dot.met { fill: #58b888 } .value.met { fill: #58b888 }
.dot.missed { fill: #f2857c } .value.missed { fill: #f2857c }
}`
