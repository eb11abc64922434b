/** What the steps of the passenger's page share: its screen, its requests, what it keeps. */
import { type Signal, signal } from '@preact/signals'
import { createPatience, type Patience } from '../shared/patience.ts'
import {
  type Clock,
  type RandomBytes,
  type Timers,
  type Vault,
  VaultError,
} from '../shared/ports.ts'
import { createServiceClient, type ServiceClient } from '../shared/service-client.ts'
import { createServiceClock, type ServiceClock } from '../shared/service-clock.ts'
import type { Camera } from './camera.ts'
import type { Keeper } from './kept.ts'
import type { Draft, Screen, Trouble } from './screens.ts'

export interface PassengerPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomBytes
  readonly vault: Vault
  readonly camera: Camera
  readonly fetch: typeof fetch
  /** Whether the phone has any network. */
  readonly isOnline: () => boolean
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

/** Runs what a person began. Where the phone keeps nothing, that is what is shown. */
export async function begun(page: PageContext, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    page.screen.value = { at: 'trouble', trouble: troubleOf(error) }
  }
}

/** Throws on what is no trouble of the store's. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof VaultError)) throw error
  return error.code === 'FULL' ? 'STORAGE_FULL' : 'STORAGE_BLOCKED'
}

/** As `begun`, and one waits from the first step to the last: none of them can be begun again meanwhile. */
export const waitedFor = (page: PageContext, work: () => Promise<void>): Promise<void> =>
  begun(page, () => page.patience.during(work))

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
  const isReachable = signal(ports.isOnline())
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
