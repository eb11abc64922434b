/**
 * What the gate believes at one moment, as one immutable value: trust, manifest, lists, and the
 * revocations that outlive them. An update makes a new value, whole or not at all; the view that
 * verification reads is made from it and needs no database.
 */
import { toHex } from '../../pass/bytes.ts'
import { placeStatus } from '../../pass/documents/status-list.ts'
import {
  issuerKeysOf,
  type SignedManifest,
  type TrustDocument,
} from '../../pass/documents/trust.ts'
import { materialOf } from '../../pass/documents/trust-documents.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import type { TrustView } from '../../pass/verify.ts'
import type { TrustRow } from './cache-file.ts'
import { KEPT_BITS_MS, KEPT_KIDS_MAX, KEPT_LISTS_MAX } from './limits.ts'
import {
  type KeptBits,
  type KeptKid,
  keepBits,
  keepKids,
  type Published,
  unite,
} from './sticky-revocations.ts'

/** An accepted manifest, with its bytes as signed. */
export interface HeldManifest extends SignedManifest {
  readonly bytes: Uint8Array
}

/** A list of the manifest: its token as downloaded, and its bits, one an entry. */
export interface HeldList {
  readonly uri: string
  /** SHA-256 of the token, lower-case hexadecimal. */
  readonly sha256: string
  readonly token: Uint8Array
  readonly bytes: Uint8Array
  /** Unix seconds, of a token that has one: from then on a clear bit says nothing. */
  readonly exp?: number | undefined
}

export interface TrustState {
  readonly trust: TrustDocument
  /** Every version after the factory's, oldest first, so that a boot can verify them again. */
  readonly chain: readonly TrustRow[]
  readonly manifest: HeldManifest | undefined
  /** The manifest's lists by uri; one may be missing after damage. */
  readonly lists: ReadonlyMap<string, HeldList>
  readonly keptBits: readonly KeptBits[]
  readonly keptKids: readonly KeptKid[]
}

/** What a poll has verified. Without `manifest`, trust alone moves on. */
export interface TrustUpdate {
  readonly trust: TrustDocument
  readonly steps: readonly TrustRow[]
  readonly manifest?: HeldManifest
  readonly lists?: ReadonlyMap<string, HeldList>
}

/** A gate that knows its factory trust and nothing else. */
export function factoryState(trust: TrustDocument): TrustState {
  return {
    trust,
    chain: [],
    manifest: undefined,
    lists: new Map(),
    keptBits: [],
    keptKids: [],
  }
}

/**
 * The state after an update. A manifest whose signer has left trust goes, with its lists and all
 * that the signer ever revoked: the way back from a fast-forward attack (TUF 5.3.11). `LENGTH`: more
 * revocations would have to be kept than fit, which only a stolen key brings about; the state before
 * stays.
 */
export function advance(
  state: TrustState,
  update: TrustUpdate,
  nowMs: number,
): { readonly ok: true; readonly state: TrustState } | { readonly ok: false; code: 'LENGTH' } {
  const { trust } = update
  const status = trust.keys.filter(key => key.role === 'status')
  const signers = new Set(status.map(key => materialOf(key.key)))
  const issuers = trust.keys.filter(key => key.role === 'issuer')
  const kids = new Set(issuers.map(key => toHex(key.kid)))

  let manifest = update.manifest ?? state.manifest
  let lists = update.manifest === undefined ? state.lists : (update.lists ?? new Map())
  if (manifest !== undefined && !signers.has(materialOf(manifest.signer.key))) {
    manifest = undefined
    lists = new Map()
  }
  const before = publishedBy(state.manifest, state.lists)
  const after = publishedBy(manifest, lists)
  const trusted = (signer: string) => signers.has(signer)
  const forgetMs = nowMs - KEPT_BITS_MS
  const keptBits = keepBits(state.keptBits, before, after, trusted, nowMs, forgetMs)
  const keptKids = keepKids(state.keptKids, before, after, trusted, kid => kids.has(kid))
  if (keptBits.length > KEPT_LISTS_MAX || keptKids.length > KEPT_KIDS_MAX) {
    return { ok: false, code: 'LENGTH' }
  }
  const chain = update.steps.length === 0 ? state.chain : [...state.chain, ...update.steps]
  return { ok: true, state: { trust, chain, manifest, lists, keptBits, keptKids } }
}

function publishedBy(
  manifest: HeldManifest | undefined,
  lists: ReadonlyMap<string, HeldList>,
): Published | undefined {
  if (manifest === undefined) return undefined
  const revokedKids = new Set(manifest.manifest.revokedKids.map(toHex))
  return { signer: materialOf(manifest.signer.key), lists, revokedKids }
}

/**
 * The view for verification. `aheadByMaxMs` is asked each time, everything else is fixed: a
 * new state makes a new view.
 */
export function viewOf(
  state: TrustState,
  environment: PassEnvironment,
  aheadByMaxMs: () => number,
): TrustView {
  const { trust, manifest, lists } = state
  const revokedKids = new Set(manifest?.manifest.revokedKids.map(toHex))
  for (const { kid } of state.keptKids) revokedKids.add(kid)
  const kept = new Map<string, Uint8Array>()
  for (const { uri, bytes } of state.keptBits) {
    const before = kept.get(uri)
    kept.set(uri, before === undefined ? bytes : unite(before, bytes))
  }
  return {
    environment,
    issuerKeys: kid => issuerKeysOf(trust, kid),
    kidRevoked: kid => revokedKids.size > 0 && revokedKids.has(toHex(kid)),
    status(uri, index, nowMs) {
      const bits = kept.get(uri)
      if (bits !== undefined && placeStatus({ bytes: bits }, index, nowMs) === 'invalid') {
        return 'invalid'
      }
      const list = lists.get(uri)
      return list === undefined ? 'unknown' : placeStatus(list, index, nowMs)
    },
    get aheadByMaxMs() {
      return aheadByMaxMs()
    },
  }
}
