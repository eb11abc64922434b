/** Where one is on the fleet's page: kept in the address behind `#`, so that it can be sent and gone back to. */

export const GATE_PARTS = ['state', 'journal', 'config'] as const
export type GatePart = (typeof GATE_PARTS)[number]

export type Place =
  | { readonly at: 'gates' }
  | { readonly at: 'enrol' }
  | { readonly at: 'gate'; readonly gate: string; readonly part: GatePart }
  | { readonly at: 'trust' }
  | { readonly at: 'audit' }

const GATES: Place = { at: 'gates' }
const SINGLE = ['gates', 'enrol', 'trust', 'audit'] as const

/** `hash`: of an address; whatever is none of ours is the list of gates. */
export function placeOf(hash: string): Place {
  const [first, name, last] = hash.replace(/^#\/?/, '').split('/')
  if (first === 'gates' && name !== undefined && name !== '') {
    const part = GATE_PARTS.find(one => one === last) ?? 'state'
    return { at: 'gate', gate: decoded(name), part }
  }
  const at = SINGLE.find(one => one === first)
  return at === undefined ? GATES : { at }
}

/** Ends of addresses: `placeOf(hashOf(place))` is the place again. */
export function hashOf(place: Place): string {
  if (place.at !== 'gate') return `#/${place.at}`
  const part = place.part === 'state' ? '' : `/${place.part}`
  return `#/gates/${encodeURIComponent(place.gate)}${part}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
