/**
 * The service's time on a phone whose clock may be wrong: the difference is learnt of each answer that
 * tells the time, kept, and added to the phone's clock, also without a network.
 */
import type { Clock } from './ports.ts'

/** More than this is said to the person: a gate takes a code that is 5 s early as from the future. */
export const CLOCK_SAID_MS = 5_000

export interface ServiceClock {
  /** Unix milliseconds by the service. */
  now(): number
  /** Service less phone, milliseconds. */
  offsetMs(): number
  /** `sentAt`, `gotAt`: of the request, by the phone's monotonic clock. */
  learn(serviceMs: number, sentAt: number, gotAt: number): void
}

/** `offsetMs`: as it was learnt before, 0 where it never was. */
export function createServiceClock(clock: Clock, offsetMs = 0): ServiceClock {
  let offset = offsetMs
  return {
    now: () => clock.now() + offset,
    offsetMs: () => offset,
    learn(serviceMs, sentAt, gotAt) {
      const wayBack = (gotAt - sentAt) / 2
      const age = clock.monotonic() - gotAt
      offset = Math.round(serviceMs + wayBack + age - clock.now())
    },
  }
}
