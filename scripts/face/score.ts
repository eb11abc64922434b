/**
 * What scored pairs say of a threshold: how many strangers it takes, how many of the same it
 * refuses, and what their number supports (95 % upper bounds, Wilson score). Pure.
 */

export interface ScoredPair {
  readonly same: boolean
  readonly distance: number
}

export interface Score {
  /** Pairs of one person, and of two. */
  readonly genuine: number
  readonly impostor: number
  readonly falseAccepts: number
  readonly falseRejects: number
  readonly threshold: number
}

export function scorePairs(pairs: readonly ScoredPair[], threshold: number): Score {
  const count = (same: boolean, below?: boolean) =>
    pairs.filter(
      pair => pair.same === same && (below === undefined || pair.distance < threshold === below),
    ).length
  return {
    genuine: count(true),
    impostor: count(false),
    falseAccepts: count(false, true),
    falseRejects: count(true, false),
    threshold,
  }
}

/** One-sided 95 % upper bound of a rate of `hits` in `n` (Wilson score interval); 1 for none. */
export function upperBound(hits: number, n: number): number {
  if (n === 0) return 1
  const z = 1.645
  const p = hits / n
  const middle = p + (z * z) / (2 * n)
  const spread = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return Math.min(1, (middle + spread) / (1 + (z * z) / n))
}

const STEPS = [0.4, 0.44, 0.48, 0.52, 0.56, 0.6]

/** Lines for a person: the threshold asked for, and those around it. */
export function tableOf(pairs: readonly ScoredPair[], threshold: number): string {
  const steps = [...new Set([...STEPS, threshold])].sort((a, b) => a - b)
  const { genuine, impostor } = scorePairs(pairs, threshold)
  const lines = steps.map(step => {
    const { falseAccepts, falseRejects } = scorePairs(pairs, step)
    const mark = step === threshold ? '>' : ' '
    return `${mark} ${step.toFixed(2)}  ${cell(falseAccepts, impostor)}  ${cell(falseRejects, genuine)}`
  })
  return [
    `${genuine} pairs of one person, ${impostor} of two`,
    '',
    '  below  strangers taken             the same refused',
    ...lines,
    '',
    'In brackets: with so few pairs the true rate may be as high as this (95 %).',
    '',
  ].join('\n')
}

function cell(hits: number, n: number): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`
  const share = n === 0 ? '-' : percent(hits / n)
  return `${String(hits).padStart(6)}  ${share.padStart(8)} (${percent(upperBound(hits, n))})`.padEnd(
    26,
  )
}
