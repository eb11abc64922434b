/** The host's side of one session, byte by byte, for tests that choose exactly what is sent. */
import { encodeFrame, encodeSetUp, orderFlags, pinBit, type SetUp } from '../guarded-line.ts'

export interface Orders {
  /** Nothing is asked for but what `change` names, and a dead-man of 5 s. */
  setUp(change?: Partial<SetUp>): number[]
  /** The next frame: these pins high, all others low. */
  frame(...high: number[]): number[]
  /** As `frame`, of a host that asks for no relay. */
  atRest(...high: number[]): number[]
  /** The next frame, which also ends a latched fire. */
  resetFire(): number[]
}

export const bitsOf = (...pins: number[]) => pins.reduce((bits, pin) => bits | pinBit(pin), 0)

export function createOrders(session: number): Orders {
  let sequence = 0
  const nothing = { session, deadmanMs: 5000, outputs: 0, pullups: 0, hold: [], fire: null }
  return {
    setUp(change = {}) {
      sequence = 0
      return encodeSetUp({ ...nothing, ...change })
    },
    frame: (...high) => encodeFrame(session, sequence++, bitsOf(...high)),
    atRest: (...high) => encodeFrame(session, sequence++, bitsOf(...high) | orderFlags.atRest),
    resetFire: () => encodeFrame(session, sequence++, orderFlags.resetFire),
  }
}
