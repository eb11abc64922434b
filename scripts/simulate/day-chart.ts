/**
 * A simulation's hours as an SVG: what was wrong when, and for each lane who was admitted and refused,
 * its faults and its alarms. Pure.
 */
import { escaped } from '../report/markup.ts'
import type { Fault } from './fault-kind.ts'
import { FAULT_KINDS, placeOf } from './faults.ts'
import { placesOf } from './places.ts'
import type { LaneCounts, Report } from './report.ts'
import { clockOf } from './station-clock.ts'

const NAMES = 140
const WIDTH = 970
const FAULT_ROW = 14
/** Of a lane: admitted above its line, refused below. */
const UP = 30
const DOWN = 18
const LANE = UP + DOWN + 22
const HOUR_MS = 3_600_000
const ALARMS_DRAWN = 400

interface Axis {
  x(ms: number): number
  readonly endMs: number
}

export function dayChart(report: Report): string {
  const { plan, outcome } = report
  const endMs = Math.max(1, outcome.endMs)
  const axis: Axis = { x: ms => NAMES + (Math.min(ms, endMs) / endMs) * WIDTH, endMs }
  const faults = plan.faults.filter(({ atMs }) => atMs <= endMs)
  const station = stationRows(faults, axis)
  // Noise may be refused twenty times at once: bars of refusals end at the height of the others.
  const most = Math.max(1, ...[...report.lanes.values()].flatMap(({ admitted }) => admitted))
  const all = [...report.lanes]
  const busy = all.filter(([, counts]) => highest(counts).some(one => one > 0))
  // Of a small failure most lanes have nothing to show.
  const lanes = (busy.length === 0 ? all : busy).map(([name, counts], i) =>
    laneRow({ report, axis, faults, most }, name, counts, station.y + i * LANE),
  )
  const y = station.y + lanes.length * LANE
  const broke = outcome.broken.map(
    ({ atMs }) =>
      `<line class="broke" x1="${at(axis.x(atMs))}" x2="${at(axis.x(atMs))}" y1="8" y2="${y}"/>`,
  )
  return `<div class="chart"><svg width="${NAMES + WIDTH + 32}" height="${y + 24}" role="img" aria-label="timeline of lanes">
${[...ticks(report, axis, y), ...station.parts, ...lanes.flat(), ...broke.slice(0, 1)].join('\n')}
</svg></div>`
}

const at = (x: number): string => x.toFixed(1)
const highest = ({ admitted, refused }: LaneCounts): number[] => [...admitted, ...refused]

function ticks({ outcome }: Report, axis: Axis, y: number): string[] {
  const clock = clockOf(outcome.startMs)
  // Eight to twelve of them.
  const steps = [5, 10, 30, 60, 120, 180, 360, 720, 1440].map(minutes => minutes * 60_000)
  const stepMs = steps.find(one => axis.endMs / one <= 12) ?? 24 * HOUR_MS
  const firstMs = stepMs - ((outcome.startMs + 8 * HOUR_MS) % stepMs)
  const all: string[] = []
  for (let ms = firstMs % stepMs; ms <= axis.endMs; ms += stepMs) {
    const x = at(axis.x(ms))
    all.push(
      `<line class="tick" x1="${x}" x2="${x}" y1="8" y2="${y}"/><text class="time" x="${x}" y="${y + 16}">${clock(ms).slice(0, 5)}</text>`,
    )
  }
  return all
}

/** A thin row for each kind of fault of the whole station. */
function stationRows(faults: readonly Fault[], axis: Axis): { parts: string[]; y: number } {
  const own = faults.filter(({ kind }) => !FAULT_KINDS[kind]?.onLane)
  const kinds = [...new Set(own.map(({ kind }) => kind))].sort()
  const parts = kinds.flatMap((kind, i) => {
    const y = 8 + i * FAULT_ROW
    const bands = own
      .filter(one => one.kind === kind)
      .map(one => band(one, axis, 'fault', y + 2, 10))
    return [`<text class="name" x="0" y="${y + 11}">${escaped(kind)}</text>`, ...bands]
  })
  return { parts, y: 16 + kinds.length * FAULT_ROW }
}

function band(fault: Fault, axis: Axis, kind: string, y: number, height: number): string {
  const { atMs, forMs } = fault
  const x = axis.x(atMs)
  const width = Math.max(1.5, axis.x(atMs + forMs) - x)
  const title = `${fault.kind}, ${(forMs / 1000).toFixed(0)} s`
  return `<rect class="${kind}" x="${at(x)}" y="${y}" width="${at(width)}" height="${height}"><title>${escaped(title)}</title></rect>`
}

interface Drawn {
  readonly report: Report
  readonly axis: Axis
  readonly faults: readonly Fault[]
  /** Of all lanes, in one piece of time. */
  readonly most: number
}

function laneRow(drawn: Drawn, name: string, counts: LaneCounts, top: number): string[] {
  const { report, axis, faults } = drawn
  const { plan, binMs } = report
  const line = top + UP + 4
  const places = placesOf(plan)
  const own = faults.filter(one => FAULT_KINDS[one.kind]?.onLane && placeOf(places, one) === name)
  const path = (values: readonly number[], sign: number, height: number, kind: string): string => {
    const steps = values.flatMap((count, bin) => {
      if (count === 0) return []
      const x = axis.x(bin * binMs)
      const width = Math.max(1, axis.x((bin + 1) * binMs) - x - 0.5)
      const tall = Math.max(2, Math.min(1, count / drawn.most) * height)
      return [`M${at(x)} ${line}v${at(sign * tall)}h${at(width)}v${at(-sign * tall)}z`]
    })
    return steps.length === 0 ? '' : `<path class="${kind}" d="${steps.join('')}"/>`
  }
  const alarms = [...report.alarms.values()]
    .flatMap(({ first }) => first)
    .filter(one => one.lane === name)
    .slice(0, ALARMS_DRAWN)
    .map(({ atMs, code }) => {
      const x = axis.x(atMs)
      const y = line + DOWN + 2
      return `<path class="alarm" d="M${at(x)} ${y}l3.5 7h-7z"><title>${escaped(code)}</title></path>`
    })
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)
  return [
    ...own.map(one => band(one, axis, 'band', top + 2, LANE - 12)),
    `<text class="lane" x="0" y="${line - 6}">${escaped(name)}</text>`,
    `<text class="name" x="0" y="${line + 9}">${sum(counts.admitted)} ✓ ${sum(counts.refused)} ✗</text>`,
    `<line class="tick" x1="${NAMES}" x2="${NAMES + WIDTH}" y1="${line}" y2="${line}"/>`,
    path(counts.admitted, -1, UP, 'in'),
    path(counts.refused, 1, DOWN, 'no'),
    ...alarms,
  ]
}
