/** Each second, the replica that holds the lease seals new audit rows into their chain. */
import { randomUUID } from 'node:crypto'
import type { Clock } from './clock.ts'
import { AUDIT_SEAL_MS, AUDIT_SEAL_ROWS } from './limits.ts'
import { errorFields, type Log } from './log.ts'
import { sealAudit } from './store/audit-chain.ts'
import { dropLease, holdLease } from './store/published.ts'
import type { Database } from './store/schema.ts'

export interface AuditSealer {
  start(): void
  /** Stops, and seals what is there, also while another has the lease: it only saves work. */
  stop(): Promise<void>
}

export function createAuditSealer(options: {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
}): AuditSealer {
  const { db, clock, log } = options
  const owner = randomUUID()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false

  async function seal(always: boolean): Promise<void> {
    try {
      if (!(always || (await holdLease(db, 'audit', owner, clock.now())))) return
      while ((await sealAudit(db, clock.now())) === AUDIT_SEAL_ROWS);
    } catch (error) {
      log.error(errorFields(error), 'sealing the audit failed')
    }
  }

  function tick(): void {
    running = seal(false).then(() => {
      if (!stopped) timer = setTimeout(tick, AUDIT_SEAL_MS).unref()
    })
  }

  return {
    start: tick,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      await seal(true)
      await dropLease(db, 'audit', owner).catch(() => {})
    },
  }
}
