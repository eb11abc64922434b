/**
 * Whether this replica's clock is the database server's: several replicas share that one. One that
 * goes wrong signs no time for gates and isn't ready, so that the others are asked instead.
 */
import { sql } from 'kysely'
import type { Clock } from './clock.ts'
import { Problem } from './errors.ts'
import { errorFields, type Log } from './log.ts'
import { engineOf } from './store/engines.ts'
import { CLOCK_CHECK_MS, CLOCK_OFF_MS_MAX } from './store/limits.ts'
import type { Database } from './store/schema.ts'

export interface ClockCheck {
  /** Looks for the first time, and goes on until `stop`. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Throws Problem `CLOCK_WRONG`. */
  demandRight(): void
}

/** On SQLite there is no other clock: nothing is ever wrong. */
export function createClockCheck(db: Database, clock: Clock, log: Log): ClockCheck {
  let isWrong = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    try {
      const before = clock.now()
      const { rows } = await sql<{ now: number }>`
        select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db)
      const after = clock.now()
      const now = Number(rows[0]?.now)
      // Within the time that the question took nothing can be told.
      const offMs = Math.round(now < before ? now - before : Math.max(0, now - after))
      const was = isWrong
      isWrong = Math.abs(offMs) > CLOCK_OFF_MS_MAX
      if (isWrong === was) return
      const fields = { code: 'CLOCK_WRONG', behindMs: offMs }
      if (isWrong) log.error(fields, 'this clock is not the database server’s: set both by NTP')
      else log.info(fields, 'the clock is right again')
    } catch (error) {
      log.warn(errorFields(error), 'the clock could not be compared')
    }
  }

  function wait(): void {
    timer = setTimeout(() => {
      running = look().then(() => {
        if (!stopped) wait()
      })
    }, CLOCK_CHECK_MS).unref()
  }

  return {
    async start() {
      if (engineOf(db) !== 'postgres') return
      await look()
      wait()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
    demandRight() {
      if (isWrong) throw new Problem('CLOCK_WRONG')
    },
  }
}
