/** Tables of a simulation's page: refusals and alarms, by code, with what each means. Pure. */
import { meaningOf } from '../report/code-words.ts'
import { escaped } from '../report/markup.ts'
import { tableOf } from '../report/page.ts'
import type { Alarm, Refused, Report } from './report.ts'
import { clockOf } from './station-clock.ts'

/** Of one code, in the list that opens. */
const LISTED = 60
const BAR = 120

interface Counted<T> {
  readonly count: number
  readonly first: readonly T[]
}

const byCount = <T>(all: ReadonlyMap<string, Counted<T>>): (readonly [string, Counted<T>])[] =>
  [...all].sort(([, a], [, b]) => b.count - a.count)

/** Who held the certificate, as the page names people. */
export const whoOf = ({ outcome }: Report, cti: string | undefined): string => {
  const person = cti === undefined ? undefined : outcome.holders.get(cti)
  return person === undefined ? 'somebody without a pass that could be read' : `person ${person}`
}

export function refusalsOf(report: Report): string {
  const clock = clockOf(report.outcome.startMs)
  const of = ({ atMs, lane, cti }: Refused): string =>
    `${clock(atMs)} ${lane} ${escaped(whoOf(report, cti))}`
  return countedOf(report.refusals, 'Nobody was.', of)
}

export function alarmsOf(report: Report): string {
  const clock = clockOf(report.outcome.startMs)
  const of = ({ atMs, lane }: Alarm): string => `${clock(atMs)} ${lane || 'the gate'}`
  return countedOf(report.alarms, 'None.', of)
}

function countedOf<T>(
  all: ReadonlyMap<string, Counted<T>>,
  none: string,
  oneOf: (one: T) => string,
): string {
  const sorted = byCount(all)
  const most = sorted[0]?.[1].count
  if (most === undefined) return `<p class="quiet">${none}</p>`
  const rows = sorted.map(([code, { count, first }]) => {
    const bar = `<span class="bar" style="width:${Math.ceil((count / most) * BAR)}px"></span>`
    const listed = first.slice(0, LISTED).map(oneOf)
    const left = count > listed.length ? `\n… and ${count - listed.length} more` : ''
    return [
      `${bar} ${count}`,
      `<code>${escaped(code)}</code>`,
      `${escaped(meaningOf(code))}<details class="list"><summary>when and where</summary><pre>${listed.join('\n')}${left}</pre></details>`,
    ]
  })
  return tableOf(['How often', 'Code', 'What it means'], rows)
}
