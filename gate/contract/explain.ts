/**
 * Words for the faults of an input: the path, what may stand there, and the kind of value that was
 * found. A value itself is never repeated: it may be a password or a document number.
 */
import type { z } from 'zod'
import type { Place } from './json-lines.ts'

type Issue = z.core.$ZodIssue

/** One thing that is wrong. */
export interface Refusal {
  /** Keys and places joined by dots, e.g. `lanes.0.timing.waitMs`; empty for the whole input. */
  readonly path: string
  /** Kind of the value that stands there: `a number`, or `nothing`. */
  readonly found: string
  /** What was expected, and what was found. */
  readonly message: string
}

/** One thing that is wrong, by its place. */
export interface PlacedRefusal extends Omit<Refusal, 'path'> {
  /** As it stands in the input: `pathText` makes it harmless. */
  readonly place: Place
}

/** Refusals told of one input: the first of them say enough. */
export const REFUSALS_TOLD_MAX = 20
/** Of an unknown key's name, characters. */
const KEY_CHARS_TOLD = 40
/** Digits of one; with more of them none is told. */
const KEY_DIGITS_TOLD = 4

/** `input`: what was parsed. The first REFUSALS_TOLD_MAX. */
export function explainPlaces(error: z.ZodError, input: unknown): PlacedRefusal[] {
  const issues = error.issues.slice(0, REFUSALS_TOLD_MAX)
  return issues.flatMap(issue => explain(issue, input)).slice(0, REFUSALS_TOLD_MAX)
}

/** As `explainPlaces`, by path. */
export function explainFields(error: z.ZodError, input: unknown): Refusal[] {
  return explainPlaces(error, input).map(({ place, ...rest }) => ({
    path: pathText(place),
    ...rest,
  }))
}

/** One line each, e.g. `lanes.0.timing.waitMs: too small, at least 1000, found a number`. */
export function explainIssues(error: z.ZodError, input: unknown): string[] {
  return explainFields(error, input).map(({ path, message }) => `${path || '(whole)'}: ${message}`)
}

function explain(issue: Issue, input: unknown): PlacedRefusal[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, REFUSALS_TOLD_MAX).map(name => {
      const place = [...issue.path, name]
      return { place, found: kindOf(valueAt(input, place)), message: 'unknown key' }
    })
  }
  const found = kindOf(valueAt(input, issue.path))
  // A rule's own words say what it wants; it may be about more than this value.
  const message = issue.code === 'custom' ? issue.message : `${expected(issue)}, found ${found}`
  return [{ place: issue.path, found, message }]
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${KINDS[issue.expected] ?? issue.expected}`
    case 'too_small':
      return `too small, at least ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return `too large, at most ${issue.maximum}${unit(issue.origin)}`
    case 'invalid_value':
      return `must be ${issue.values.map(value => JSON.stringify(value)).join(' or ')}`
    case 'invalid_union':
      return issue.errors.length === 0 || !issue.message.startsWith('Invalid')
        ? issue.message
        : `fits none of its forms: ${issue.errors.flat().map(allowed).join(' or ')}`
    default:
      return issue.message
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

function allowed(issue: Issue): string {
  return issue.code === 'invalid_value' ? issue.values.map(String).join(', ') : expected(issue)
}

function unit(origin: string): string {
  if (origin === 'array') return ' entries'
  return origin === 'string' ? ' characters' : ''
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (Number.isNaN(value)) return 'no number'
  return KINDS[typeof value] ?? `a ${typeof value}`
}

function valueAt(input: unknown, place: Place): unknown {
  let value = input
  for (const step of place) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return value
}

/** Keys and positions joined by dots, harmless to show; empty for the whole. */
export function pathText(place: Place): string {
  return place.map(nameOf).join('.')
}

/**
 * Bounded, and without what a terminal or a page would act on. A name with many digits may be
 * somebody's number in the wrong place: they are not repeated.
 */
function nameOf(step: PropertyKey): string {
  if (typeof step === 'number') return `${step}`
  const shown = [...String(step)].slice(0, KEY_CHARS_TOLD).join('')
  const harmless = shown.replaceAll(/[\p{C}\p{Z}]/gu, '?')
  const digits = harmless.match(/\d/g) ?? []
  return digits.length > KEY_DIGITS_TOLD ? harmless.replaceAll(/\d/g, '#') : harmless
}
