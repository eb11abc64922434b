/** The audit: rows by who, what, of what and when, newest first; and the same rows as a file. */
import { type ReadonlySignal, signal } from '@preact/signals'
import type { Api } from '../shared/api.d.ts'
import { type StaffContext, staffTroubleOf } from '../shared/staff/staff-context.ts'
import type { Loaded } from '../shared/staff/staff-screen.ts'

const ROUTE = 'GET /v1/audit'
const EXPORT_PATH = '/v1/audit/export'
export type AuditRow = Api[typeof ROUTE]['answer']['rows'][number]

/** Each exact, '' for any; who may be an e-mail address. */
export interface AuditFilter {
  readonly actor: string
  readonly action: string
  readonly subject: string
  /** Days as a date field has them, in Shanghai; both are within. */
  readonly fromDay: string
  readonly toDay: string
}

export interface AuditPage {
  readonly rows: readonly AuditRow[]
  /** Of older rows; null where there are none. */
  readonly next: string | null
}

export interface AuditSteps {
  readonly filter: ReadonlySignal<AuditFilter>
  readonly found: ReadonlySignal<Loaded<AuditPage>>
  open(): Promise<void>
  search(filter: AuditFilter): Promise<void>
  /** Adds older rows to those that are shown. */
  older(): Promise<void>
  /** The address of a file with all that fits the filter. */
  exportUrl(format: 'csv' | 'ndjson'): string
  close(): void
}

const ANY: AuditFilter = { actor: '', action: '', subject: '', fromDay: '', toDay: '' }
const ROWS = 100
const DAY_MS = 24 * 3600_000

export function createAuditSteps(page: StaffContext): AuditSteps {
  const filter = signal(ANY)
  const found = signal<Loaded<AuditPage>>({ is: 'loading' })

  async function ask(before: AuditPage | undefined): Promise<void> {
    const of = filter.value
    const query = {
      ...queryOf(of),
      limit: String(ROWS),
      ...(typeof before?.next === 'string' && { before: before.next }),
    }
    const answer = await page.work(ROUTE, { query })
    if (filter.value !== of) return
    if (!answer.ok) {
      found.value = { is: 'away', trouble: staffTroubleOf(page, ROUTE, answer) }
      return
    }
    const rows = [...(before?.rows ?? []), ...answer.body.rows]
    found.value =
      rows.length === 0 ? { is: 'none' } : { is: 'here', value: { ...answer.body, rows } }
  }

  return {
    ...{ filter, found },
    open: () => ask(undefined),
    search(one) {
      filter.value = { ...one }
      found.value = { is: 'loading' }
      return ask(undefined)
    },
    async older() {
      const { value } = found
      if (value.is === 'here' && value.value.next !== null) await ask(value.value)
    },
    exportUrl: format =>
      `${EXPORT_PATH}?${new URLSearchParams({ format, ...queryOf(filter.value) })}`,
    close() {
      filter.value = ANY
      found.value = { is: 'loading' }
    },
  }
}

function queryOf({ fromDay, toDay, ...exact }: AuditFilter): Record<string, string> {
  const filled = Object.entries(exact)
    .map(([name, text]) => [name, text.trim()] as const)
    .filter(([, text]) => text !== '')
  const [from, to] = [startOf(fromDay), startOf(toDay)]
  return {
    ...Object.fromEntries(filled),
    ...(from !== undefined && { from: String(from) }),
    ...(to !== undefined && { to: String(to + DAY_MS) }),
  }
}

/** Unix milliseconds at which a day begins in Shanghai; undefined for no day. */
function startOf(day: string): number | undefined {
  const at = Date.parse(`${day}T00:00:00+08:00`)
  return Number.isNaN(at) ? undefined : at
}
