/** The audit as a file, for spreadsheets and for programs. */
import { AUDIT_EXPORT_ROWS_MAX, PAGE_ROWS_MAX } from '../../limits.ts'
import { type AuditFilter, type AuditRow, readAudit } from '../../store/audit/audit.ts'
import type { Database } from '../../store/schema/schema.ts'
import { isoTime } from './route.ts'

interface Format {
  readonly type: string
  readonly head: string
  readonly line: (row: AuditRow) => string
  readonly cut: string
}

const COLUMNS = ['time', 'id', 'actor', 'name', 'action', 'subject', 'detail'] as const

/** CSV after RFC 4180; NDJSON: one JSON text a line. */
export const FORMATS: Readonly<Record<'csv' | 'ndjson', Format>> = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: `${COLUMNS.join(',')}\r\n`,
    line: row => `${cellsOf(row).map(cell).join(',')}\r\n`,
    cut: '#cut\r\n',
  },
  ndjson: {
    type: 'application/x-ndjson',
    head: '',
    line: row => `${JSON.stringify(row)}\n`,
    cut: '{"cut":true}\n',
  },
}

const cellsOf = ({ id, at, actor, name, action, subject, detail }: AuditRow): string[] => [
  ...[isoTime(at), id, actor, name ?? '', action, subject, JSON.stringify(detail)],
]

/** Quoted; what a spreadsheet would take for a formula has an apostrophe before it. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${plain.replaceAll('"', '""')}"`
}

/** The newest first, at most `rowsMax`: a page is read when the one before was taken. */
export function auditFile(
  db: Database,
  filter: AuditFilter,
  { head, line, cut }: Format,
  rowsMax = AUDIT_EXPORT_ROWS_MAX,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let before: string | undefined
  let left = rowsMax
  return new ReadableStream<Uint8Array>(
    {
      start: controller => controller.enqueue(encoder.encode(head)),
      async pull(controller) {
        const limit = Math.min(PAGE_ROWS_MAX, left + 1)
        const { rows, next } = await readAudit(db, { before, limit }, filter)
        const taken = rows.slice(0, left)
        const isCut = rows.length > taken.length
        left -= taken.length
        before = next ?? undefined
        controller.enqueue(encoder.encode(`${taken.map(line).join('')}${isCut ? cut : ''}`))
        if (next === null || isCut) controller.close()
      },
    },
    { highWaterMark: 1 },
  )
}
