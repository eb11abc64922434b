/** What is published, before it is bytes: which lists and denied keys a manifest names. */

/** What a manifest is made of. */
export interface PublishState {
  readonly trustVersion: number
  /** Hex, sorted. */
  readonly deniedKids: readonly string[]
  /** Live lists by number, with the revision of each. */
  readonly lists: readonly { readonly number: number; readonly revision: number }[]
}

/** The same text as long as there is nothing new to say. */
export function basisOf(state: PublishState): string {
  const lists = state.lists.map(list => [list.number, list.revision])
  return JSON.stringify([state.trustVersion, state.deniedKids, lists])
}

/** Revision of each list that a basis holds. */
export function revisionsOf(basis: string): ReadonlyMap<number, number> {
  const [, , lists] = JSON.parse(basis) as [number, string[], [number, number][]]
  return new Map(lists)
}

export interface ListFile {
  readonly list: number
  readonly version: number
  readonly bytes: Uint8Array
  /** Hex. */
  readonly sha256: string
}

/** A list as the manifest names it. */
export interface ListEntry {
  readonly list: number
  readonly version: number
  readonly length: number
  readonly sha256: string
}
