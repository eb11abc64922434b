/** The host's clock for tests: real time, shifted. */
import type { Clock } from '../../../hardware/ports.ts'

/** A host clock that reads `wallMs` at the moment it is made. */
export function realClock(wallMs: number): Clock {
  const shift = wallMs - performance.now()
  return { nowMs: () => performance.now() + shift, monotonicMs: () => performance.now() }
}
