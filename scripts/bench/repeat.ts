/** Several runs as one, with how far they lay apart. Pure. */
import type { Figure } from './figure.ts'
import { meets } from './figure.ts'
import { median } from './spread.ts'

/** What is compared between runs: the ratio where there is one, since a slow machine slows both sides. */
export const comparedOf = ({ ratio, value }: Figure): number => ratio ?? value

/**
 * Of each figure its median over the runs, and its range. Figures that a run lacks are of those that have
 * them; one run alone has no range.
 */
export function combined(runs: readonly (readonly Figure[])[]): Figure[] {
  const all = Map.groupBy(runs.flat(), one => keyOf(one))
  return [...all.values()].map(same => {
    const [first] = same as [Figure, ...Figure[]]
    const compared = same.map(comparedOf)
    const ratios = same.flatMap(({ ratio }) => ratio ?? [])
    const ratio = ratios.length === 0 ? undefined : median(ratios)
    const met =
      first.goal === undefined || ratio === undefined ? undefined : meets(ratio, first.goal)
    return {
      ...first,
      value: median(same.map(({ value }) => value)),
      ...(ratio !== undefined && { ratio }),
      ...(met !== undefined && { met }),
      ...(same.length > 1 && { range: [Math.min(...compared), Math.max(...compared)] as const }),
    }
  })
}

/** A figure's own name over all runs. One thing may be held against two limits. */
export function keyOf({ part, name, limit }: Pick<Figure, 'part' | 'name' | 'limit'>): string {
  return limit === undefined ? `${part}: ${name}` : `${part}: ${name} (to ${limit})`
}
