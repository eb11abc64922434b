/**
 * A gate's journal as the service has it: pages of one epoch, newest first, each row held against the
 * chain of hashes here in the browser. While its newest page is shown, new rows are asked for.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { CHAIN_START, chainInput } from '../../../gate/contract/chain.ts'
import type { Api } from '../shared/api.d.ts'
import { type StaffContext, staffTroubleOf } from '../shared/staff/staff-context.ts'
import type { Loaded } from '../shared/staff/staff-screen.ts'

export type JournalRow = Api['GET /v1/fleet/gates/{id}/events']['answer']['rows'][number]
export type Missing = Api['GET /v1/fleet/gates']['answer']['rows'][number]['missing'][number]

/** How rows follow one another. */
export type Chain =
  | { readonly is: 'checking' }
  | { readonly is: 'holds' }
  /** This row's hash is not that of what it says and of the row before. */
  | { readonly is: 'broken'; readonly seq: number }

export interface JournalPage {
  readonly epoch: string
  readonly epochs: readonly string[]
  /** Newest first. */
  readonly rows: readonly JournalRow[]
  /** Numbers of the first and the last row that the service has of this epoch. */
  readonly last: number
  readonly isNewest: boolean
  readonly isOldest: boolean
  readonly missing: readonly Missing[]
  readonly chain: Chain
}

export interface Journal {
  readonly page: ReadonlySignal<Loaded<JournalPage>>
  /** The newest rows of the gate, and from now on. */
  open(gate: string): Promise<void>
  epoch(epoch: string): Promise<void>
  older(): Promise<void>
  newer(): Promise<void>
  newest(): Promise<void>
  close(): void
}

export const JOURNAL_ROWS = 50
const EVERY_MS = 3_000

interface Wanted {
  readonly gate: string
  readonly epoch?: string
  /** The number behind the last row wanted; undefined for the newest. */
  readonly before?: number
}

export function createJournal(page: StaffContext): Journal {
  const shown = signal<Loaded<JournalPage>>({ is: 'loading' })
  let wanted: Wanted | undefined
  let cancel = () => {}

  async function load(): Promise<void> {
    cancel()
    const of = wanted
    if (of === undefined) return
    const found = await readJournal(page, of)
    if (wanted !== of) return
    shown.value = kept(shown.value, found)
    if (of.before === undefined) cancel = page.ports.timers.after(EVERY_MS, () => void load())
    if (found.is !== 'here') return
    const chain = await chainOf(found.value)
    const { value: now } = shown
    if (wanted === of && now.is === 'here')
      shown.value = { is: 'here', value: { ...now.value, chain } }
  }

  function go(next: Wanted): Promise<void> {
    wanted = next
    return load()
  }
  const here = () => (shown.value.is === 'here' ? shown.value.value : undefined)

  function move(before: (now: JournalPage) => number | undefined): Promise<void> {
    const now = here()
    if (now === undefined || wanted === undefined) return Promise.resolve()
    const place = before(now)
    const { gate } = wanted
    return go({ gate, epoch: now.epoch, ...(place !== undefined && { before: place }) })
  }

  return {
    page: shown,
    open(gate) {
      if (wanted?.gate !== gate) shown.value = { is: 'loading' }
      return go({ gate })
    },
    epoch(epoch) {
      return wanted === undefined ? Promise.resolve() : go({ gate: wanted.gate, epoch })
    },
    older: () => move(({ rows }) => rows.at(-1)?.seq),
    newer: () =>
      move(({ rows, last }) => {
        const before = (rows[0]?.seq ?? 0) + 1 + JOURNAL_ROWS
        return before > last ? undefined : before
      }),
    newest: () => move(() => undefined),
    close() {
      wanted = undefined
      cancel()
      shown.value = { is: 'loading' }
    },
  }
}

export async function readJournal(page: StaffContext, of: Wanted): Promise<Loaded<JournalPage>> {
  const listed = await page.call('GET /v1/fleet/gates', { query: {} })
  if (!listed.ok) {
    return { is: 'away', trouble: staffTroubleOf(page, 'GET /v1/fleet/gates', listed) }
  }
  const gate = listed.body.rows.find(row => row.gate === of.gate)
  const epochs = gate?.epochs ?? []
  const known =
    of.epoch === undefined ? epochs.at(-1) : epochs.find(({ epoch }) => epoch === of.epoch)
  if (gate === undefined || known === undefined) return { is: 'none' }
  const { epoch, next } = known
  const before = Math.min(of.before ?? next, next)
  const after = Math.max(0, before - JOURNAL_ROWS - 1)
  const route = 'GET /v1/fleet/gates/{id}/events'
  const query = { epoch, after: String(after), limit: String(JOURNAL_ROWS) }
  const answer = await page.call(route, { params: { id: of.gate }, query })
  if (!answer.ok) return { is: 'away', trouble: staffTroubleOf(page, route, answer) }
  const rows = answer.body.rows.filter(({ seq }) => seq < before).reverse()
  const value: JournalPage = {
    ...{ epoch, rows, epochs: epochs.map(one => one.epoch), last: next - 1 },
    ...{ isNewest: before === next, isOldest: after === 0 },
    missing: gate.missing.filter(one => one.epoch === epoch),
    chain: { is: 'checking' },
  }
  return { is: 'here', value }
}

/** What was seen stays while the service is away, and a chain that was checked while rows stay. */
function kept(before: Loaded<JournalPage>, now: Loaded<JournalPage>): Loaded<JournalPage> {
  if (now.is === 'away' && now.trouble.kind !== 'refused' && before.is === 'here') return before
  if (now.is !== 'here' || before.is !== 'here') return now
  const isSame = before.value.rows[0]?.hash === now.value.rows[0]?.hash
  return isSame ? { is: 'here', value: { ...now.value, chain: before.value.chain } } : now
}

/**
 * Each row is held against the one before it: the first of a page against none, unless it is the first of
 * all. Rows may be left out where that was declared.
 */
export async function chainOf({
  rows,
  missing,
}: Pick<JournalPage, 'rows' | 'missing'>): Promise<Chain> {
  let before: JournalRow | undefined
  for (const row of [...rows].reverse()) {
    if (row.body !== null && (await sha256(row.body)) !== row.bodyHash) return broken(row)
    const isNext = before === undefined || before.seq === row.seq - 1
    const isDeclared = missing.some(({ to }) => to === row.seq - 1)
    if (!isNext && !isDeclared) return broken(row)
    const previous = row.seq === 1 ? CHAIN_START : isNext ? before?.hash : undefined
    if (previous !== undefined && (await sha256(chainInput(previous, row))) !== row.hash) {
      return broken(row)
    }
    before = row
  }
  return { is: 'holds' }
}

const broken = ({ seq }: JournalRow): Chain => ({ is: 'broken', seq })

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
