/**
 * The list of survivors that somebody has looked at, survivors.json: why each is no fault that a test
 * could find, or why none is worth its test. A run is compared with it both ways.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mutant } from './mutants.ts'

/** Of one line, or of lines that read the same. */
export interface ListedSurvivors {
  /** From the project's root. */
  readonly file: string
  /** The line, without the space around it. */
  readonly code: string
  /** Each as `from → to`, as often as it is there. */
  readonly mutants: readonly string[]
  readonly reason: string
}

export const LIST = join(import.meta.dirname, 'survivors.json')

const REASON_LENGTH_MIN = 20
const SIDE_MAX = 60

/** Throws where the list has an entry without a reason. */
export function readSurvivors(path = LIST): ListedSurvivors[] {
  const list = JSON.parse(readFileSync(path, 'utf8')) as ListedSurvivors[]
  for (const { file, code, reason } of list) {
    if (reason.trim().length < REASON_LENGTH_MIN) {
      throw new Error(`${path}: ${file}: "${code}" has no reason`)
    }
  }
  return list
}

/** A mutant as a person reads it, in one line. */
export const labelOf = ({ from, to }: Pick<Mutant, 'from' | 'to'>): string =>
  `${sideOf(from)} → ${sideOf(to) || 'nothing'}`

function sideOf(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  if (line.length <= SIDE_MAX) return line
  const half = SIDE_MAX / 2
  return `${line.slice(0, half)} … ${line.slice(-half)}`
}

export interface Comparison {
  /** Survivors that the list does not have. */
  readonly unlisted: readonly Mutant[]
  /** Entries of the list that are killed now, or not there any more: `file: code: mutant`. */
  readonly gone: readonly string[]
  readonly reasonOf: (mutant: Mutant) => string | undefined
}

const keyOf = (file: string, code: string, label: string) => `${file}: ${code}: ${label}`

/** `judged`: files of which each mutant was judged; what the list has of others is passed over. */
export function compareSurvivors(
  list: readonly ListedSurvivors[],
  survivors: readonly Mutant[],
  judged: ReadonlySet<string>,
): Comparison {
  const left = new Map<string, string[]>()
  for (const { file, code, mutants, reason } of list) {
    for (const label of mutants) {
      const key = keyOf(file, code, label)
      left.set(key, [...(left.get(key) ?? []), reason])
    }
  }
  const reasons = new Map<Mutant, string>()
  const unlisted = survivors.filter(mutant => {
    const reason = left.get(keyOf(mutant.file, mutant.code, labelOf(mutant)))?.shift()
    if (reason !== undefined) reasons.set(mutant, reason)
    return reason === undefined
  })
  const gone = [...left].flatMap(([key, rest]) =>
    judged.has(key.split(': ', 1)[0] ?? '') ? rest.map(() => key) : [],
  )
  return { unlisted, gone, reasonOf: mutant => reasons.get(mutant) }
}
