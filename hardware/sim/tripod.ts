/**
 * A tripod turnstile: one third of a turn for one person. Pure physics over bodies in a lane.
 *
 * Electrically as usual for such barriers: a pulse of at least 100 ms unlocks one direction for
 * one passage within 5 s; a relay held longer keeps it unlocked as long as it is held. The arm,
 * once turned, goes on to its next rest position. A passage contact is closed between 8 and 112
 * degrees.
 */
import { type Body, type Direction, front, nearness } from './lane.ts'

/** What the lane asks of any barrier model. */
export interface BarrierModel {
  /** Relay levels as they are now. */
  drive(relays: Readonly<Record<Direction, boolean>>, nowMs: number): void
  /** The furthest progress a body's front may reach. */
  frontMax(body: Body): number
  /** Lets time pass after the bodies moved. Returns passages completed in it. */
  step(bodies: readonly Body[], nowMs: number, dtMs: number): Direction[]
  /** A passage contact is closed. */
  feedback(direction: Direction): boolean
  /** True when nothing will move without a body or a relay change. */
  readonly atRest: boolean
  /** Arm angle in degrees (tripod), or opening from 0 to 1 (flap). */
  readonly position: number
  /** Force of a panel against a body, newtons; 0 for a tripod. */
  readonly forceN: number
}

export const tripodNumbers = {
  pulseMsMin: 100,
  waitMs: 5000,
  turnDeg: 120,
  contactFromDeg: 8,
  contactToDeg: 112,
} as const

/** Progress of a body's front where it meets the arm, and where the arm has turned its third. */
const armFrom = -0.15
const armTo = 0.55

interface Lock {
  energisedSinceMs: number | null
  /** A pulse keeps it unlocked after the relay was released. */
  unlockedUntilMs: number
  /** Somebody passed since the relay was energised: the pulse unlocks nothing more. */
  used: boolean
}

export function createTripod(faults: { jammed?: boolean } = {}): BarrierModel {
  const locks: Record<Direction, Lock> = {
    entry: { energisedSinceMs: null, unlockedUntilMs: 0, used: false },
    exit: { energisedSinceMs: null, unlockedUntilMs: 0, used: false },
  }
  let turning: Body | null = null
  let angle = 0
  let nowMs = 0

  function unlocked(direction: Direction): boolean {
    if (faults.jammed === true) return false
    const lock = locks[direction]
    const held = lock.energisedSinceMs
    const pulsed = held !== null && nowMs - held >= tripodNumbers.pulseMsMin
    return pulsed || nowMs < lock.unlockedUntilMs
  }

  return {
    drive(relays, atMs) {
      nowMs = atMs
      for (const direction of ['entry', 'exit'] as const) {
        const lock = locks[direction]
        const sinceMs = lock.energisedSinceMs
        if (relays[direction] && sinceMs === null) {
          lock.energisedSinceMs = atMs
          lock.used = false
        } else if (!relays[direction] && sinceMs !== null) {
          lock.energisedSinceMs = null
          const pulse = atMs - sinceMs >= tripodNumbers.pulseMsMin && !lock.used
          lock.unlockedUntilMs = pulse ? sinceMs + tripodNumbers.waitMs : 0
        }
      }
    },
    frontMax(body) {
      if (body.low && !body.wide) return Number.POSITIVE_INFINITY
      if (body.wide) return armFrom
      if (turning === body || front(body) > armFrom + nearness) return Number.POSITIVE_INFINITY
      const free = turning === null && (unlocked(body.direction) || body.forcing)
      return free ? Number.POSITIVE_INFINITY : armFrom
    },
    step(bodies, atMs) {
      nowMs = atMs
      const arrived = bodies.find(
        body =>
          !body.low && front(body) > armFrom + nearness && front(body) < armTo && !body.turnedBack,
      )
      turning ??= arrived ?? null
      if (turning === null) return []
      const share = (front(turning) - armFrom) / (armTo - armFrom)
      angle = Math.min(Math.max(share, 0), 1) * tripodNumbers.turnDeg
      if (share < 1) return []
      const { direction } = turning
      turning = null
      angle = 0
      locks[direction].used = true
      locks[direction].unlockedUntilMs = 0
      return [direction]
    },
    feedback: direction =>
      turning?.direction === direction &&
      angle >= tripodNumbers.contactFromDeg &&
      angle <= tripodNumbers.contactToDeg,
    get atRest() {
      return turning === null
    },
    get position() {
      return angle
    },
    forceN: 0,
  }
}
