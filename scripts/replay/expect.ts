/** Whether what was seen is what a scenario expects. Pure. */
import type { Observed } from '../../fixtures/stage/observed.ts'
import type { Place } from '../../gate/contract/json-lines.ts'
import { msOf, type Span, spanOf } from './durations.ts'
import type { Expectation, Scenario } from './scenario.ts'
import { rowSaid } from './trace.ts'

export interface Judged {
  /** Where it stands in the scenario: `steps`, 2, `expect`, 0. */
  readonly place: Place
  readonly expectation: Expectation
  /** Empty when it holds. */
  readonly problems: readonly string[]
}

export function judge(scenario: Scenario, seen: readonly Observed[]): Judged[] {
  const ofSteps = scenario.steps.flatMap((step, i) =>
    step.expect.map((one, j) => judgeOne(['steps', i, 'expect', j], one, msOf(step.at), seen)),
  )
  return [...ofSteps, ...scenario.expect.map((one, j) => judgeOne(['expect', j], one, 0, seen))]
}

function judgeOne(
  place: Place,
  expectation: Expectation,
  sinceMs: number,
  all: readonly Observed[],
): Judged {
  const { fromMs, toMs } = spanOf(expectation.at) as Span
  const span = { fromMs: sinceMs + fromMs, toMs: sinceMs + toMs }
  const { lane } = expectation
  const until = all.filter(
    one => one.atMs <= span.toMs && (lane === undefined || one.lane === lane),
  )
  const within = until.filter(one => one.atMs >= span.fromMs)
  const problems = [...eventProblems(expectation, within), ...stateProblems(expectation, until)]
  return { place, expectation, problems }
}

type Fits = (one: Observed) => boolean
const row =
  (kind: string, fits: (body: Readonly<Record<string, unknown>>) => boolean): Fits =>
  one =>
    one.what === 'row' && one.kind === kind && fits(one.body)

/** What must come in the time, each with its words. */
function eventsOf(expected: Expectation): { readonly says: string; readonly fits: Fits }[] {
  const { admit, flag, deny, passage, annulled, alarm, alarmOver, sounding, through } = expected
  const flagged = (body: Readonly<Record<string, unknown>>) =>
    flag === undefined || (body.flags as readonly string[]).includes(flag)
  return [
    ...(admit === undefined
      ? []
      : [
          {
            says: `admit ${admit}${flag === undefined ? '' : ` with flag ${flag}`}`,
            fits: row('grant', body => body.code === admit && flagged(body)),
          },
        ]),
    ...one(
      'deny',
      deny,
      row('scan', body => body.code === deny),
    ),
    ...one(
      'passage',
      passage,
      row('passage', body => body.direction === passage),
    ),
    ...one(
      'annulled',
      annulled,
      row('annulled', body => body.reason === annulled),
    ),
    ...one(
      'alarm',
      alarm,
      row('alarm', body => body.code === alarm && body.on === true),
    ),
    ...one(
      'alarmOver',
      alarmOver,
      row('alarm', body => body.code === alarmOver && !body.on),
    ),
    ...one('sounding', sounding, seen => seen.what === 'buzzer' && seen.on === sounding),
    ...one('through', through, seen => seen.what === 'person' && seen.through === through),
  ]
}

const one = (name: string, value: string | boolean | undefined, fits: Fits) =>
  value === undefined ? [] : [{ says: `${name} ${value}`, fits }]

function eventProblems(expected: Expectation, within: readonly Observed[]): string[] {
  return eventsOf(expected).flatMap(({ says, fits }) => {
    const count = within.filter(fits).length
    if (expected.times === undefined ? count > 0 : count === expected.times) return []
    const wanted = expected.times === undefined ? 'at least once' : `${expected.times} times`
    return [`${says}: ${wanted}, seen ${count} times${count === 0 ? inPlaceOf(within) : ''}`]
  })
}

const ROWS_SAID_MAX = 3

/** The rows that came in that time. */
function inPlaceOf(within: readonly Observed[]): string {
  const rows = within.flatMap(one =>
    one.what === 'row' ? [`${rowSaid(one.kind, one.body)} at ${one.atMs / 1000} s`] : [],
  )
  if (rows.length === 0) return '; no row came in that time'
  const more = rows.length > ROWS_SAID_MAX ? ` and ${rows.length - ROWS_SAID_MAX} more` : ''
  return `; there came ${rows.slice(0, ROWS_SAID_MAX).join(', ')}${more}`
}

/** What must be so at the end of the time. */
function stateProblems(expected: Expectation, until: readonly Observed[]): string[] {
  const isOn = (what: 'relay' | 'lamp') => {
    const on = new Set<string>()
    for (const seen of until) {
      if (seen.what !== what) continue
      if (seen.on) on.add(seen.name)
      else on.delete(seen.name)
    }
    return [...on].sort()
  }
  const problems: string[] = []
  const compare = (name: string, wanted: readonly string[] | undefined, what: 'relay' | 'lamp') => {
    const found = isOn(what).join(' ')
    const sorted = [...(wanted ?? [])].sort().join(' ')
    if (wanted !== undefined && found !== sorted) {
      problems.push(`${name}: ${sorted || 'none'}, but ${found || 'none'}`)
    }
  }
  compare('relays', expected.relays, 'relay')
  compare('lamps', expected.lamps, 'lamp')
  const shown = until.findLast(seen => seen.what === 'sign')
  if (expected.sign !== undefined && shown?.what === 'sign' && shown.sign !== expected.sign) {
    problems.push(`sign: ${expected.sign}, but ${shown.sign}`)
  }
  return problems
}
