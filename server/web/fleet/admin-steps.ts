/** Gates that come and go: a code for a new one, and the end of one. */
import { type ReadonlySignal, signal } from '@preact/signals'
import { type StaffContext, staffTroubleOf } from '../shared/staff/staff-context.ts'
import type { StaffTrouble } from '../shared/staff/staff-screen.ts'

export type Enrolment =
  | { readonly is: 'form'; readonly trouble?: StaffTrouble }
  | {
      readonly is: 'code'
      readonly gate: string
      readonly station: string
      readonly code: string
      readonly expiresAt: number
    }

export type Retirement =
  | { readonly is: 'no' }
  | { readonly is: 'asked'; readonly trouble?: StaffTrouble }
  | { readonly is: 'done'; readonly gate: string }

export interface AdminSteps {
  readonly enrolment: ReadonlySignal<Enrolment>
  readonly retirement: ReadonlySignal<Retirement>
  enrol(gate: string, station: string): Promise<void>
  /** Whether it is meant is asked, and called off. */
  askRetire(isAsked: boolean): void
  retire(gate: string, reason: string): Promise<void>
  /** Nothing of it stays on the screen. */
  leave(): void
}

export function createAdminSteps(page: StaffContext): AdminSteps {
  const enrolment = signal<Enrolment>({ is: 'form' })
  const retirement = signal<Retirement>({ is: 'no' })
  return {
    ...{ enrolment, retirement },
    async enrol(gate, station) {
      const route = 'POST /v1/fleet/enrolments'
      const names = { gate: gate.trim(), station: station.trim() }
      const answer = await page.work(route, { body: names })
      enrolment.value = answer.ok
        ? {
            ...{ is: 'code', ...names, code: answer.body.code },
            expiresAt: Date.parse(answer.body.expiresAt),
          }
        : { is: 'form', trouble: staffTroubleOf(page, route, answer) }
    },
    askRetire(isAsked) {
      retirement.value = { is: isAsked ? 'asked' : 'no' }
    },
    async retire(gate, reason) {
      const route = 'POST /v1/fleet/gates/{id}/retire'
      const given = { params: { id: gate }, body: { reason: reason.trim() } }
      const answer = await page.work(route, given)
      retirement.value = answer.ok
        ? { is: 'done', gate }
        : { is: 'asked', trouble: staffTroubleOf(page, route, answer) }
    },
    leave() {
      enrolment.value = { is: 'form' }
      retirement.value = { is: 'no' }
    },
  }
}
