/** The `retention verify` command: whether the reports are all there, signed, and in their chain. */

import type { TrustDocument } from '../../pass/documents/trust.ts'
import { databasePlace, type LoadedConfig } from '../config.ts'
import { isSigned, readReport } from '../publish/retention-report.ts'
import { trustDocuments } from '../publish/trust-source.ts'
import { openDatabase } from '../store/engine/engines.ts'
import {
  newestInAudit,
  REPORTS_START,
  type ReportHead,
  reportHash,
  reportHead,
} from '../store/retention/retention-chain.ts'
import { closedReports, openReport } from '../store/retention/retention-reports.ts'
import type { Database } from '../store/schema/schema.ts'

export type RetentionVerdict =
  | { readonly ok: true; readonly reports: number }
  | { readonly ok: false; readonly number: number; readonly fault: ReportFault }

/**
 * Of the report with the number: `GAP`, it is missing; `REPORT`, its bytes are no report of this
 * number; `UNSIGNED`; `CHAIN`, the next one names another; `AUDIT`, the audit names another as the
 * newest, or none where this one is.
 */
export type ReportFault = 'GAP' | 'REPORT' | 'UNSIGNED' | 'CHAIN' | 'AUDIT'

const PAGE = 100

/** Beside a service that signs one meanwhile it looks again. */
export async function judgeReports(db: Database): Promise<RetentionVerdict> {
  for (;;) {
    const head = await reportHead(db)
    const verdict = await judgeOnce(db, head)
    if (verdict.ok) return verdict
    const { begun, hash } = await reportHead(db)
    if (begun === head.begun && hash === head.hash) return verdict
  }
}

/** Walks the reports from the newest that was ever begun to the first. */
async function judgeOnce(db: Database, head: ReportHead): Promise<RetentionVerdict> {
  const audit = await newestInAudit(db)
  const open = await openReport(db)
  const [newest] = await closedReports(db, { before: Number.MAX_SAFE_INTEGER, limit: 1 })
  const last = Math.max(head.begun, newest?.number ?? 0, audit?.number ?? 0)
  const reports = last === open?.number ? last - 1 : last
  const judge = createJudge(await trustDocuments(db), head, audit)
  let expected = reports
  for (;;) {
    const page = await closedReports(db, { before: expected + 1, limit: PAGE })
    for (const { number, bytes } of page) {
      const fault = number === expected ? judge(number, bytes) : 'GAP'
      if (fault !== undefined) return { ok: false, number: expected, fault }
      expected -= 1
    }
    if (page.length > 0) continue
    return expected > 0 ? { ok: false, number: expected, fault: 'GAP' } : { ok: true, reports }
  }
}

/** Judges one report after the other, newest first: the fault, if there is one. */
function createJudge(
  trusts: readonly TrustDocument[],
  head: ReportHead,
  audit: Awaited<ReturnType<typeof newestInAudit>>,
) {
  let isNewest = true
  // What the one after it names: until the first of before the chain, each names one.
  let named: string | undefined = head.hash
  return (number: number, bytes: Uint8Array): ReportFault | undefined => {
    const report = readReport(bytes)?.report
    if (report?.number !== number) return 'REPORT'
    if (!isSigned(bytes, trusts)) return 'UNSIGNED'
    const hash = reportHash(bytes)
    const { previous } = report
    if (named === undefined ? previous !== undefined : named !== hash) return 'CHAIN'
    if (number === 1 && previous !== undefined && previous !== REPORTS_START) return 'CHAIN'
    const isOther = audit?.number !== number || (audit.hash ?? previous ?? hash) !== hash
    if (isNewest && audit !== undefined && isOther) return 'AUDIT'
    isNewest = false
    named = previous
    return undefined
  }
}

/** Prints one JSON line. Sets exit code 1 when a report is missing or not signed. */
export async function retentionVerify({ config }: LoadedConfig): Promise<void> {
  const db = await openDatabase(databasePlace(config))
  try {
    const verdict = await judgeReports(db)
    process.stdout.write(`${JSON.stringify(verdict)}\n`)
    if (!verdict.ok) process.exitCode = 1
  } finally {
    await db.destroy()
  }
}
