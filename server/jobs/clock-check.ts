/**
 * Whether this replica's clock is the database server's: several replicas share that one. One that
 * goes wrong signs no time for gates and isn't ready, so that the others are asked instead.
 */
import type { Clock } from '../clock.ts'
import { Problem } from '../errors.ts'
import { errorFields, type Log } from '../ops/log.ts'
import { createTicker } from '../ops/ticker.ts'
import { engineOf } from '../store/engine/engines.ts'
import { handleOf } from '../store/engine/handle.ts'
import { CLOCK_CHECK_MS, CLOCK_OFF_MS_MAX } from '../store/engine/limits.ts'
import { serverTime } from '../store/engine/server-time.ts'
import type { Database } from '../store/schema/schema.ts'

export interface ClockCheck {
  /** Looks for the first time, and goes on until `stop`. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Throws Problem `CLOCK_WRONG`. */
  demandRight(): void
}

const FAILED = 'the clock could not be compared'

/** On SQLite there is no other clock: nothing is ever wrong. */
export function createClockCheck(db: Database, clock: Clock, log: Log): ClockCheck {
  let isWrong = false

  async function look(): Promise<void> {
    const before = clock.now()
    const now = await serverTime(db)
    const after = clock.now()
    // Within the time that the question took nothing can be told.
    const offMs = Math.round(now < before ? now - before : Math.max(0, now - after))
    const was = isWrong
    isWrong = Math.abs(offMs) > CLOCK_OFF_MS_MAX
    if (isWrong === was) return
    const fields = { code: 'CLOCK_WRONG', behindMs: offMs }
    if (isWrong) log.error(fields, 'this clock is not the database server’s: set both by NTP')
    else log.info(fields, 'the clock is right again')
  }

  const { timers } = handleOf(db)
  const ticker = createTicker({
    ...{ timers, log, failed: FAILED, everyMs: CLOCK_CHECK_MS, work: look },
  })

  return {
    async start() {
      if (engineOf(db) !== 'postgres') return
      await look().catch(error => log.error(errorFields(error), FAILED))
      ticker.start()
    },
    stop: ticker.stop,
    demandRight() {
      if (isWrong) throw new Problem('CLOCK_WRONG')
    },
  }
}
