/**
 * What is published, as pure functions from rows to bytes: the token of one status list, and the
 * manifest over all of them. Any store that serves files by name could hold the results.
 */
import { createHash } from 'node:crypto'
import { fromHex } from '../../pass/bytes.ts'
import { statusListUri } from '../../pass/claims.ts'
import { createStatusList, STATUS_INVALID, setStatus } from '../../pass/documents/status-list.ts'
import { encodeStatusListToken } from '../../pass/documents/status-list-node.ts'
import { type DocumentSigner, type Manifest, signManifest } from '../../pass/documents/trust.ts'
import type { ListEntry, ListFile, PublishState } from '../domain/publication.ts'
import { LIST_ENTRIES, MANIFEST_LIFE_S } from '../limits.ts'

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
