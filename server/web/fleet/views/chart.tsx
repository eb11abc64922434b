/**
 * Lines over time, drawn by uPlot on a canvas. What it shows is said beside it in words: the latest value
 * and the highest. Colours are the page's tokens, also when the theme changes.
 */
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { language, TAGS } from '../../shared/language.ts'
import { rangeOf, spanOf } from '../chart-ranges.ts'
import { say } from '../texts.ts'

export type ChartTone = 'brand' | 'refuse' | 'retry' | 'link'

export interface ChartLine {
  readonly name: string
  readonly tone: ChartTone
  /** One for each time; null: not known. */
  readonly values: readonly (number | null)[]
}

interface ChartProps {
  readonly title: string
  /** Unix seconds, ascending. */
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly shown: (value: number) => string
  /** Of values that are names: how many there are. */
  readonly steps?: number
}

const HEIGHT = 150
const AXIS_WIDTH = 64
const NAMES_WIDTH = 136
/** Lines differ by more than colour. */
const DASHES: Readonly<Record<ChartTone, number[]>> = {
  brand: [],
  refuse: [6, 3],
  retry: [2, 3],
  link: [8, 3, 2, 3],
}

export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const { title, times, lines } = props
  const isEmpty = lines.every(({ values }) => values.every(value => value === null))
  useEffect(() => {
    const element = place.current
    return element === null ? undefined : draw(element, props)
  }, [times, lines, isEmpty, language.value])
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      {lines.length > 1 && (
        <ul class="legend" aria-hidden="true">
          {lines.map(({ name, tone }) => (
            <li key={name} class={tone}>
              {name}
            </li>
          ))}
        </ul>
      )}
      {isEmpty ? (
        <p class="quiet">{say('chart.none')}</p>
      ) : (
        <div ref={place} role="img" aria-label={`${title}: ${saidOf(props)}`} />
      )}
    </figure>
  )
}

function saidOf({ lines, shown }: ChartProps): string {
  return lines
    .map(({ name, values }) => {
      const known = values.filter(value => value !== null)
      const last = known.at(-1)
      if (last === undefined) return say('chart.nothing', { name })
      const most = known.reduce((a, b) => Math.max(a, b))
      return say('chart.said', { name, last: shown(last), most: shown(most) })
    })
    .join(say('comma'))
}

/** Draws, and again for another width or theme; the result ends it. */
function draw(element: HTMLElement, props: ChartProps): () => void {
  let plot = plotIn(element, props)
  const theme = matchMedia('(prefers-color-scheme: dark)')
  const sizes = new ResizeObserver(() => {
    const width = element.clientWidth
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: HEIGHT })
  })
  function again(): void {
    plot.destroy()
    plot = plotIn(element, props)
  }
  sizes.observe(element)
  theme.addEventListener('change', again)
  return () => {
    sizes.disconnect()
    theme.removeEventListener('change', again)
    plot.destroy()
  }
}

function plotIn(element: HTMLElement, { times, lines, shown, steps }: ChartProps): uPlot {
  const style = getComputedStyle(document.documentElement)
  const colour = (token: string) => style.getPropertyValue(`--${token}`).trim()
  const font = `12px ${colour('font')}`
  const axis = { stroke: colour('soft'), font, ticks: { show: false } }
  const options: uPlot.Options = {
    width: Math.max(1, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, range: () => spanOf(times) },
      // Names stand from the best at the top down.
      y: { range: (_, low, high) => rangeOf(low, high, steps), dir: steps === undefined ? 1 : -1 },
    },
    tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), 'Asia/Shanghai'),
    fmtDate: () => dayTime,
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 28 },
      {
        ...axis,
        size: steps === undefined ? AXIS_WIDTH : NAMES_WIDTH,
        grid: { stroke: colour('line'), width: 1 },
        ...(steps !== undefined && { splits: () => [...Array(steps).keys()] }),
        values: (_, values) => values.map(shown),
      },
    ],
    series: [
      {},
      ...lines.map(({ name, tone }) => ({
        ...{ label: name, stroke: colour(tone), width: 1.8, dash: DASHES[tone] },
        // One time makes no line.
        points: { show: times.length === 1 },
        ...(steps !== undefined &&
          uPlot.paths.stepped && { paths: uPlot.paths.stepped({ align: 1 }) }),
      })),
    ],
  }
  const data = [times, ...lines.map(({ values }) => values)].map(one => [...one])
  return new uPlot(options, data as uPlot.AlignedData, element)
}

const dayTime = (date: Date): string =>
  new Intl.DateTimeFormat(TAGS[language.value], {
    ...({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const),
  }).format(date)
