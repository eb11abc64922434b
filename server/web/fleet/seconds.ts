/** The service's time as a signal that changes each second while somebody looks. */
import { type ReadonlySignal, signal } from '@preact/signals'
import type { StaffContext } from '../shared/staff/staff-context.ts'

export interface Seconds {
  /** Unix milliseconds. */
  readonly now: ReadonlySignal<number>
  begin(): void
  end(): void
}

const SECOND_MS = 1_000

export function createSeconds({ ports, serviceClock }: StaffContext): Seconds {
  const now = signal(serviceClock.now())
  let cancel = () => {}
  function tick(): void {
    now.value = serviceClock.now()
    cancel = ports.timers.after(SECOND_MS, tick)
  }
  return {
    now,
    begin() {
      cancel()
      tick()
    },
    end: () => cancel(),
  }
}
