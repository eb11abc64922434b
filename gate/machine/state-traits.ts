/**
 * What each state of a lane means to those who ask about it: one row for each state, so that a new state
 * answers every question before the program compiles.
 */
import type { State, StateName } from './state.ts'

export interface StateTraits {
  /**
   * What becomes of a code that is read now. `decide`: it is judged at once. `hold`: it waits for the
   * passage under way, or is refused as busy. `refuse`: the lane is closed to it. `ignore`: everyone goes
   * through, so there is no verdict.
   */
  readonly scan: 'decide' | 'hold' | 'refuse' | 'ignore'
  /** Who may be next: 0 nobody but who is under way, 1 who leaves, 2 whoever waits longest. */
  readonly next: 0 | 1 | 2
  /** A grant is under way; its holder may be in the barrier. */
  readonly granted: boolean
  /** Nothing is going on: the sign shows how the lane stands. */
  readonly resting: boolean
  /** Beams and contacts are watched: who goes through without a grant raises an alarm. */
  readonly guarded: boolean
  /** Another way of running the lane holds at once, not after what is under way. */
  readonly takesModes: boolean
  /** Its devices are there. */
  readonly inService: boolean
  /** People come and go by it: entering it is no news for the service. */
  readonly routine: boolean
}

const CLOSED = {
  ...({ scan: 'refuse', next: 2 } as const),
  ...{ granted: false, guarded: false, routine: false },
}
const UNDER_WAY = {
  ...({ scan: 'hold', next: 0 } as const),
  ...{ resting: false, guarded: true, takesModes: false, inService: true },
}
const SERVING = {
  ...({ scan: 'decide' } as const),
  ...{ granted: false, guarded: true, takesModes: true, inService: true },
}

const STATE_TRAITS: Readonly<Record<StateName, StateTraits>> = {
  Starting: { ...CLOSED, resting: false, takesModes: false, inService: false },
  Locked: { ...SERVING, next: 2, resting: true, routine: true },
  Admitting: { ...UNDER_WAY, granted: true, routine: true },
  Passing: { ...UNDER_WAY, granted: true, routine: true },
  Refusing: { ...SERVING, next: 1, resting: false, routine: true },
  Open: { ...SERVING, next: 2, resting: true, routine: false },
  Blocked: { ...UNDER_WAY, granted: false, routine: false },
  Emergency: {
    ...({ scan: 'ignore', next: 2 } as const),
    ...{ granted: false, resting: false, guarded: false },
    ...{ takesModes: true, inService: true, routine: false },
  },
  OutOfService: { ...CLOSED, resting: true, takesModes: true, inService: false },
  Maintenance: { ...CLOSED, resting: true, takesModes: true, inService: true },
}

export function traitsOf({ state }: { readonly state: Pick<State, 'name'> }): StateTraits {
  return STATE_TRAITS[state.name]
}
