/**
 * Each second new audit rows are sealed into their chain, by every replica: whichever comes first
 * does it, so none waits for one that died. Rows that a dead process left are sealed at the start.
 */
import type { Clock } from './clock.ts'
import { AUDIT_SEAL_MS, AUDIT_SEAL_ROWS } from './limits.ts'
import { errorFields, type Log } from './log.ts'
import { sealAudit } from './store/audit-chain.ts'
import type { Database } from './store/schema.ts'

export interface AuditSealer {
  start(): void
  /** Stops, and seals what is there. */
  stop(): Promise<void>
}

export function createAuditSealer(options: {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
}): AuditSealer {
  const { db, clock, log } = options
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false

  async function seal(): Promise<void> {
    try {
      while ((await sealAudit(db, clock.now())) === AUDIT_SEAL_ROWS);
    } catch (error) {
      log.error(errorFields(error), 'sealing the audit failed')
    }
  }

  function tick(): void {
    running = seal().then(() => {
      if (!stopped) timer = setTimeout(tick, AUDIT_SEAL_MS).unref()
    })
  }

  return {
    start: tick,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      await seal()
    },
  }
}
