/** A simulation as one HTML file: what broke, who was refused and why, what was wrong. Pure. */
import { escaped } from '../report/markup.ts'
import { pageOf, stateOf, tableOf, tilesOf } from '../report/page.ts'
import { dayChart } from './day-chart.ts'
import { failureOf } from './failure-html.ts'
import type { StationSize } from './places.ts'
import type { Report } from './report.ts'
import { clockOf } from './station-clock.ts'
import { alarmsOf, refusalsOf } from './tables-html.ts'

const HOUR_MS = 3_600_000

/** `again`: the command that plays it again. */
export function simulationPage(report: Report, again: string): string {
  const { broken } = report.outcome
  const title = broken.length === 0 ? 'Every invariant held' : `Broken: ${broken[0]?.invariant}`
  return pageOf(title, simulationBody(report, again))
}

/** The same, as a part of a page. */
export function simulationBody(report: Report, again: string): string {
  const { outcome } = report
  const [first] = outcome.broken
  const head =
    first === undefined
      ? `<header>${stateOf('pass', 'holds')}<h1>Every invariant held</h1>${summary(report)}</header>
<section class="card">${tiles(report)}</section>`
      : failureOf(report, first, again, summary(report))
  return `${head}
<section class="card"><h2>Who was refused, and why</h2>${refusalsOf(report)}</section>
<section class="card"><h2>Each lane, and what was wrong when</h2>
${KEY}
${dayChart(report)}</section>
<section class="card"><h2>Alarms</h2>${alarmsOf(report)}</section>
<section class="card"><h2>Faults</h2>${faultsOf(report)}</section>
${first === undefined ? `<section class="card"><h2>Again</h2><pre>${escaped(again)}</pre></section>` : ''}`
}

const KEY =
  '<p class="quiet"><span class="key" style="background:var(--pass)"></span>admitted' +
  '<span class="key" style="background:var(--refuse)"></span>refused' +
  '<span class="key" style="background:var(--retry);opacity:.6"></span>a fault' +
  '<span class="key" style="background:var(--refuse);clip-path:polygon(50% 0,100% 100%,0 100%)"></span>an alarm. ' +
  'What a bar or a mark is: rest the pointer on it.</p>'

const count = (all: ReadonlyMap<string, { readonly count: number }>): number =>
  [...all.values()].reduce((sum, one) => sum + one.count, 0)
const whole = (figure: number): string => figure.toLocaleString('en')

/** `6 lanes`, or `3 gates of 4 lanes`. */
const sizeOf = ({ lanes, gates = 1 }: StationSize): string =>
  `${gates === 1 ? '' : `${gates} gates of `}${lanes} lanes`

function summary({ plan, outcome }: Report): string {
  const clock = clockOf(outcome.startMs)
  const hours = plan.spanMs / HOUR_MS
  const span = hours >= 1 ? `${+hours.toFixed(1)} h` : `${(plan.spanMs / 60_000).toFixed(0)} min`
  return (
    `<p class="quiet">Seed ${plan.seed}: ${span} of a station with ${sizeOf(plan)}, from ` +
    `${clock(0, true).slice(0, 16)} on in Shanghai. Nothing of it is real but the gate’s and the service’s code.</p>`
  )
}

function tiles({ outcome, refusals, alarms }: Report): string {
  const { counts, faults, rows } = outcome
  const begun = [...faults.values()].reduce((sum, one) => sum + one, 0)
  return tilesOf([
    [whole(counts.shown), 'passengers showed a code'],
    [whole(counts.walked), 'walked through'],
    [whole(count(refusals)), 'readings refused'],
    [whole(begun), `faults of ${faults.size} kinds`],
    [whole(count(alarms)), 'alarms'],
    [whole(rows), 'rows of the journal'],
  ])
}

function faultsOf({ outcome: { faults } }: Report): string {
  if (faults.size === 0) return '<p class="quiet">None.</p>'
  const sorted = [...faults].sort(([one, a], [two, b]) => b - a || one.localeCompare(two))
  return tableOf(
    ['How often', 'What'],
    sorted.map(([kind, times]) => [String(times), escaped(kind)]),
  )
}
