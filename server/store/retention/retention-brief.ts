/** Kinds that nobody accepts any more after minutes or hours: deleted by the clock's word alone. */
import { type RawBuilder, sql } from 'kysely'
import {
  APPROVALS_KEPT_MS,
  CODES_KEPT_MS,
  OLD_BOARDING_MS,
  OLD_LIST_MS,
  RATES,
} from '../../limits.ts'
import { firstTimeId } from '../engine/time-id.ts'
import type { Sweep } from './sweep.ts'

const DAY_MS = 24 * 3600_000
const LONGEST_RATE_MS = Math.max(...Object.values(RATES).map(rate => rate.windowMs))

/** Rows of one table by a condition over their own columns. */
export function rowsOf(
  kind: string,
  table: string,
  key: string,
  past: (now: number) => RawBuilder<unknown>,
): Sweep {
  return {
    kind,
    brief: true,
    tables: [table],
    inBatches: true,
    due: ({ now }) => sql`exists (select 1 from ${sql.table(table)} where ${past(now)})`,
    async remove(tx, { now }, limit) {
      const [from, id] = [sql.table(table), sql.ref(key)]
      const found = sql`select ${id} from ${from} where ${past(now)} limit ${limit}`
      const { numAffectedRows } =
        await sql`delete from ${from} where ${id} in (${found}) and ${past(now)}`.execute(tx)
      return { [kind]: Number(numAffectedRows ?? 0) }
    },
  }
}

const expired = (now: number) => sql`expires_at < ${now}`
const codeGone = (now: number) => sql`expires_at < ${now - CODES_KEPT_MS}`
/** The account library's times: text in SQLite, with a zone in PostgreSQL. */
const sessionOver = (now: number) => sql`"expiresAt" < ${new Date(now).toISOString()}`

/** Superseded for a while, or of a list that no pass can name any more. */
const listFileOld = (now: number) => sql`made_at < ${now - OLD_LIST_MS} and exists (
  select 1 from status_lists where status_lists.number = published_lists.list and
  (published_lists.version <= status_lists.revision or drop_at < ${now - OLD_LIST_MS}))`
/** Superseded for a while, or of a station whose gates ask no more. */
const boardingOld = (now: number) =>
  sql`(superseded_at < ${now - OLD_BOARDING_MS} or looked_at < ${now - DAY_MS})`

export const BRIEF_SWEEPS: readonly Sweep[] = [
  rowsOf('proofs', 'proofs', 'jti', expired),
  rowsOf('rates', 'rates', 'key', now => sql`window_start < ${now - LONGEST_RATE_MS}`),
  rowsOf('challenges', 'challenges', 'id', expired),
  rowsOf('applications', 'applications', 'id', expired),
  rowsOf('approvals', 'approvals', 'id', now => sql`id < ${firstTimeId(now - APPROVALS_KEPT_MS)}`),
  rowsOf('servedCodes', 'served_codes', 'code', expired),
  rowsOf('claims', 'claims', 'code_hash', codeGone),
  rowsOf('enrolments', 'enrolments', 'code_hash', codeGone),
  rowsOf('listFiles', 'published_lists', 'sha256', listFileOld),
  rowsOf('boardingLists', 'boarding_lists', 'sha256', boardingOld),
  rowsOf('staffCodes', 'staff_used_codes', 'code_hash', expired),
  rowsOf('staffSessions', 'staff_sessions', 'id', sessionOver),
  rowsOf('staffSignIns', 'staff_verifications', 'id', sessionOver),
  rowsOf('staffRates', 'staff_rate_limits', 'id', now => sql`"lastRequest" < ${now - DAY_MS}`),
]
