/** Simulations of an hour, one seed after the other: what they found, and how much they tried. */
import { createGround } from '../../fixtures/one-process.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { brokenText } from './print.ts'
import { simulate } from './run.ts'
import { type PlanSize, seedPlan, USUAL_SIZE } from './seed-plan.ts'

export interface SeedRounds {
  /** The first seed; the others follow by one. */
  readonly seed: number
  readonly rounds: number
  readonly size?: PlanSize
  /** What every fifth round has in place of it. */
  readonly siblings?: Partial<PlanSize>
  /** After each, with what it was. */
  readonly onRound?: (round: number, what: string) => void
  /** Asked now and then: a seed that runs then is left, and counts only where it has failed. */
  readonly stopped?: () => boolean
  readonly play?: typeof simulate
}

/** One round in so many is of several gates, where it is asked for. */
const SIBLINGS_EVERY = 5

export interface SeedFigures {
  /** Seeds that were played to their end. */
  readonly seeds: number
  readonly shown: number
  readonly walked: number
  readonly faults: number
  readonly kinds: number
  /** Of the seed that had the fewest. */
  readonly faultsMin: number
  /** One line for each seed that failed. */
  readonly broken: readonly string[]
}

export async function runSeedRounds(parts: SeedRounds): Promise<SeedFigures> {
  const { seed, rounds, size = USUAL_SIZE, onRound, stopped = () => false } = parts
  const { play = simulate } = parts
  const withSiblings = { ...size, ...parts.siblings }
  const sizeOf = (round: number) => (round % SIBLINGS_EVERY === 0 ? withSiblings : size)
  const most = (name: 'passengers' | 'gates') => Math.max(size[name], withSiblings[name])
  const ground = await createGround(tempDir(), most('passengers'), most('gates'))
  const kinds = new Set<string>()
  const broken: string[] = []
  const figures = { seeds: 0, shown: 0, walked: 0, faults: 0, faultsMin: Number.POSITIVE_INFINITY }
  for (let round = 1; round <= rounds && !stopped(); round += 1) {
    const own = seed + round - 1
    const outcome = await play(ground, seedPlan(own, sizeOf(round)), { onTime: () => !stopped() })
    const [first] = outcome.broken
    if (stopped() && first === undefined) break
    const faults = [...outcome.faults.values()].reduce((sum, count) => sum + count, 0)
    for (const kind of outcome.faults.keys()) kinds.add(kind)
    figures.seeds += 1
    figures.shown += outcome.counts.shown
    figures.walked += outcome.counts.walked
    figures.faults += faults
    figures.faultsMin = Math.min(figures.faultsMin, faults)
    if (first !== undefined)
      broken.push(`seed ${own}: ${brokenText(first)}; ${againWith(own, sizeOf(round))}`)
    const how = first === undefined ? 'held' : 'BROKEN'
    onRound?.(round, `seed ${own} ${how}, ${outcome.counts.walked} passages, ${faults} faults`)
  }
  return { ...figures, kinds: kinds.size, broken }
}

/** The command that plays it again. */
function againWith(seed: number, size: PlanSize): string {
  const options = Object.entries(size)
    .filter(([name, value]) => value !== USUAL_SIZE[name as keyof PlanSize])
    .map(([name, value]) => ` --${name} ${value}`)
  return `again: npm run simulate -- --seed ${seed}${options.join('')}`
}
