/** What was seen as an SVG: a timeline for each lane, over an axis that leaves out long rests. Pure. */
import type { Observed } from '../../fixtures/stage/observed.ts'
import { escaped } from '../report/markup.ts'
import {
  type Axis,
  createAxis,
  isEvent,
  type LaneTimeline,
  type Track,
  timelinesOf,
} from './timeline.ts'

const NAME_WIDTH = 165
const ROW = 18
const LABEL_CHAR = 6.7
const RIGHT_ROOM = 240

export interface Charted {
  readonly seen: readonly Observed[]
  /** Drawn from here on, milliseconds; 0 unless given. */
  readonly fromMs?: number
  readonly endMs: number
}

export function chartOf({ seen, endMs, fromMs = 0 }: Charted): string {
  const axis = createAxis(
    seen.filter(isEvent).map(one => one.atMs),
    endMs,
    fromMs,
  )
  const timelines = timelinesOf(seen, endMs)
  let y = ROW
  const parts = timelines.flatMap(timeline => {
    const drawn = laneOf(timeline, axis, y)
    y = drawn.y
    return drawn.parts
  })
  const width = NAME_WIDTH + axis.width + RIGHT_ROOM
  const rests = axis.breaks.map(
    ({ x, ms }) =>
      `<text class="rest" x="${at(x)}" y="${ROW - 6}">… ${seconds(ms)}</text>` +
      `<line class="rest" x1="${at(x)}" x2="${at(x)}" y1="${ROW}" y2="${y}"/>`,
  )
  const ticks = axis.ticks.map(
    ms =>
      `<line class="tick" x1="${at(axis.x(ms))}" x2="${at(axis.x(ms))}" y1="${ROW}" y2="${y}"/>` +
      `<text class="time" x="${at(axis.x(ms))}" y="${y + 14}">${seconds(ms)}</text>`,
  )
  return `<div class="chart"><svg width="${width.toFixed(0)}" height="${y + 24}" role="img" aria-label="timeline">
${[...ticks, ...rests, ...parts].join('\n')}
</svg></div>`
}

const at = (x: number): string => (NAME_WIDTH + x).toFixed(1)
const seconds = (ms: number): string =>
  ms >= 600_000
    ? `${(ms / 60_000).toFixed(0)} min`
    : `${(ms / 1000).toFixed(ms % 1000 === 0 ? 0 : 2)} s`

function laneOf({ lane, tracks }: LaneTimeline, axis: Axis, top: number) {
  let y = top + ROW
  const title = lane === '' ? 'the gate' : `lane ${lane}`
  const parts = [`<text class="lane" x="4" y="${y}">${escaped(title)}</text>`]
  for (const track of tracks) {
    const drawn = trackOf(track, axis, y + 6)
    parts.push(...drawn.parts)
    y = drawn.y
  }
  return { parts, y: y + 8 }
}

/** As much of it as there is room for, in pixels; what a span says whole is its title. */
function fitting(label: string, room: number): string {
  const chars = Math.floor(room / LABEL_CHAR)
  if (label.length <= chars) return label
  return chars < 3 ? '' : `${label.slice(0, chars - 1)}…`
}

/** Labels that would meet go into rows below each other. */
function trackOf({ name, spans, marks }: Track, axis: Axis, top: number) {
  const parts = [`<text class="name" x="12" y="${top + 13}">${escaped(name)}</text>`]
  for (const [i, { fromMs, toMs, label, kind }] of spans.entries()) {
    const [from, to] = [axis.x(fromMs), axis.x(toMs)]
    const width = Math.max(2, to - from).toFixed(1)
    const said = `${label || name}: ${seconds(fromMs)} to ${seconds(toMs)}`
    parts.push(
      `<rect class="${kind}" x="${at(from)}" y="${top + 2}" width="${width}" height="${ROW - 4}" rx="2"><title>${escaped(said)}</title></rect>`,
    )
    const next = spans[i + 1]
    const room = next === undefined ? Number.POSITIVE_INFINITY : axis.x(next.fromMs) - from - 8
    const short = fitting(label, room)
    if (short !== '') {
      parts.push(`<text class="label" x="${at(from + 4)}" y="${top + 13}">${escaped(short)}</text>`)
    }
  }
  const ends: number[] = []
  for (const { atMs, label, kind } of marks) {
    const x = axis.x(atMs)
    const free = ends.findIndex(end => end <= x)
    const row = free === -1 ? ends.length : free
    ends[row] = x + 16 + label.length * LABEL_CHAR
    const y = top + row * ROW + 13
    const sign = kind === 'step' ? '▼' : kind === 'bad' ? '✗' : kind === 'good' ? '✓' : '·'
    parts.push(
      `<text class="${kind}" x="${at(x - 4)}" y="${y}">${sign} ${escaped(label)}<title>${seconds(atMs)}</title></text>`,
    )
  }
  return { parts, y: top + Math.max(1, ends.length) * ROW }
}
