/** What goes on beside the work of a gate: upkeep, files that somebody deletes, what is forgotten. */
import type { AlarmCode } from './contract/codes.ts'
import type { GateConfig } from './contract/config.ts'
import type { DiskState } from './disk-state.ts'
import { type FileWatch, type KeptFile, watchFiles } from './file-watch.ts'
import type { GateParts } from './parts.ts'
import type { Journal } from './store/journal.ts'
import { CACHE_FILE } from './trust/cache-file.ts'
import type { TrustKeeper } from './trust/keeper.ts'
import { startUpkeep } from './upkeep.ts'
import { type FoundIdentity, identityFiles } from './uplink/identity.ts'

export interface BesideParts {
  readonly journal: Journal
  readonly trust: TrustKeeper
  readonly telling: {
    readonly alarm: (code: AlarmCode, on: boolean, detail: string) => void
  }
  readonly disk: DiskState
  readonly found: FoundIdentity
  readonly forgetting: { close(): void }
  readonly knowsAge: () => boolean
  readonly onFault: (what: string, error: unknown) => void
}

/** Begins at once. */
export function startBeside(
  config: GateConfig,
  parts: GateParts,
  core: BesideParts,
): { close(): void } {
  const { journal, trust, telling, onFault } = core
  const upkeep = startUpkeep({
    journal,
    timers: parts.timers,
    nowMs: () => trust.now().nowMs,
    knowsAge: core.knowsAge,
    keepRowsMs: config.journal.keepMs,
    onAlarm: telling.alarm,
    onDisk: core.disk.found,
    onWalked: count =>
      parts.log.info({ event: 'walked', rows: count }, 'the journal’s chain holds'),
    onFault,
  })
  const files = watchData(config, parts, core)
  return {
    close() {
      upkeep.close()
      core.forgetting.close()
      files.close()
    },
  }
}

/** Files that this process believes in, made again from memory when they go. */
function watchData(
  { data: folder }: GateConfig,
  { timers, kept = [] }: GateParts,
  { trust, found, telling }: BesideParts,
): FileWatch {
  const cache: KeptFile = {
    name: CACHE_FILE,
    async mend() {
      await trust.rewrite()
      return 'trust was written again from memory'
    },
  }
  return watchFiles({
    folder,
    files: [cache, ...identityFiles(folder, found.identity), ...kept],
    timers,
    onGone: detail => telling.alarm('FILE_GONE', true, detail),
  })
}
