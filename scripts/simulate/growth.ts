/** How the speed of a simulation changes with its lanes, whose people come along, and with its hours. */
import { brokenText, type Spent, spent } from './print.ts'
import type { Outcome, Plan } from './run.ts'
import { HOUR_MS, type PlanSize, phonesOf, seedPlan, USUAL_SIZE } from './seed-plan.ts'

const PEOPLE_PER_LANE = USUAL_SIZE.passengers / USUAL_SIZE.lanes
const ofLanes = (lanes: number, gates = 1): PlanSize => ({
  ...USUAL_SIZE,
  ...{ gates, lanes },
  passengers: PEOPLE_PER_LANE * lanes * gates,
})
const ofHours = (hours: number): PlanSize => ({ ...USUAL_SIZE, hours })

/**
 * From two lanes to as many as one gate has, and twenty of four gates, an hour each; then up to seven
 * days of the usual station.
 */
export const GROWTH_SIZES: readonly PlanSize[] = [
  ...[2, 4, 8].map(lanes => ofLanes(lanes)),
  ofLanes(5, 4),
  ...[1, 6, 24, 168].map(ofHours),
]
/** Gates and phones that its largest needs. */
export const GROWTH_GATES = Math.max(...GROWTH_SIZES.map(({ gates }) => gates))
export const GROWTH_PHONES = Math.max(...GROWTH_SIZES.map(phonesOf))

export interface GrowthParts {
  readonly seed: number
  readonly play: (plan: Plan) => Promise<Outcome>
  readonly isStopped: () => boolean
  /** Hears each line of the table as it is known. */
  readonly onLine: (line: string) => void
  readonly sizes?: readonly PlanSize[]
  /** What was spent since the process began. */
  readonly spentBy?: (since?: Spent) => Spent
}

const HEADS = [
  'gates',
  'lanes',
  'hours',
  'passengers',
  'faults',
  'CPU s',
  'x real time',
  'ms a passenger',
]
const rowOf = (cells: readonly string[]): string =>
  cells.map((cell, n) => cell.padStart(HEADS[n]?.length ?? 0)).join('  ')

/** False where an invariant was broken: then it ends there, as it does once it was stopped. */
export async function playGrowth(parts: GrowthParts): Promise<boolean> {
  const { seed, play, isStopped, onLine, sizes = GROWTH_SIZES, spentBy = spent } = parts
  onLine(rowOf(HEADS))
  for (const size of sizes) {
    const from = spentBy()
    const { broken, counts, faults } = await play(seedPlan(seed, size))
    const { cpuMs } = spentBy(from)
    if (isStopped()) return true
    const begun = [...faults.values()].reduce((sum, count) => sum + count, 0)
    onLine(
      rowOf([
        ...[size.gates, size.gates * size.lanes, size.hours, counts.shown, begun].map(String),
        (cpuMs / 1000).toFixed(1),
        ((size.hours * HOUR_MS) / cpuMs).toFixed(0),
        (cpuMs / Math.max(1, counts.shown)).toFixed(2),
      ]),
    )
    for (const one of broken) onLine(brokenText(one))
    if (broken.length > 0) return false
  }
  return true
}
