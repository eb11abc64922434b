/** What the steps of the desk's page share: its screen, the person it has, its requests. */
import { type Signal, signal } from '@preact/signals'
import type { Vault } from '../shared/ports.ts'
import type { Answer, Route } from '../shared/service-client.ts'
import {
  createStaffContext,
  type StaffContext,
  type StaffPorts,
  staffTroubleOf,
} from '../shared/staff/staff-context.ts'
import type { Act, Found, Person, Trouble } from './screens.ts'

export interface DeskPorts extends StaffPorts {
  /** Keeps language and paper size, nothing else. */
  readonly vault: Vault
  /** Opens the browser's own print dialog. */
  readonly print: () => void
}

export interface DeskContext extends StaffContext {
  readonly found: Signal<Found>
  readonly act: Signal<Act | undefined>
  readonly ports: DeskPorts
  /** Changes the person that is shown, if it is still the same one. */
  change(person: Person, change: Partial<Person>): void
}

/** `onSignedOut`: the session is over, or needs a second factor first. */
export function createDeskContext(
  ports: DeskPorts,
  onSignedOut: (code: 'SIGN_IN' | 'TOTP_REQUIRED') => void,
): DeskContext {
  const found = signal<Found>({ is: 'nobody' })
  return {
    ...createStaffContext(ports, onSignedOut),
    ports,
    found,
    act: signal<Act | undefined>(undefined),
    change({ document }, change) {
      const now = found.value
      if (now.is !== 'person' || now.person.document !== document) return
      found.value = { is: 'person', person: { ...now.person, ...change } }
    },
  }
}

/** What is said of an answer that is none; of a presented code its reason. */
export function troubleOf(
  page: Pick<DeskContext, 'ports'>,
  route: Route,
  answer: Answer<Route> & { readonly ok: false },
): Trouble {
  if (answer.why === 'refused' && answer.problem.code === 'PASS_REFUSED') {
    return { kind: 'code', reason: answer.problem.reason ?? answer.problem.code }
  }
  return staffTroubleOf(page, route, answer)
}
