/** What a run of mutants tells a person, and a program. */
import { type Comparison, labelOf } from './survivors.ts'
import type { Verdict } from './verdict.ts'

/** So many of all mutants are killed, or the run fails. */
export const KILLED_MIN = 0.92

export interface Tally {
  readonly mutants: number
  readonly killed: number
}

export function tallyOf(verdicts: readonly Verdict[]): Tally {
  return {
    mutants: verdicts.length,
    killed: verdicts.filter(({ killedBy }) => killedBy !== undefined).length,
  }
}

export const percent = ({ mutants, killed }: Tally): string =>
  mutants === 0 ? '–' : `${((100 * killed) / mutants).toFixed(1)} %`

/** Each file with its mutants, and all together. */
export function tableText(verdicts: readonly Verdict[]): string {
  const byFile = Map.groupBy(verdicts, ({ mutant }) => mutant.file)
  const rows = [...byFile].map(([file, own]) => rowText(file, tallyOf(own))).sort()
  return `${[...rows, rowText('all', tallyOf(verdicts))].join('\n')}\n`
}

const rowText = (name: string, tally: Tally) =>
  [
    name.padEnd(36),
    `${tally.killed}`.padStart(5),
    'of',
    `${tally.mutants}`.padStart(5),
    percent(tally).padStart(8),
  ].join(' ')

/** A line each: where, what, and why it may live. */
export function survivorsText(verdicts: readonly Verdict[], { reasonOf }: Comparison): string {
  return verdicts
    .filter(({ killedBy }) => killedBy === undefined)
    .map(({ mutant, why }) => {
      const reason = reasonOf(mutant) ?? `NOT LISTED${why === undefined ? '' : ` (${why})`}`
      return `${mutant.file}:${mutant.line}  ${mutant.code}\n    ${labelOf(mutant)}\n    ${reason}\n`
    })
    .join('')
}

/** What is wrong with the list; empty where it agrees. */
export function differenceText({ unlisted, gone }: Comparison): string {
  return [
    ...unlisted.map(one => `not listed: ${one.file}:${one.line}: ${one.code}: ${labelOf(one)}\n`),
    ...gone.map(one => `listed, but killed or gone: ${one}\n`),
  ].join('')
}

export function jsonOf(verdicts: readonly Verdict[], { reasonOf }: Comparison): string {
  const rows = verdicts.map(({ mutant, killedBy, why }) => ({
    ...{ file: mutant.file, line: mutant.line, code: mutant.code, operator: mutant.operator },
    ...{ from: mutant.from, to: mutant.to, killedBy: killedBy ?? null, why: why ?? null },
    reason: reasonOf(mutant) ?? null,
  }))
  return `${JSON.stringify(rows, null, 1)}\n`
}
