/** What goes on beside the work of a gate: maintenance, files that somebody deletes, what is forgotten. */
import type { AlarmCode } from '../contract/codes.ts'
import type { GateConfig } from '../contract/config.ts'
import type { FileWatch, KeptFile } from '../files/file-watch.ts'
import { type FoundIdentity, identityFiles } from '../net/identity.ts'
import type { DiskState } from '../ops/disk-state.ts'
import { startJournalMaintenance } from '../ops/journal-maintenance.ts'
import type { Backlog } from '../store/backlog.ts'
import type { Journal } from '../store/journal.ts'
import { CACHE_FILE } from '../trust/cache-file.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import type { WithDisk } from './gate-ports.ts'

export interface BackgroundWorkParts {
  readonly journal: Journal
  readonly trust: TrustKeeper
  readonly recorder: {
    readonly alarm: (code: AlarmCode, on: boolean, detail: string) => void
  }
  readonly disk: DiskState
  readonly rows: Pick<Backlog, 'roomFound'>
  readonly found: FoundIdentity
  readonly forgetting: { close(): void }
  readonly knowsAge: () => boolean
  readonly onFault: (what: string, error: unknown) => void
}

/** Begins at once. */
export function startBackgroundWork(
  config: GateConfig,
  parts: WithDisk,
  core: BackgroundWorkParts,
): { close(): void } {
  const { journal, trust, recorder, onFault } = core
  const maintenance = startJournalMaintenance({
    journal,
    timers: parts.timers,
    nowMs: () => trust.now().nowMs,
    knowsAge: core.knowsAge,
    keepRowsMs: config.journal.keepMs,
    onAlarm: recorder.alarm,
    onDisk: core.disk.found,
    onRoom: core.rows.roomFound,
    onWalked: count =>
      parts.log.info({ event: 'walked', rows: count }, 'the journal’s chain holds'),
    onFault,
  })
  const files = watchDataFiles(config, parts, core)
  return {
    close() {
      maintenance.close()
      core.forgetting.close()
      files.close()
    },
  }
}

/** Files that this process believes in, made again from memory when they go. */
function watchDataFiles(
  { data: folder }: GateConfig,
  { timers, disk, kept = [] }: WithDisk,
  { trust, found, recorder }: BackgroundWorkParts,
): FileWatch {
  const cache: KeptFile = {
    name: CACHE_FILE,
    async mend() {
      await trust.rewrite()
      return 'trust was written again from memory'
    },
  }
  return disk.watch({
    files: [cache, ...identityFiles(folder, found.identity), ...kept],
    timers,
    onGone: detail => recorder.alarm('FILE_GONE', true, detail),
  })
}
