/**
 * What a page shows of a simulation: verdicts counted over time, who was refused, alarms; and the last
 * of what was seen, one by one. Bounded, however long it runs. Pure.
 */
import type { Observed } from '../../fixtures/stage/observed.ts'
import { ADMITTING } from '../../gate/contract/codes.ts'
import { placesOf } from './places.ts'
import { lengthOf } from './plan-length.ts'
import type { Outcome, Plan } from './run.ts'

export interface Refused {
  readonly atMs: number
  readonly lane: string
  /** As rows name the certificate; undefined where nothing was readable. */
  readonly cti: string | undefined
}

export interface Alarm {
  readonly atMs: number
  readonly lane: string
  readonly code: string
}

/** By time; see `binMs`. */
export interface LaneCounts {
  readonly admitted: number[]
  readonly refused: number[]
}

export interface Report {
  readonly plan: Plan
  readonly outcome: Outcome
  readonly binMs: number
  readonly lanes: ReadonlyMap<string, LaneCounts>
  /** By code: how many, and the first of them. */
  readonly refusals: ReadonlyMap<
    string,
    { readonly count: number; readonly first: readonly Refused[] }
  >
  readonly alarms: ReadonlyMap<string, { readonly count: number; readonly first: readonly Alarm[] }>
  /** In their order, up to the end or to what broke. */
  readonly recent: readonly Observed[]
}

export interface Reporter {
  see(one: Observed): void
  report(outcome: Outcome): Report
}

/** A lane's timeline has at most so many pieces, a minute or longer each. */
const BINS_MAX = 480
const MINUTE_MS = 60_000
/** Of one code. */
const FIRST = 200
const RECENT = 20_000

export function createReporter(plan: Plan): Reporter {
  const wholeMs = lengthOf(plan)
  const binMs = Math.ceil(wholeMs / BINS_MAX / MINUTE_MS) * MINUTE_MS
  const bins = Math.ceil(wholeMs / binMs) + 1
  const zeros = (): number[] => new Array<number>(bins).fill(0)
  const lanes = new Map(
    placesOf(plan).lanes.map(name => [name, { admitted: zeros(), refused: zeros() }]),
  )
  const refusals = new Map<string, { count: number; first: Refused[] }>()
  const alarms = new Map<string, { count: number; first: Alarm[] }>()
  let recent: Observed[] = []

  function verdict({ atMs, lane }: Observed, body: Readonly<Record<string, unknown>>): void {
    const code = String(body.code)
    const admits = ADMITTING.some(one => one === code)
    const counts = lanes.get(lane)
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(atMs / binMs)))
    const of = admits ? counts?.admitted : counts?.refused
    if (of !== undefined) of[bin] = (of[bin] ?? 0) + 1
    if (admits) return
    const cti = typeof body.cti === 'string' ? body.cti : undefined
    keep(refusals, code, { atMs, lane, cti })
  }

  return {
    see(one) {
      recent.push(one)
      if (recent.length >= 2 * RECENT) recent = recent.slice(-RECENT)
      if (one.what !== 'row') return
      if (one.kind === 'grant' || one.kind === 'scan') verdict(one, one.body)
      const code = String(one.body.code)
      const begins = one.kind === 'alarm' && one.body.on === true
      if (begins) keep(alarms, code, { atMs: one.atMs, lane: one.lane, code })
    },
    report(outcome) {
      const until = recent.filter(({ atMs }) => atMs >= 0 && atMs <= outcome.endMs)
      return { plan, outcome, binMs, lanes, refusals, alarms, recent: until }
    },
  }
}

function keep<T>(all: Map<string, { count: number; first: T[] }>, code: string, one: T): void {
  const kept = all.get(code) ?? { count: 0, first: [] }
  all.set(code, kept)
  kept.count += 1
  if (kept.first.length < FIRST) kept.first.push(one)
}
