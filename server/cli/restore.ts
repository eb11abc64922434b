/**
 * The `restored` command: after a database came back from a backup, before the service starts. What
 * happened since the backup is unknown, and must never be contradicted:
 * - status lists: places given out since may be on phones. All lists are closed, new ones opened
 *   under numbers that can't have been used since.
 * - versions of lists and manifests: gates refuse lower ones. Both go up by more than can have been
 *   published since: a list has 2^20 places and each is flipped once.
 * - reports of what was deleted: numbers given out since are told apart by another series.
 * - one-time codes and sessions that were used or ended since would be good again: all are void.
 */

import type { Clock } from '../clock.ts'
import type { LoadedConfig } from '../config.ts'
import { databasePlace } from '../config.ts'
import { LIST_ENTRIES } from '../limits.ts'
import { createLog } from '../ops/log.ts'
import { createHighWaterMark, type HighWaterMark, markFileIn } from '../publish/high-water.ts'
import { createPublisher } from '../publish/publisher.ts'
import { fileSigner } from '../publish/signer.ts'
import { createSecrets } from '../secrets.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { closeLists } from '../store/certificates/status.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { RESTORE_LISTS_GAP, RESTORE_VERSIONS_GAP } from '../store/engine/limits.ts'
import { forgetUnsure } from '../store/engine/restored.ts'
import { lockServing } from '../store/engine/serving-lock.ts'
import { transact } from '../store/engine/transact.ts'
import { forgetManifestsBefore } from '../store/gates/gates-ahead.ts'
import { readHighWater } from '../store/publish/high-water.ts'
import { beginSeries } from '../store/retention/retention-chain.ts'
import type { Database } from '../store/schema/schema.ts'

export interface Restored {
  readonly closedLists: number
  readonly manifestVersion: number
}

/** Prints one JSON line. Throws StartError, also beside a service that runs on the same file. */
export async function restoredCommand({ config, secret }: LoadedConfig): Promise<void> {
  const place = databasePlace(config)
  const lock = lockServing(place)
  const db = await openDatabase(place)
  try {
    const mark = createHighWaterMark(markFileIn(config.trust.keys), createSecrets(secret))
    const result = await markRestored(db, config, { now: () => Date.now() }, mark)
    process.stdout.write(`${JSON.stringify({ restored: result })}\n`)
  } finally {
    await db.destroy()
    lock.release()
  }
}

/**
 * Closes, voids and publishes. `mark`: what a replica here has published; its numbers are passed over.
 * May be run again: it only takes numbers away.
 */
export async function markRestored(
  db: Database,
  config: LoadedConfig['config'],
  clock: Clock,
  mark?: HighWaterMark,
): Promise<Restored> {
  const now = clock.now()
  const found = mark?.read()
  const known = typeof found === 'object' ? found : { manifestVersion: 0, list: 0 }
  const { list } = await readHighWater(db)
  const closedLists = await transact(db, async tx => {
    const closed = await closeLists(tx, now, {
      numbers: Math.max(0, known.list - list) + RESTORE_LISTS_GAP,
      revisions: LIST_ENTRIES,
    })
    await forgetUnsure(tx)
    await beginSeries(tx)
    await writeAudit(tx, { actor: 'system', action: 'service.restored', subject: 'database' }, now)
    return closed
  })
  const publisher = createPublisher({
    db,
    clock,
    log: createLog('error'),
    signer: fileSigner(config.trust.keys),
    trustFolder: config.trust.documents,
    environment: config.trust.environment,
    versionFloor: Math.max(Math.floor(now / 1000), known.manifestVersion) + RESTORE_VERSIONS_GAP,
    mark,
  })
  await publisher.start()
  const manifestVersion = publisher.latest()?.version ?? 0
  await publisher.stop()
  await transact(db, tx => forgetManifestsBefore(tx, manifestVersion))
  return { closedLists, manifestVersion }
}
