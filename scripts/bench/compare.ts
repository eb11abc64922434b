/** What moved from one run of the bench to another, beyond the noise that both print. Pure. */
import type { Figure } from './figure.ts'
import { comparedOf, keyOf } from './repeat.ts'

export interface Change {
  readonly name: string
  /** Ratios, or values where there is none. */
  readonly before: number
  readonly now: number
}

export interface Moved extends Change {
  readonly how: 'better' | 'worse'
}

export interface Compared {
  readonly moved: readonly Moved[]
  /** What the machine itself gives otherwise than before: it explains, and is no fault. */
  readonly machine: readonly Change[]
  readonly same: number
  /** How many were measured once, so that nobody knows their noise. */
  readonly unclear: number
  /** Names of figures that were not measured before. */
  readonly unknown: readonly string[]
}

/** Its figures are of the machine alone. */
const OF_MACHINE = 'machine'
/** What less is taken for the machine’s, as a share: neighbours slow one side down more than the other. */
const CHANGE_MIN = 0.07
/**
 * Of what is held against nothing that was measured beside it: it is slower where the machine is, by its
 * neighbours or its heat. Of four whole runs a bare insert on the disk took half longer in one than in another.
 */
const VALUE_CHANGE_MIN = 0.7
/** A limit such as `50 ms` or `33 ms, a frame`, which no machine moves. */
const FIXED_LIMIT = /^\d[\d.]* (?:µs|ms|s|MB|MiB|%)(?:[ ,]|$)/

/** Figures of `before` that were not measured now are left out. */
export function compare(before: readonly Figure[], now: readonly Figure[]): Compared {
  const known = new Map(before.map(one => [keyOf(one), one]))
  const pairs = now.flatMap(one => {
    const old = known.get(keyOf(one))
    return old === undefined ? [] : [{ old, one }]
  })
  const { machine = [], ours = [] } = Object.groupBy(pairs, ({ one }) =>
    one.part === OF_MACHINE ? 'machine' : 'ours',
  )
  const moved = ours.flatMap(({ old, one }) => movedOf(old, one) ?? [])
  const unclear = ours.filter(({ old, one }) => !old.range || !one.range).length
  return {
    moved: moved.toSorted(byChange),
    machine: machine.flatMap(({ old, one }) => machineMoved(old, one) ?? []).toSorted(byChange),
    same: ours.length - moved.length - unclear,
    unclear,
    unknown: now.map(keyOf).filter(name => !known.has(name)),
  }
}

const change = ({ before, now }: Change): number => Math.abs(Math.log(now / before))
const byChange = (a: Change, b: Change): number => change(b) - change(a)

/**
 * A figure has moved when its range lies beside that of before. Of several runs: by chance 5 against 5 do
 * so once in 126 times, 3 against 3 once in 10.
 */
function movedOf(old: Figure, one: Figure): Moved | undefined {
  if (old.range === undefined || one.range === undefined) return undefined
  const [before, now] = [comparedOf(old), comparedOf(one)]
  const by = now / before - 1
  const [low, high] = one.range
  const [oldLow, oldHigh] = old.range
  const isApart = by > 0 ? low > oldHigh : high < oldLow
  const isValue = one.ratio === undefined || FIXED_LIMIT.test(one.limit ?? '')
  const least = isValue ? VALUE_CHANGE_MIN : CHANGE_MIN
  if (!isApart || !(Math.abs(by) > least)) return undefined
  return { name: keyOf(one), before, now, how: by > 0 === isCost(one) ? 'worse' : 'better' }
}

function machineMoved(old: Figure, one: Figure): Change | undefined {
  const moved = { name: keyOf(one), before: old.value, now: one.value }
  return change(moved) > Math.log(1 + VALUE_CHANGE_MIN) ? moved : undefined
}

/** Whether more of it is worse: times, sizes and errors are; what has a lower bound as its goal is not. */
const isCost = ({ goal, unit }: Figure): boolean =>
  goal === undefined ? !/\/s$|^%$/.test(unit) : goal.startsWith('≤') || goal.startsWith('<')

export function compareText({ moved, machine, same, unclear, unknown }: Compared): string {
  const told = machine.map(one => lineOf(one, 'now'))
  const lines = moved.map(one => lineOf(one, one.how))
  const rest = `${same} within noise, ${moved.length} moved`
  const more = unclear > 0 ? [`${unclear} measured once, of unknown noise: say --runs 5`] : []
  const lacking = unknown.map(name => `not measured before: ${name}`)
  return [...told, ...lines, ...lacking, rest, ...more].join('\n')
}

function lineOf({ name, before, now }: Change, how: Moved['how'] | 'now'): string {
  const by = percent(now / before - 1).padStart(6)
  return `${how.padEnd(6)}  ${by}  ${name}: ${short(before)} → ${short(now)}`
}

const percent = (share: number): string => `${share > 0 ? '+' : ''}${Math.round(100 * share)} %`
const short = (value: number): string => value.toPrecision(3)
