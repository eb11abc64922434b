/**
 * Each second new audit rows are sealed into their chain, by every replica: whichever comes first
 * does it, so none waits for one that died. Rows that a dead process left are sealed at the start.
 * Where nothing was written since the last time, over SQLite, the database is not asked.
 */
import type { Clock } from '../clock.ts'
import { AUDIT_SEAL_MS, AUDIT_SEAL_ROWS } from '../limits.ts'
import { errorFields, type Log } from '../ops/log.ts'
import { createTicker } from '../ops/ticker.ts'
import { sealAudit } from '../store/audit/audit-chain.ts'
import { createChangeLook } from '../store/engine/changes.ts'
import { handleOf } from '../store/engine/handle.ts'
import type { Database } from '../store/schema/schema.ts'

export interface AuditSealer {
  start(): void
  /** Stops, and seals what is there. */
  stop(): Promise<void>
}

const FAILED = 'sealing the audit failed'

export function createAuditSealer(options: {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
}): AuditSealer {
  const { db, clock, log } = options
  const { timers, changes } = handleOf(db)
  const changed = createChangeLook(changes, ['audit'])

  async function seal(): Promise<void> {
    const seen = changed.look()
    if (changed.isSettled(seen)) return
    while ((await sealAudit(db, clock.now())) === AUDIT_SEAL_ROWS);
    changed.settle(seen)
  }

  const ticker = createTicker({
    ...{ timers, log, failed: FAILED, everyMs: AUDIT_SEAL_MS, work: seal },
  })

  return {
    start: () => ticker.start(0),
    async stop() {
      await ticker.stop()
      await seal().catch(error => log.error(errorFields(error), FAILED))
    },
  }
}
