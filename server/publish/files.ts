/**
 * What is published, as pure functions from rows to bytes: the token of one status list, and the
 * manifest over all of them. Any store that serves files by name could hold the results.
 */
import { createHash } from 'node:crypto'
import { fromHex } from '../../pass/bytes.ts'
import { statusListUri } from '../../pass/claims.ts'
import { createStatusList, STATUS_INVALID, setStatus } from '../../pass/status-list.ts'
import { encodeStatusListToken } from '../../pass/status-list-node.ts'
import { type DocumentSigner, type Manifest, signManifest } from '../../pass/trust.ts'
import { LIST_ENTRIES, MANIFEST_LIFE_S } from '../limits.ts'

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

/** Seconds that other verifiers may keep a copy of a list. */
const LIST_TTL_S = 60

/** The status list token of one revision. `iat`: Unix seconds. */
export async function makeListFile(
  list: { readonly number: number; readonly revision: number },
  ended: readonly number[],
  signer: DocumentSigner,
  iat: number,
): Promise<ListFile> {
  const bits = createStatusList(LIST_ENTRIES, 1)
  for (const index of ended) setStatus(bits, index, STATUS_INVALID)
  const uri = statusListUri(list.number)
  const bytes = await encodeStatusListToken({ uri, iat, ttl: LIST_TTL_S, list: bits, signer })
  return { list: list.number, version: list.revision + 1, bytes, sha256: sha256Hex(bytes) }
}

/** A list as the manifest names it. */
export interface ListEntry {
  readonly list: number
  readonly version: number
  readonly length: number
  readonly sha256: string
}

/** A signed manifest. `iat`: Unix seconds. */
export function makeManifest(
  state: PublishState,
  lists: readonly ListEntry[],
  signer: DocumentSigner,
  numbers: { readonly version: number; readonly iat: number },
): Promise<Uint8Array> {
  const manifest: Manifest = {
    version: numbers.version,
    trustVersion: state.trustVersion,
    iat: numbers.iat,
    exp: numbers.iat + MANIFEST_LIFE_S,
    revokedKids: state.deniedKids.map(fromHex),
    lists: lists.map(({ list, version, length, sha256 }) => ({
      uri: statusListUri(list),
      version,
      length,
      sha256: fromHex(sha256),
    })),
  }
  return signManifest(manifest, signer)
}

export const sha256Hex = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')
