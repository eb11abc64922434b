/**
 * Deletes what is past its time, each minute, by the replica that holds the lease: a round in which
 * nothing is due writes nothing. Once a day a signed report says what went. A wrong clock must not empty the database: what is kept for days goes
 * only while an issuer key is released for this very day, since its window was signed by the roots.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { type Cutoffs, cutoffsAt, type Kept } from '../domain/retention.ts'
import { Problem } from '../errors.ts'
import {
  RETENTION_BATCH_ROWS,
  RETENTION_BATCHES_MAX,
  RETENTION_REPORT_MS,
  RETENTION_TICK_MS,
} from '../limits.ts'
import { errorFields, type Log } from '../ops/log.ts'
import { createTicker } from '../ops/ticker.ts'
import type { Publisher } from '../publish/publisher.ts'
import { signReport } from '../publish/retention-report.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { engineOf } from '../store/engine/engines.ts'
import { ERASES, type Erased, eraseDeleted } from '../store/engine/erase.ts'
import { handleOf } from '../store/engine/handle.ts'
import { dropLease, holdLease } from '../store/engine/leases.ts'
import { transact } from '../store/engine/transact.ts'
import { SWEEPS } from '../store/retention/retention.ts'
import { reportEntry, reportHead } from '../store/retention/retention-chain.ts'
import {
  addToReport,
  closeReport,
  lockReports,
  openReport,
} from '../store/retention/retention-reports.ts'
import { type Counts, dueSweeps, type Sweep } from '../store/retention/sweep.ts'
import type { Database } from '../store/schema/schema.ts'

export interface RetentionOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly publisher: Pick<Publisher, 'key'>
  readonly kept: Kept
  /** Rows of one batch; RETENTION_BATCH_ROWS by default. */
  readonly batchRows?: number
}

export interface Retention {
  start(): void
  /** One round, whoever has the lease. Gives what went. */
  run(): Promise<Counts>
  stop(): Promise<void>
}

export function createRetention(options: RetentionOptions): Retention {
  const { db, clock, log, publisher, kept, batchRows = RETENTION_BATCH_ROWS } = options
  const { timers, random } = handleOf(db)
  const owner = random.uuid()
  let stopped = false
  let doubted = false
  /** Where rows were deleted whose bytes may still be there; a start knows nothing of the last rounds. */
  const owed = new Set(SWEEPS.flatMap(sweep => sweep.tables))

  /** Whether the day that the clock shows is one that the roots have signed keys for, and released. */
  function isClockSure(): boolean {
    const sure = keyOf({ role: 'issuer', passClass: 'phone' }) !== undefined
    if (!sure && !doubted) log.warn('no issuer key for this day: what is kept for days stays')
    doubted = !sure
    return sure
  }

  function keyOf(wanted: Parameters<Publisher['key']>[0]) {
    try {
      return publisher.key(wanted)
    } catch (error) {
      if (error instanceof Problem) return undefined
      throw error
    }
  }

  /** One batch. True when there may be more. */
  async function batch(sweep: Sweep, at: Cutoffs, total: Record<string, number>): Promise<boolean> {
    const owe = () => sweep.tables.forEach(table => void owed.add(table))
    const counts = await transact(db, async tx => {
      await lockReports(tx)
      const gone = await sweep.remove(tx, at, batchRows)
      if (Object.values(gone).some(n => n > 0)) await addToReport(tx, gone, at.now)
      return gone
    }).catch(error => {
      // It may have ended well, and the answer been lost.
      owe()
      throw error
    })
    if (Object.values(counts).some(n => n > 0)) owe()
    for (const [kind, n] of Object.entries(counts)) {
      if (n > 0) total[kind] = (total[kind] ?? 0) + n
    }
    return (counts[sweep.kind] ?? 0) >= (sweep.inBatches ? batchRows : 1)
  }

  async function run(): Promise<Counts> {
    const at = cutoffsAt(clock.now(), kept)
    const sure = isClockSure()
    const sweeps = SWEEPS.filter(sweep => sweep.brief || sure)
    const total: Record<string, number> = {}
    let left = RETENTION_BATCHES_MAX
    for (const sweep of await dueSweeps(db, sweeps, at)) {
      while (left > 0 && !stopped && (await batch(sweep, at, total))) {
        left -= 1
        await breathe()
      }
    }
    await close(await erase())
    return total
  }

  /** What can't be done now is owed to the next round. */
  async function erase(): Promise<Erased> {
    try {
      const erased = await eraseDeleted(db, owed)
      if (erased.done) owed.clear()
      else log.warn('a reader holds what was deleted: it is overwritten in a later round')
      return erased
    } catch (error) {
      log.error(errorFields(error), 'what was deleted is not overwritten yet')
      return { how: ERASES[engineOf(db)], done: false }
    }
  }

  /** Signs the open report when its day is over, also when a clock was put right in between. */
  async function close(erased: Erased): Promise<void> {
    const key = keyOf({ role: 'config' })
    const now = clock.now()
    const open = await openReport(db)
    if (key === undefined || !isDue(open?.begunAt, now)) return
    const closed = await transact(db, async tx => {
      await lockReports(tx)
      const last = await openReport(tx)
      if (last === undefined || !isDue(last.begunAt, now)) return undefined
      const { number, begunAt: from, counts } = last
      const { series, hash: previous } = await reportHead(tx)
      const chained = { number, series, previous }
      const report = { ...chained, from, until: now, by: owner, kept, counts, erased }
      const hash = await closeReport(tx, number, await signReport(report, key), now)
      await writeAudit(tx, reportEntry(number, hash, counts), now)
      return number
    })
    if (closed !== undefined) log.info({ report: closed }, 'a report of what was deleted is signed')
  }

  const ticker = createTicker({
    timers,
    log,
    failed: 'deleting what is past its time failed',
    everyMs: RETENTION_TICK_MS,
    lease: {
      hold: () => holdLease(db, 'retention', owner, clock.now()),
      drop: () => dropLease(db, 'retention', owner),
    },
    work: run,
  })

  return {
    start: () => ticker.start(),
    run,
    async stop() {
      stopped = true
      await ticker.stop()
    },
  }
}

const isDue = (begunAt: number | undefined, now: number): boolean =>
  begunAt !== undefined && Math.abs(now - begunAt) >= RETENTION_REPORT_MS
