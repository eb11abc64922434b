/** The head of a failed simulation's page: in one look what broke, who was there, what was wrong. Pure. */
import type { Observed } from '../../fixtures/stage/observed.ts'
import { chartOf } from '../replay/chart.ts'
import { traceLine } from '../replay/trace.ts'
import { escaped } from '../report/markup.ts'
import { stateOf, tableOf } from '../report/page.ts'
import { placeOf } from './faults.ts'
import type { Broken } from './invariant.ts'
import { INVARIANTS } from './invariants.ts'
import { placesOf } from './places.ts'
import type { Report } from './report.ts'
import { clockOf } from './station-clock.ts'
import { whoOf } from './tables-html.ts'

const BEFORE_MS = 30_000
const AFTER_MS = 15_000
/** Faults that were over before may have left something behind. */
const LATELY_MS = 60_000
const ROWS_MAX = 80
const FAULTS_LISTED = 40
const WHOLE = 'the station'

export function failureOf(report: Report, broken: Broken, again: string, about: string): string {
  const { outcome, plan } = report
  const { invariant, atMs, lane } = broken
  const what = withPeople(report, broken.what)
  const clock = clockOf(outcome.startMs)
  const others = outcome.broken.length - 1
  const isLane = placesOf(plan).lanes.includes(lane)
  const where = lane === '' ? '' : `${isLane ? 'Lane' : 'Gate'} ${lane}: `
  return `<header>${stateOf('refuse', `${invariant} is broken`)}
<h1>${escaped(capital(`${where}${what}`))}</h1>
<p class="quiet">At ${clock(atMs)}, ${spanText(atMs)} after the start${others > 0 ? `; ${others} more after it` : ''}.</p></header>
<section class="card refuse"><h2>What must be true</h2><p>${escaped(capital(INVARIANTS[invariant] ?? invariant))}.</p>
<h2 style="margin-top:14px">Who was there</h2>${peopleOf(report, broken)}
<h2 style="margin-top:14px">What was wrong then</h2>${wrongOf(report, atMs, lane)}</section>
<section class="card"><h2>Again</h2><pre>${escaped(again)}</pre>
<p class="quiet">It needs ${count(plan.people.length, 'person', 'people')} and ${plan.faults.length === 0 ? 'no fault.' : `${count(plan.faults.length, 'fault')}:`}</p>
${plan.faults.length === 0 ? '' : faultTable(report)}</section>
<section class="card"><h2>Around it</h2>${aroundOf(report, broken)}</section>
${about}`
}

/** `3 min 52 s` */
function spanText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const said = parts.filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`)
  return said.join(' ') || '0 s'
}

/** People in place of their certificates' names, where they are known. */
const withPeople = ({ outcome }: Report, what: string): string =>
  what.replace(/certificate ([0-9a-f]{32})/g, (named, cti: string) => {
    const person = outcome.holders.get(cti)
    return person === undefined ? named : `person ${person}’s certificate`
  })

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** Verdicts and passages before it, on its lane. */
function peopleOf(report: Report, { atMs, lane, what }: Broken): string {
  const clock = clockOf(report.outcome.startMs)
  const near = report.recent.flatMap(one => {
    if (one.what !== 'row' || (lane !== '' && one.lane !== lane)) return []
    if (one.atMs < atMs - BEFORE_MS || one.atMs > atMs + AFTER_MS) return []
    if (!['grant', 'scan'].includes(one.kind)) return []
    const { code, cti } = one.body
    const admits = one.kind === 'grant'
    const who = escaped(whoOf(report, typeof cti === 'string' ? cti : undefined))
    const isTheirs = typeof cti === 'string' && what.includes(cti)
    const said = `${stateOf(admits ? 'pass' : 'refuse', String(code))}`
    return [[clock(one.atMs), escaped(one.lane), isTheirs ? `<b>${who}</b>` : who, said]]
  })
  if (near.length === 0) return '<p>Nobody had shown a code in the half minute before.</p>'
  return tableOf(['When', 'Lane', 'Who', 'What they were told'], near.slice(-8))
}

/** Faults that acted at the time, or shortly before. */
function wrongOf({ plan, outcome }: Report, atMs: number, lane: string): string {
  const clock = clockOf(outcome.startMs)
  const places = placesOf(plan)
  const near = plan.faults.filter(fault => {
    const fits = fault.atMs <= atMs && fault.atMs + fault.forMs >= atMs - LATELY_MS
    return fits && places.concerns(placeOf(places, fault), lane)
  })
  if (near.length === 0) return '<p>Nothing: no fault acted then, or in the minute before.</p>'
  const rows = near.map(fault => {
    const endMs = fault.atMs + fault.forMs
    const state = endMs > atMs ? stateOf('retry', 'acting') : `over since ${clock(endMs)}`
    return [clock(fault.atMs), escaped(placeOf(places, fault) || WHOLE), escaped(fault.kind), state]
  })
  return tableOf(['Since', 'Where', 'What', ''], rows)
}

function faultTable({ plan, outcome }: Report): string {
  const places = placesOf(plan)
  const clock = clockOf(outcome.startMs)
  const rows = plan.faults
    .slice(0, FAULTS_LISTED)
    .map(fault => [
      clock(fault.atMs),
      `${(fault.forMs / 1000).toFixed(0)} s`,
      escaped(placeOf(places, fault) || WHOLE),
      escaped(fault.kind),
    ])
  const left = plan.faults.length - rows.length
  const more = left > 0 ? `<p class="quiet">… and ${left} more.</p>` : ''
  return tableOf(['From', 'For', 'Where', 'What'], rows) + more
}

/** What was seen on its lane: drawn, and line by line. */
function aroundOf({ recent, outcome, plan }: Report, { atMs, lane }: Broken): string {
  const places = placesOf(plan)
  const isNear = (one: Observed): boolean =>
    one.atMs >= atMs - BEFORE_MS && one.atMs <= atMs + AFTER_MS && places.concerns(one.lane, lane)
  const near = recent.filter(isNear)
  if (near.length === 0) return '<p class="quiet">Nothing is kept of that time.</p>'
  const fromMs = near[0]?.atMs ?? 0
  const endMs = Math.min(outcome.endMs, near.at(-1)?.atMs ?? atMs)
  const lines = near.slice(-ROWS_MAX).map(one => escaped(traceLine(one)))
  return `${chartOf({ seen: near, fromMs, endMs })}
<details class="list"><summary>line by line</summary><pre>${lines.join('\n')}</pre></details>`
}
