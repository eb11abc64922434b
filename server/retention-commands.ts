/** The `retention verify` command: whether the reports are all there and signed. */
import { databasePlace, type LoadedConfig } from './config.ts'
import { isSigned, readReport } from './publish/retention-report.ts'
import { trustDocuments } from './publish/trust-source.ts'
import { openDatabase } from './store/engines.ts'
import { closedReports } from './store/retention-reports.ts'
import type { Database } from './store/schema.ts'

export type RetentionVerdict =
  | { readonly ok: true; readonly reports: number }
  /** `GAP`: this number is missing; `REPORT`: its bytes are no report of this number; `UNSIGNED`. */
  | { readonly ok: false; readonly number: number; readonly fault: 'GAP' | 'REPORT' | 'UNSIGNED' }

const PAGE = 100

/** Walks the reports from the newest to the first. */
export async function judgeReports(db: Database): Promise<RetentionVerdict> {
  const trusts = await trustDocuments(db)
  const [newest] = await closedReports(db, { before: Number.MAX_SAFE_INTEGER, limit: 1 })
  let expected = newest?.number ?? 0
  for (;;) {
    const page = await closedReports(db, { before: expected + 1, limit: PAGE })
    for (const { number, bytes } of page) {
      if (number !== expected) return { ok: false, number: expected, fault: 'GAP' }
      if (readReport(bytes)?.report.number !== number) return { ok: false, number, fault: 'REPORT' }
      if (!isSigned(bytes, trusts)) return { ok: false, number, fault: 'UNSIGNED' }
      expected -= 1
    }
    if (page.length > 0) continue
    if (expected > 0) return { ok: false, number: expected, fault: 'GAP' }
    return { ok: true, reports: newest?.number ?? 0 }
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
