/**
 * One poll: the manifest by ETag, the versions of trust it needs, one after the other, and the
 * lists it names by hash. Everything is verified before anything is taken over; the result is a
 * whole new state or a code, and the state before stays as it was. It is the client workflow of The
 * Update Framework (TUF 1.0.34, section 5).
 *
 * On purpose another way than TUF: the manifest comes first and trust is asked for only where the
 * manifest names a newer one, so that a poll without news is one request. Whoever withholds a newer
 * manifest withholds newer trust too; the age of the manifest shows it (freshness.ts).
 */
import { toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { openStatusList } from '../../pass/documents/status-list-node.ts'
import {
  type ManifestList,
  type TrustCode,
  type TrustDocument,
  verifyManifest,
  verifyTrustUpdate,
} from '../../pass/documents/trust.ts'
import { MANIFEST_BYTES_MAX, TRUST_BYTES_MAX } from '../../pass/limits.ts'
import { serviceAddress } from '../contract/service-url.ts'
import { type Download, type DownloadPorts, download } from '../net/download.ts'
import type { TrustRow } from './cache-file.ts'
import { LISTS_BYTES_MAX, LISTS_MAX, TRUST_STEPS_MAX } from './limits.ts'
import { advance, type HeldList, type HeldManifest, type TrustState } from './state.ts'

/**
 * Why a poll took nothing over. `UNSIGNED ROLLBACK EQUIVOCATION` are security alarms; all others
 * are tried again.
 */
export type PollFault = TrustCode | 'NETWORK' | 'TIMEOUT'

/** What went wrong, and with which document: `manifest`, `trust 7` or a list's uri. */
export interface Fault {
  readonly code: PollFault
  readonly what: string
}

export type Polled =
  /** `etag` is absent after a `304`: the one sent stays good. */
  | { readonly code: 'UNCHANGED'; readonly etag?: string | undefined }
  | { readonly code: 'UPDATED'; readonly state: TrustState; readonly etag: string | undefined }
  /** `state`: newer trust was verified although the manifest or a list was refused. */
  | (Fault & { readonly state?: TrustState })

export interface PollSource extends DownloadPorts {
  /** Base address of the service, as the config has it. */
  readonly serviceUrl: string
  /** Deadline of one request, milliseconds. */
  readonly timeoutMs: number
}

/**
 * Polls once. `nowMs` is what all documents' dates are compared with (TUF 5.1: the time is fixed when
 * the update starts); `etag` may spare the body.
 */
export async function pollTrust(
  source: PollSource,
  state: TrustState,
  nowMs: number,
  etag?: string,
): Promise<Polled> {
  const fetched = await get(source, 'manifest', MANIFEST_BYTES_MAX, etag)
  if (fetched.code === 'NOT_MODIFIED') return { code: 'UNCHANGED' }
  if (fetched.code !== 'OK') return { code: fetched.code, what: 'manifest' }

  const stepped = await stepTrust(source, state, fetched.bytes, nowMs)
  const { trust, steps } = stepped
  const fail = (fault: Fault): Polled => {
    if (steps.length === 0) return fault
    const moved = advance(state, { trust, steps }, nowMs)
    return moved.ok ? { ...fault, state: moved.state } : fault
  }
  if (stepped.fault !== undefined) return fail(stepped.fault)

  const { manifest } = stepped
  const lists = await fetchLists(source, manifest.manifest.lists, state.lists)
  if (lists instanceof Map === false) return fail(lists as Fault)
  const complete = state.lists.size === manifest.manifest.lists.length
  if (!stepped.changed && complete && steps.length === 0) {
    return { code: 'UNCHANGED', etag: fetched.etag }
  }

  const next = advance(state, { trust, steps, manifest, lists }, nowMs)
  if (!next.ok) return fail({ code: next.code, what: 'kept revocations' })
  return { code: 'UPDATED', state: next.state, etag: fetched.etag }
}

/**
 * The newest trust there is, by the roots' signatures alone: for a gate whose clock is so wrong
 * that newer trust seems to lie in the future, to find the time key by which to set it.
 */
export async function newestTrust(source: PollSource, state: TrustState): Promise<TrustDocument> {
  const fetched = await get(source, 'manifest', MANIFEST_BYTES_MAX)
  if (fetched.code !== 'OK') return state.trust
  return (await stepTrust(source, state, fetched.bytes, Number.POSITIVE_INFINITY)).trust
}

type Stepped = { readonly trust: TrustDocument; readonly steps: readonly TrustRow[] } & (
  | { readonly manifest: HeldManifest; readonly changed: boolean; readonly fault?: undefined }
  | { readonly fault: Fault }
)

/**
 * Judges a manifest, fetching trust N + 1 for as long as it says there is one (TUF 5.3.2 to 5.3.9).
 * Each version is verified against the one before. No version's end is judged here (5.3.6); that of the
 * last one tells how fresh trust is, in the place of 5.3.10.
 */
async function stepTrust(
  source: PollSource,
  state: TrustState,
  manifestBytes: Uint8Array,
  nowMs: number,
): Promise<Stepped> {
  let { trust } = state
  const steps: TrustRow[] = []
  const against = { nowMs, current: state.manifest }
  for (;;) {
    const judged = verifyManifest(trust, manifestBytes, nodeVerifier, against)
    if (judged.ok) {
      const { manifest, signer, changed } = judged
      return { trust, steps, manifest: { manifest, signer, bytes: manifestBytes }, changed }
    }
    // TUF 5.3.3: no more than Y versions in one update.
    if (judged.code !== 'TRUST_GAP' || steps.length === TRUST_STEPS_MAX) {
      return { trust, steps, fault: { code: judged.code, what: 'manifest' } }
    }
    const version = trust.version + 1
    const what = `trust ${version}`
    const fetched = await get(source, `document/${version}`, TRUST_BYTES_MAX)
    if (fetched.code !== 'OK') return { trust, steps, fault: { code: codeOf(fetched), what } }
    const next = verifyTrustUpdate(trust, fetched.bytes, nodeVerifier, nowMs)
    if (!next.ok) return { trust, steps, fault: { code: next.code, what } }
    // TUF 5.3.5: asked for version N + 1, the service gave N again.
    if (!next.changed) return { trust, steps, fault: { code: 'ROLLBACK', what } }
    trust = next.trust
    steps.push({ version, bytes: fetched.bytes })
  }
}

/** The manifest's lists (TUF 5.7): those we hold already, and the others by their hashes. */
async function fetchLists(
  source: PollSource,
  entries: readonly ManifestList[],
  held: ReadonlyMap<string, HeldList>,
): Promise<ReadonlyMap<string, HeldList> | Fault> {
  if (entries.length > LISTS_MAX) return { code: 'LENGTH', what: 'manifest' }
  const lists = new Map<string, HeldList>()
  let bytesSum = 0
  for (const entry of entries) {
    const sha256 = toHex(entry.sha256)
    const old = held.get(entry.uri)
    const list = old?.sha256 === sha256 ? old : await fetchList(source, entry, sha256)
    if ('code' in list) return list
    bytesSum += list.bytes.length
    if (bytesSum > LISTS_BYTES_MAX) return { code: 'LENGTH', what: entry.uri }
    lists.set(entry.uri, list)
  }
  return lists
}

async function fetchList(
  source: PollSource,
  entry: ManifestList,
  sha256: string,
): Promise<HeldList | Fault> {
  const { uri } = entry
  const fetched = await get(source, `list/${sha256}`, entry.length)
  if (fetched.code !== 'OK') return { code: codeOf(fetched), what: uri }
  const opened = openStatusList(entry, fetched.bytes)
  if (!opened.ok) return { code: opened.code, what: uri }
  return { uri, sha256, token: fetched.bytes, bytes: opened.list.bytes, exp: opened.exp }
}

function get(source: PollSource, path: string, bytesMax: number, etag?: string): Promise<Download> {
  const { serviceUrl, timeoutMs } = source
  const url = serviceAddress(serviceUrl, `/v1/trust/${path}`)
  return download(source, { url, bytesMax, timeoutMs, etag })
}

/** A `304` that nobody asked for is a fault of the network between. */
function codeOf(fetched: Exclude<Download, { code: 'OK' }>): PollFault {
  return fetched.code === 'NOT_MODIFIED' ? 'NETWORK' : fetched.code
}
