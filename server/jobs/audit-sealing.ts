/**
 * Within a second new audit rows are sealed into their chain, by every replica: whichever comes first
 * does it, so none waits for one that died. Rows that a dead process left are sealed at the start.
 * Over SQLite it is woken by what is written; rows of another process are seen by the publisher's
 * next look, and sealed a second after it.
 */
import type { Clock } from '../clock.ts'
import { AUDIT_SEAL_ALONE_MS, AUDIT_SEAL_MS, AUDIT_SEAL_ROWS } from '../limits.ts'
import { errorFields, type Log } from '../ops/log.ts'
import { createTicker } from '../ops/ticker.ts'
import { sealAudit } from '../store/audit/audit-chain.ts'
import { createChangeLook } from '../store/engine/changes.ts'
import { engineOf } from '../store/engine/engines.ts'
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
    ...{ timers, log, failed: FAILED, wakeMs: AUDIT_SEAL_MS, work: seal },
    everyMs: engineOf(db) === 'sqlite' ? AUDIT_SEAL_ALONE_MS : AUDIT_SEAL_MS,
  })
  let deafen = () => {}

  return {
    start() {
      deafen = changes.listen(['audit'], ticker.wake)
      ticker.start(0)
    },
    async stop() {
      deafen()
      await ticker.stop()
      await seal().catch(error => log.error(errorFields(error), FAILED))
    },
  }
}
