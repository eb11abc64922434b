/**
 * Follows the trust extension of a data folder: while one holds, the gate's lanes are run with
 * `trustDegraded`, which is a row each.
 */
import { join } from 'node:path'
import type { Timers } from '../../hardware/ports.ts'
import type { LaneModes } from '../contract/events.ts'
import { TRUST_EXTENSION_LOOK_MS, TRUST_EXTENSION_MS_MAX } from '../limits.ts'
import {
  EXTENSION_FILE,
  readTrustExtension,
  type TrustExtension,
  timeText,
} from './trust-extension-file.ts'

/** A lane, as far as it goes on with old trust. */
export interface DegradableLane {
  view(): { readonly modes: Pick<LaneModes, 'trustDegraded'> }
  setModes(change: Pick<LaneModes, 'trustDegraded'>, asked: { readonly by: string }): void
}

export interface TrustExtensionParts {
  readonly dataDir: string
  /** `byConfig`: whether it is run so anyway. */
  readonly lanes: readonly {
    readonly lane: DegradableLane
    readonly byConfig: () => boolean
  }[]
  readonly timers: Timers
  /** By the machine's clock, as the command's. */
  readonly nowMs: () => number
  readonly onFault: (what: string, error: unknown) => void
}

export interface TrustExtensionWatch {
  /** Looks for an order at once. */
  look(): void
  /** The order by which entry goes on with old trust now. */
  current(): TrustExtension | undefined
  close(): void
}

/** Looks at once and every few seconds. */
export function followTrustExtension(parts: TrustExtensionParts): TrustExtensionWatch {
  const { timers, nowMs } = parts
  let extension: TrustExtension | undefined
  let open = false
  let fault = ''
  let ended = false
  let cancel = () => {}

  function run(on: boolean, by: string): void {
    for (const { lane, byConfig } of parts.lanes) {
      if (byConfig() || lane.view().modes.trustDegraded === on) continue
      lane.setModes({ trustDegraded: on }, { by })
    }
  }

  /** A file that is over ends also what a process before this one began. */
  function judge(): void {
    if (ended) return
    const leftMs = extension === undefined ? 0 : extension.until - nowMs()
    const wanted = leftMs > 0 && leftMs <= TRUST_EXTENSION_MS_MAX
    if (wanted) run(true, `${extension?.by}, until ${timeText(extension?.until ?? 0)}`)
    else if (open || extension !== undefined)
      run(false, extension ? 'trust door: over' : 'trust door: ended')
    open = wanted
  }

  function look(): void {
    cancel()
    try {
      extension = readTrustExtension(parts.dataDir)
      fault = ''
    } catch (error) {
      extension = undefined
      const what = `${join(parts.dataDir, EXTENSION_FILE)} can’t be read: make it by --trust-until`
      if (fault === '') parts.onFault(what, error)
      fault = what
    }
    judge()
    if (!ended) cancel = timers.after(TRUST_EXTENSION_LOOK_MS, look)
  }

  look()
  return {
    look,
    current: () => (open ? extension : undefined),
    close() {
      ended = true
      cancel()
    },
  }
}
