/** What differs between two configs, value by value. Pure. */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** `before` or `after` undefined: not there. Values as JSON. */
export interface ConfigChange {
  /** As `lanes[A].policy.takesPaper`. */
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** In the order of the later config, what is gone last. Lanes and readers are told by their names. */
export function configChanges(before: Json, after: Json): readonly ConfigChange[] {
  const old = new Map(leaves(before))
  const now = new Map(leaves(after))
  const paths = [...new Set([...now.keys(), ...old.keys()])]
  return paths
    .map(path => ({ path, before: old.get(path), after: now.get(path) }))
    .filter(change => change.before !== change.after)
}

function leaves(value: Json, path = ''): [string, string][] {
  if (isList(value)) {
    if (value.length === 0) return [[path, '[]']]
    return value.flatMap((one, i) => leaves(one, `${path}[${nameOf(one) ?? i}]`))
  }
  if (typeof value !== 'object' || value === null) return [[path, JSON.stringify(value)]]
  const entries = Object.entries(value)
  if (entries.length === 0) return path === '' ? [] : [[path, '{}']]
  return entries.flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

function nameOf(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || isList(value)) return undefined
  const { name } = value
  return typeof name === 'string' ? name : undefined
}
