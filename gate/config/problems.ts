/** What is wrong with a config, one line a problem: line, path, what may stand there. Pure. */
import type { JsonValue } from '../contract/canonical.ts'
import { pathText } from '../contract/explain.ts'
import { createLineFinder, type Place } from '../contract/json-lines.ts'
import { namedPlace } from './paths.ts'

export interface Problem {
  readonly place: Place
  /** What may stand there; never what stands there. */
  readonly message: string
}

/**
 * As `line 14: lanes.A.timing.waitMs: too small, at least 1000, found a number`. `written`: the text in
 * which the author of `value` sees it; undefined where nobody does, and no line is named.
 */
export function problemLines(
  problems: readonly Problem[],
  value: JsonValue,
  written: string | undefined,
): readonly string[] {
  const lineOf = written === undefined ? undefined : createLineFinder(written)
  return problems.map(({ place, message }) => {
    const line = lineOf === undefined ? '' : `line ${lineOf(place)}: `
    return `${line}${shownPath(value, place) || '(whole)'}: ${message}`
  })
}

/** By the names of lanes, as a path is typed; by its number one whose name can't be repeated whole. */
function shownPath(value: JsonValue, place: Place): string {
  const named = namedPlace(value, place)
  return pathText(place.map((step, at) => harmless(named[at]) ?? step))
}

function harmless(step: PropertyKey | undefined): PropertyKey | undefined {
  return step !== undefined && pathText([step]) === String(step) ? step : undefined
}
