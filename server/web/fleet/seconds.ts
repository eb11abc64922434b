/** The service's time as a signal that changes each second while somebody looks. */
import { type ReadonlySignal, signal } from '@preact/signals'
import type { StaffContext } from '../shared/staff/staff-context.ts'

export interface Seconds {
  /** Unix milliseconds. */
  readonly now: ReadonlySignal<number>
  begin(): void
  /** The service has just told its time. */
  look(): void
  end(): void
}

const SECOND_MS = 1_000

export function createSeconds({ ports, serviceClock }: StaffContext): Seconds {
  const now = signal(serviceClock.now())
  let cancel = () => {}
  function look(): void {
    now.value = serviceClock.now()
  }
  function tick(): void {
    look()
    cancel = ports.timers.after(SECOND_MS, tick)
  }
  return {
    ...{ now, look },
    begin() {
      cancel()
      tick()
    },
    end: () => cancel(),
  }
}
