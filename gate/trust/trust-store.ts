/**
 * The newest state and its view, and who must hear when issuer keys or revoked kids change. New
 * states come in whole, from polls; everything that follows from one happens here.
 */
import type { Unsubscribe } from '../../hardware/ports.ts'
import { toHex } from '../../pass/bytes.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import type { TrustView } from '../../pass/verify.ts'
import type { TrustAlarm, TrustEvent } from './events.ts'
import type { Polled } from './fetch.ts'
import { type TrustState, viewOf } from './state.ts'
import type { TimeSync } from './time-sync.ts'

/** How a poll ended: `UPDATED`, `UNCHANGED`, or why not and with which document. */
export interface PollOutcome {
  readonly code: Polled['code']
  readonly what?: string
}

/** Whether the service's newest word was had: also where it is what was known. */
export const isGoodPoll = ({ code }: PollOutcome): boolean =>
  code === 'UPDATED' || code === 'UNCHANGED'

export interface TrustStore {
  state(): TrustState
  view(): TrustView
  /** Names the manifest we hold to the service; undefined when it must be sent whole. */
  etag(): string | undefined
  lastPoll(): PollOutcome | undefined
  /** Takes over what a poll brought and reports what it found. */
  take(polled: Polled): PollOutcome
  onTrustChanged(listener: (view: TrustView) => void): Unsubscribe
}

export interface BeliefOptions {
  readonly state: TrustState
  readonly environment: PassEnvironment
  readonly time: TimeSync
  /** Called with each new state once it is believed. */
  readonly onState: (state: TrustState) => void
  readonly onEvent: (event: TrustEvent) => void
  readonly alarmOf: (code: string, what: string) => TrustAlarm | undefined
}

export function createTrustStore(options: BeliefOptions): TrustStore {
  const { time, environment, onEvent } = options
  const listeners = new Set<(view: TrustView) => void>()
  let { state } = options
  let view = viewOf(state, environment, time.aheadByMaxMs)
  let etag: string | undefined
  let lastPoll: PollOutcome | undefined

  const takeState = (next: TrustState): void => {
    const before = state
    state = next
    view = viewOf(state, environment, time.aheadByMaxMs)
    const { trust, manifest } = state
    time.raise(trust.iat)
    if (manifest !== undefined) time.raise(manifest.manifest.iat)
    if (before.trust !== trust) {
      const manifestVersion = manifest?.manifest.version ?? null
      onEvent({ kind: 'trust', trustVersion: trust.version, manifestVersion })
    }
    if (before.trust !== trust || revokedKids(before) !== revokedKids(state)) {
      for (const listener of listeners) listener(view)
    }
    options.onState(state)
  }

  return {
    state: () => state,
    view: () => view,
    etag: () => (state.manifest === undefined ? undefined : etag),
    lastPoll: () => lastPoll,
    take(polled) {
      if (polled.code === 'UPDATED') etag = polled.etag
      else if (polled.code === 'UNCHANGED') etag = polled.etag ?? etag
      else {
        const alarm = options.alarmOf(polled.code, polled.what)
        if (alarm !== undefined) onEvent(alarm)
      }
      if ('state' in polled && polled.state !== undefined) takeState(polled.state)
      lastPoll = 'what' in polled ? { code: polled.code, what: polled.what } : { code: polled.code }
      return lastPoll
    },
    onTrustChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** All kids that are refused, in one comparable text. */
function revokedKids({ manifest, keptKids }: TrustState): string {
  const kids = new Set(keptKids.map(entry => entry.kid))
  for (const kid of manifest?.manifest.revokedKids ?? []) kids.add(toHex(kid))
  return [...kids].sort().join(' ')
}
