/**
 * A gate's config from the service: named by hash in the station manifest, fetched, verified by the
 * config key of trust, and offered to whoever keeps the revisions. What was seen once is not looked
 * at again, whatever became of it; an older revision, or a second one of the same number, is told
 * as what it is.
 */
import { toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import {
  type ConfigDocument,
  type ConfigResult,
  verifyConfig,
} from '../../pass/documents/gate-config.ts'
import type { StationConfig } from '../../pass/documents/station.ts'
import type { StationKeeper } from '../station/keeper.ts'
import { alarmFilter, type TrustEvent } from '../trust/events.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import type { Seen } from './revisions.ts'

/** Who keeps the revisions. */
export interface RemoteDoor {
  /** Undefined while nothing can be taken yet. */
  seen(): Pick<Seen, 'serviceRevision' | 'serviceSha256'> | undefined
  /** Resolves when it was taken or refused; a new gate may run by then. */
  take(document: ConfigDocument, sha256: string): Promise<void>
}

export interface FollowParts {
  /** The name that the service knows this gate by. */
  readonly gate: string
  readonly station: Pick<StationKeeper, 'current' | 'onChanged' | 'document'>
  readonly trust: Pick<TrustKeeper, 'document' | 'now' | 'pollNow'>
  readonly remote: RemoteDoor
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number
  readonly onEvent: (event: TrustEvent) => void
}

const WHAT = 'config'

/** Looks at once and after each new manifest. Ends with the function that it gives. */
export function followServiceConfig(parts: FollowParts): () => void {
  const { gate, station, trust, remote } = parts
  const alarmOf = alarmFilter(parts.monotonicMs)
  let busy = false
  let ended = false

  function tell(code: string): void {
    const alarm = alarmOf(code, WHAT)
    if (alarm !== undefined) parts.onEvent(alarm)
  }

  /** Undefined when there is nothing to fetch. */
  function wanted(): StationConfig | undefined {
    const entry = station.current()?.manifest.configs?.find(one => one.gate === gate)
    const seen = remote.seen()
    if (entry === undefined || seen === undefined) return undefined
    const { serviceRevision, serviceSha256 } = seen
    if (entry.revision > serviceRevision) return entry
    if (entry.revision < serviceRevision) tell('ROLLBACK')
    else if (serviceSha256 !== '' && toHex(entry.sha256) !== serviceSha256) tell('EQUIVOCATION')
    return undefined
  }

  /** Trust that is a step behind does not know a new config key yet. */
  async function verified(bytes: Uint8Array): Promise<ConfigResult> {
    const judge = (): ConfigResult =>
      verifyConfig(trust.document(), bytes, nodeVerifier, {
        gate,
        seen: remote.seen()?.serviceRevision ?? 0,
        nowMs: trust.now().nowMs,
      })
    const first = judge()
    if (first.ok || first.code !== 'UNSIGNED') return first
    await trust.pollNow()
    return judge()
  }

  async function follow(entry: StationConfig): Promise<void> {
    const sha256 = toHex(entry.sha256)
    const path = `/v1/gates/${gate}/config/${sha256}`
    const fetched = await station.document(path, entry.sha256, entry.length)
    if (!fetched.ok) return
    const result = await verified(fetched.bytes)
    if (ended) return
    if (!result.ok) return tell(result.code)
    // The manifest's number is the status key's word, the document's is the config key's.
    if (result.document.revision !== entry.revision) return tell('EQUIVOCATION')
    await remote.take(result.document, sha256)
  }

  async function look(): Promise<void> {
    if (busy || ended) return
    const entry = wanted()
    if (entry === undefined) return
    busy = true
    try {
      await follow(entry)
    } finally {
      busy = false
    }
  }

  const stop = station.onChanged(() => void look())
  queueMicrotask(() => void look())
  return () => {
    ended = true
    stop()
  }
}
