/**
 * Places in a config by their path, e.g. `lanes.A.timing.waitMs`: read by a person, written by a
 * person. A list's entry goes by its name where it has one, else by its number. Pure.
 */
import { canonicalJson, isJsonObject, type JsonValue } from '../contract/canonical.ts'
import type { Place } from '../contract/json-lines.ts'
import { hideSecrets } from '../contract/secrets.ts'
import { PATH_CHARS_MAX, PATH_DEPTH_MAX } from './limits.ts'

/**
 * The same value but for one place; `undefined` takes the place away. Objects on the way are made.
 * Returns undefined when the path leads nowhere: empty, too long, into a list that has no such
 * entry, or through something that is neither list nor object.
 */
export function withValue(
  root: JsonValue,
  path: string,
  value: JsonValue | undefined,
): JsonValue | undefined {
  const keys = path.split('.')
  if (path.length > PATH_CHARS_MAX || keys.length > PATH_DEPTH_MAX || keys.includes('')) {
    return undefined
  }
  return put(root, keys, value)
}

/** Whether a value's lists and objects are nested no deeper than a path may lead. */
export function isShallow(value: JsonValue, levels = PATH_DEPTH_MAX): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every(inner => isShallow(inner, levels - 1))
}

function put(
  node: JsonValue | undefined,
  [key, ...rest]: readonly string[],
  value: JsonValue | undefined,
): JsonValue | undefined {
  if (key === undefined) return value
  if (Array.isArray(node)) return putInList(node, key, rest, value)
  if (node !== undefined && !isJsonObject(node)) return undefined
  const old = node !== undefined && Object.hasOwn(node, key) ? node[key] : undefined
  if (rest.length === 0 && value === undefined) return without(node ?? {}, key)
  const next = put(old, rest, value)
  return next === undefined ? undefined : { ...node, [key]: next }
}

function putInList(
  list: readonly JsonValue[],
  key: string,
  rest: readonly string[],
  value: JsonValue | undefined,
): JsonValue | undefined {
  const at = placeOf(list, key)
  if (at === undefined) return undefined
  if (rest.length === 0 && value === undefined) return list.toSpliced(at, 1)
  const next = put(list[at], rest, value)
  return next === undefined ? undefined : list.toSpliced(at, 1, next)
}

/** One past the end is the place of a new entry. */
function placeOf(list: readonly JsonValue[], key: string): number | undefined {
  const named = list.findIndex(entry => nameOf(entry) === key)
  if (named >= 0) return named
  return /^\d{1,4}$/.test(key) && Number(key) <= list.length ? Number(key) : undefined
}

function without(node: { readonly [key: string]: JsonValue }, key: string): JsonValue {
  return Object.fromEntries(Object.entries(node).filter(([name]) => name !== key))
}

/** The same place with the names of lists' entries, where they can stand in a path. */
export function namedPlace(root: JsonValue, place: Place): Place {
  let node: JsonValue | undefined = root
  return place.map(step => {
    const around = node
    node = around === undefined ? undefined : childOf(around, step)
    const isNamed = around !== undefined && node !== undefined && namesIn(around)
    return (isNamed && nameOf(node as JsonValue)) || step
  })
}

function childOf(node: JsonValue, step: PropertyKey): JsonValue | undefined {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, step)) return undefined
  return (node as Readonly<Record<PropertyKey, JsonValue>>)[step]
}

/** One place where two configs differ; undefined where it is missing. */
export interface Difference {
  readonly path: string
  /** In the newer one; undefined where it is missing there. */
  readonly place: Place | undefined
  readonly from: JsonValue | undefined
  readonly to: JsonValue | undefined
}

/** Where two values differ, place by place, in the order of the newer one's keys. */
export function differences(
  from: JsonValue,
  to: JsonValue,
  path = '',
  place: Place = [],
): Difference[] {
  const byName = namesIn(from) && namesIn(to)
  const [a, b] = [entriesOf(from, byName), entriesOf(to, byName)]
  if (a === undefined || b === undefined || Array.isArray(from) !== Array.isArray(to)) {
    const same = canonicalJson(from) === canonicalJson(to)
    return same ? [] : [{ path: path || '(whole)', place, from, to }]
  }
  return [...new Set([...b.keys(), ...a.keys()])].flatMap(key => {
    const [was, is] = [a.get(key), b.get(key)]
    const inner = path === '' ? key : `${path}.${key}`
    if (was !== undefined && is !== undefined) {
      return differences(was.value, is.value, inner, [...place, is.key])
    }
    const at = is && [...place, is.key]
    return [{ path: inner, place: at, from: was?.value, to: is?.value }]
  })
}

/**
 * A difference as one line of plain text: `+` is new, `-` goes, else what was and what is. Of an
 * address what opens it is not shown.
 */
export function describe({ path, from, to }: Difference): string {
  const shown = (value: JsonValue | undefined) => JSON.stringify(value && hideSecrets(value))
  if (from === undefined) return `+ ${path}: ${shown(to)}`
  if (to === undefined) return `- ${path}: ${shown(from)}`
  return `  ${path}: ${shown(from)} -> ${shown(to)}`
}

interface Entry {
  readonly key: PropertyKey
  readonly value: JsonValue
}

/** What is in a list or an object; a list's entries by their names, or by their numbers. */
function entriesOf(value: JsonValue, byName: boolean): ReadonlyMap<string, Entry> | undefined {
  if (isJsonObject(value)) {
    return new Map(Object.entries(value).map(([key, inner]) => [key, { key, value: inner }]))
  }
  if (!Array.isArray(value)) return undefined
  return new Map(
    value.map((inner, key) => [(byName && nameOf(inner)) || String(key), { key, value: inner }]),
  )
}

/** Whether every entry of a list has a name of its own. */
function namesIn(value: JsonValue): boolean {
  if (!Array.isArray(value)) return false
  const names = value.map(nameOf)
  return !names.includes(undefined) && new Set(names).size === names.length
}

/** A name that can stand in a path. */
function nameOf(entry: JsonValue): string | undefined {
  const name = isJsonObject(entry) ? entry.name : undefined
  return typeof name === 'string' && name !== '' && !name.includes('.') ? name : undefined
}
