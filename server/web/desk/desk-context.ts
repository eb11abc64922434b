/** What the steps of the desk's page share: its screen, the person it has, its requests. */
import { type Signal, signal } from '@preact/signals'
import { createPatience, type Patience } from '../shared/patience.ts'
import type { Clock, RandomBytes, Timers, Vault } from '../shared/ports.ts'
import {
  type Answer,
  createServiceClient,
  type Given,
  type Route,
  type ServiceClient,
} from '../shared/service-client.ts'
import { createServiceClock, type ServiceClock } from '../shared/service-clock.ts'
import type { Act, Found, Permission, Person, Screen, Trouble } from './screens.ts'

export interface DeskPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomBytes
  /** Keeps language and paper size, nothing else. */
  readonly vault: Vault
  readonly fetch: typeof fetch
  /** Whether this computer has any network. */
  readonly isOnline: () => boolean
  /** Sends the browser to another page. */
  readonly go: (url: string) => void
  /** Opens the browser's own print dialog. */
  readonly print: () => void
}

export interface DeskContext {
  readonly screen: Signal<Screen>
  readonly found: Signal<Found>
  readonly act: Signal<Act | undefined>
  /** Whether the last request was answered. */
  readonly isReachable: Signal<boolean>
  readonly patience: Patience
  readonly serviceClock: ServiceClock
  readonly ports: DeskPorts
  /** As the service client; an answer that the session is over is told to who signs in. */
  call: ServiceClient['call']
  /** `call`, with what one waits for said. */
  work<R extends Route>(route: R, given: Given<R>): Promise<Answer<R>>
  may(permission: Permission): boolean
  /** Changes the person that is shown, if it is still the same one. */
  change(person: Person, change: Partial<Person>): void
}

/** `onSignedOut`: the session is over, or needs a second factor first. */
export function createDeskContext(
  ports: DeskPorts,
  onSignedOut: (code: 'SIGN_IN' | 'TOTP_REQUIRED') => void,
): DeskContext {
  const serviceClock = createServiceClock(ports.clock)
  const client = createServiceClient({ ...ports, serviceClock })
  const screen = signal<Screen>({ at: 'loading' })
  const found = signal<Found>({ is: 'nobody' })
  const isReachable = signal(ports.isOnline())
  const patience = createPatience(ports.timers)

  const call: ServiceClient['call'] = async (route, given) => {
    const answer = await client.call(route, given)
    isReachable.value = answer.ok || answer.why === 'refused'
    if (!answer.ok && answer.why === 'refused' && screen.value.at === 'desk') {
      const { code } = answer.problem
      if (code === 'SIGN_IN' || code === 'TOTP_REQUIRED') onSignedOut(code)
    }
    return answer
  }

  return {
    ...{ screen, found, isReachable, patience, serviceClock, ports, call },
    act: signal<Act | undefined>(undefined),
    work: (route, given) => patience.during(() => call(route, given)),
    may: permission =>
      screen.value.at === 'desk' && screen.value.me.permissions.includes(permission),
    change({ document }, change) {
      const now = found.value
      if (now.is !== 'person' || now.person.document !== document) return
      found.value = { is: 'person', person: { ...now.person, ...change } }
    },
  }
}

/** What is said of an answer that is none. */
export function troubleOf(
  { ports }: Pick<DeskContext, 'ports'>,
  route: Route,
  answer: Answer<Route> & { readonly ok: false },
): Trouble {
  if (answer.why === 'refused') {
    const { problem } = answer
    if (problem.code !== 'PASS_REFUSED') return { kind: 'refused', problem }
    return { kind: 'code', reason: problem.reason ?? problem.code }
  }
  if (!ports.isOnline()) return { kind: 'offline' }
  return READS.has(route) || route.startsWith('GET ') ? { kind: 'unreachable' } : { kind: 'unsure' }
}

/** Posts that change nothing but the audit. */
const READS: ReadonlySet<Route> = new Set<Route>([
  ...(['POST /v1/people/lookup', 'POST /v1/people/photo', 'POST /v1/people/number'] as const),
  ...(['POST /v1/checks', 'POST /v1/appeals/{id}/take'] as const),
  ...(['POST /v1/auth/sign-in/email', 'POST /v1/auth/sign-in/oidc'] as const),
  ...(['POST /v1/auth/two-factor/verify-totp', 'POST /v1/auth/sign-out'] as const),
])
