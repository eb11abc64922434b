/** How a gate was in the last 24 hours, for its charts. Asked for again while it is shown. */
import { type ReadonlySignal, signal } from '@preact/signals'
import type { Api } from '../shared/api.d.ts'
import { type StaffContext, staffTroubleOf } from '../shared/staff/staff-context.ts'
import type { Loaded } from '../shared/staff/staff-screen.ts'

const ROUTE = 'GET /v1/fleet/gates/{id}/health'
export type HealthPoint = Api[typeof ROUTE]['answer']['rows'][number]

export interface HealthSteps {
  /** Oldest first; `none` before its first report. */
  readonly history: ReadonlySignal<Loaded<readonly HealthPoint[]>>
  open(gate: string): Promise<void>
  close(): void
}

/** A point is made each five minutes. */
const EVERY_MS = 60_000

export function createHealthSteps(page: StaffContext): HealthSteps {
  const history = signal<Loaded<readonly HealthPoint[]>>({ is: 'loading' })
  let gate = ''
  let cancel = () => {}

  async function load(): Promise<void> {
    cancel()
    const of = gate
    const answer = await page.call(ROUTE, { params: { id: of } })
    if (gate !== of) return
    cancel = page.ports.timers.after(EVERY_MS, () => void load())
    if (answer.ok) {
      const { rows } = answer.body
      history.value = rows.length === 0 ? { is: 'none' } : { is: 'here', value: rows }
    } else if (history.value.is !== 'here') {
      history.value = { is: 'away', trouble: staffTroubleOf(page, ROUTE, answer) }
    }
  }

  return {
    history,
    open(name) {
      if (gate !== name) history.value = { is: 'loading' }
      gate = name
      return load()
    },
    close() {
      gate = ''
      cancel()
      history.value = { is: 'loading' }
    },
  }
}
