/** What the steps of a page of staff share: its screen, its requests, and whether the session goes on. */
import { type Signal, signal } from '@preact/signals'
import { createPatience, type Patience } from '../patience.ts'
import type { Clock, RandomBytes, Timers } from '../ports.ts'
import {
  type Answer,
  createServiceClient,
  type Given,
  type Route,
  type ServiceClient,
} from '../service-client.ts'
import { createServiceClock, type ServiceClock } from '../service-clock.ts'
import type { Permission, StaffScreen, StaffTrouble } from './staff-screen.ts'

export interface StaffPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomBytes
  readonly fetch: typeof fetch
  /** Whether this computer has any network. */
  readonly isOnline: () => boolean
  /** Sends the browser to another page. */
  readonly go: (url: string) => void
}

export interface StaffContext {
  readonly screen: Signal<StaffScreen>
  /** Whether the last request was answered. */
  readonly isReachable: Signal<boolean>
  readonly patience: Patience
  readonly serviceClock: ServiceClock
  readonly ports: StaffPorts
  /** As the service client; an answer that the session is over is told to who signs in. */
  call: ServiceClient['call']
  /** `call`, with what one waits for said. */
  work<R extends Route>(route: R, given: Given<R>): Promise<Answer<R>>
  may(permission: Permission): boolean
}

/** `onSignedOut`: the session is over, or needs a second factor first. */
export function createStaffContext(
  ports: StaffPorts,
  onSignedOut: (code: 'SIGN_IN' | 'TOTP_REQUIRED') => void,
): StaffContext {
  const serviceClock = createServiceClock(ports.clock)
  const client = createServiceClient({ ...ports, serviceClock })
  const screen = signal<StaffScreen>({ at: 'loading' })
  const isReachable = signal(ports.isOnline())
  const patience = createPatience(ports.timers)

  const call: ServiceClient['call'] = async (route, given) => {
    const answer = await client.call(route, given)
    isReachable.value = answer.ok || answer.why === 'refused'
    if (!answer.ok && answer.why === 'refused' && screen.value.at === 'in') {
      const { code } = answer.problem
      if (code === 'SIGN_IN' || code === 'TOTP_REQUIRED') onSignedOut(code)
    }
    return answer
  }

  return {
    ...{ screen, isReachable, patience, serviceClock, ports, call },
    work: (route, given) => patience.during(() => call(route, given)),
    may: permission => screen.value.at === 'in' && screen.value.me.permissions.includes(permission),
  }
}

/** What is said of an answer that is none. */
export function staffTroubleOf(
  { ports }: Pick<StaffContext, 'ports'>,
  route: Route,
  answer: Answer<Route> & { readonly ok: false },
): StaffTrouble {
  if (answer.why === 'refused') return { kind: 'refused', problem: answer.problem }
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
