/** What the steps of the passenger's page share: its screen, its requests, what it keeps. */
import { type Signal, signal } from '@preact/signals'
import { createPatience, type Patience } from '../shared/patience.ts'
import type { Clock, RandomBytes, Timers, Vault } from '../shared/ports.ts'
import { createServiceClient, type ServiceClient } from '../shared/service-client.ts'
import { createServiceClock, type ServiceClock } from '../shared/service-clock.ts'
import type { Camera } from './camera.ts'
import type { Keeper } from './kept.ts'
import type { Draft, Screen } from './screens.ts'

export interface PassengerPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomBytes
  readonly vault: Vault
  readonly camera: Camera
  readonly fetch: typeof fetch
}

export interface PageContext {
  readonly screen: Signal<Screen>
  readonly draft: Signal<Draft>
  /** Whether the last request was answered. */
  readonly isReachable: Signal<boolean>
  /** Service less phone, milliseconds. */
  readonly clockOffset: Signal<number>
  readonly patience: Patience
  readonly serviceClock: ServiceClock
  readonly client: ServiceClient
  readonly keeper: Keeper
  readonly ports: PassengerPorts
}

export const EMPTY_DRAFT: Draft = {
  name: '',
  documentType: 'resident-id',
  documentNumber: '',
  city: '',
}

/** `offsetMs`: of the phone's clock, as it was learnt before. */
export function createContext(
  ports: PassengerPorts,
  keeper: Keeper,
  offsetMs: number,
): PageContext {
  const serviceClock = createServiceClock(ports.clock, offsetMs)
  const client = createServiceClient({ ...ports, serviceClock })
  const isReachable = signal(true)
  const clockOffset = signal(offsetMs)
  return {
    screen: signal<Screen>({ at: 'loading' }),
    draft: signal(EMPTY_DRAFT),
    isReachable,
    clockOffset,
    patience: createPatience(ports.timers),
    serviceClock,
    client: {
      async call(route, given, keys) {
        const answer = await client.call(route, given, keys)
        isReachable.value = answer.ok || answer.why === 'refused'
        if (clockOffset.value !== serviceClock.offsetMs()) {
          clockOffset.value = serviceClock.offsetMs()
          // Where it can't be kept it is learnt again.
          void keeper.set('clockOffset', clockOffset.value).catch(() => {})
        }
        return answer
      },
    },
    keeper,
    ports,
  }
}
